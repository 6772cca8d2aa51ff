"""`labeldrop run`."""

from pathlib import Path

import click

from components.evaluator.artifacts import SUMMARY, read_verdict
from components.json_file import read_json
from components.pusher.component import PUSHED
from pipeline.config import load_config
from pipeline.graph import build_components
from pipeline.runner import run_pipeline


def run_config(path: str, settings: tuple[str, ...]) -> bool:
    """Run a configuration and print what came out.

    Returns:
        Whether the gate blessed the model.

    Raises:
        UserError: The configuration or the data is at fault.
    """
    config = load_config(path, settings)
    channels = run_pipeline(build_components(config), Path(config.run_root), click.echo)
    pushed = read_json(channels["pushed_model"] / PUSHED)
    click.echo("")
    click.echo((channels["evaluation"] / SUMMARY).read_text(encoding="utf-8").rstrip())
    click.echo(f"Evaluation: {channels['evaluation']}")
    click.echo(f"Pushed model: {pushed['path']}" if pushed["pushed"] else "Pushed model: none")
    return read_verdict(channels["blessing"]) == "BLESSED"
