"""`labeldrop study`."""

from pathlib import Path

import click

from pipeline.config import parse_settings
from pipeline.study.config import load_study
from pipeline.study.record import RECORD, StudyRecord, this_machine, write_record
from pipeline.study.report import write_report
from pipeline.study.run import run_study


def run_study_config(path: str, preset: str | None, settings: tuple[str, ...], workers: int) -> None:
    """Run a study and write its report.

    Raises:
        UserError: The study or its data is at fault.
    """
    study = load_study(path, preset, parse_settings(settings))
    command = " ".join(["labeldrop study", path, *(["--preset", preset] if preset else []),
                        *(f"--set {setting}" for setting in settings)])  # fmt: skip
    record = StudyRecord(study, command, this_machine(), tuple(run_study(study, workers, click.echo)))
    root = Path(study.run_root)
    write_record(record, root / RECORD)
    click.echo(f"Report: {write_report(record, root)}")
