"""`labeldrop study`."""

from pathlib import Path

import click

from pipeline.config import parse_settings
from pipeline.study.config import load_study
from pipeline.study.run import run_study


def run_study_config(path: str, preset: str | None, settings: tuple[str, ...]) -> None:
    """Run a study and write its report.

    Raises:
        UserError: The study or its data is at fault.
    """
    study = load_study(path, preset, parse_settings(settings))
    results = run_study(study, click.echo)
    click.echo(f"{len(results)} cells in {Path(study.run_root) / 'results'}")
