"""`labeldrop beam check`: what would run where, without running it."""

import tempfile
from pathlib import Path

import click

from components.engine.component import BeamComponent
from components.engine.graph_check import check_graph
from components.engine.preflight import preflight
from components.engine.run import TOKEN
from components.engine.worker_check import here
from pipeline.config import load_config
from pipeline.graph import build_components


def check_config(path: str, settings: tuple[str, ...], graphs_only: bool) -> None:
    """Build and validate the graph of each job, then check what a cluster needs.

    Raises:
        UserError: Something is missing or wrong; the message says what to do.
    """
    config = load_config(path, settings)
    with tempfile.TemporaryDirectory(prefix="labeldrop-check-") as folder:
        token = Path(folder) / TOKEN
        token.touch()
        expected = here(token)
        for component in build_components(config):
            if isinstance(component, BeamComponent):
                found = check_graph(config.beam, component.job(Path(folder)), expected)
                click.echo(
                    f"{component.name}: {len(found.transforms)} steps, {found.size} bytes, workers are started from "
                    f"{found.environment}"
                )
        if not graphs_only:
            preflight(config.beam, expected)
    click.echo(f"Engine {config.beam.engine} with {config.beam.workers} workers: nothing is in the way.")
