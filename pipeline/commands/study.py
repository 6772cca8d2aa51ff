"""`labeldrop study`."""

import click

from pipeline.config import parse_settings
from pipeline.study.config import load_study
from pipeline.study.report import write_report
from pipeline.study.run import run_study


def run_study_config(path: str, preset: str | None, settings: tuple[str, ...], workers: int) -> None:
    """Run a study and write its report.

    Raises:
        UserError: The study or its data is at fault.
    """
    study = load_study(path, preset, parse_settings(settings))
    results = run_study(study, workers, click.echo)
    command = " ".join(["labeldrop study", path, *(["--preset", preset] if preset else []),
                        *(f"--set {setting}" for setting in settings)])  # fmt: skip
    click.echo(f"Report: {write_report(study, results, command)}")
