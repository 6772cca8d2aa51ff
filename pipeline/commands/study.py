"""`labeldrop study`."""

import shlex
from pathlib import Path

import click

from components.base import UserError
from pipeline.config import parse_settings
from pipeline.study.config import load_study
from pipeline.study.record import RECORD, StudyRecord, read_record, this_machine, write_record
from pipeline.study.report import write_report
from pipeline.study.run import run_study


def run_study_config(
    path: str, preset: str | None, settings: tuple[str, ...], workers: int, join: tuple[str, ...] = ()
) -> None:
    """Run a study and write its report.

    Args:
        join: Records of the same study from elsewhere, whose trainings are not repeated.

    Raises:
        UserError: The study or its data is at fault.
    """
    study = load_study(path, preset, parse_settings(settings))
    command = " ".join(["labeldrop study", path, *(["--preset", preset] if preset else []),
                        *(f"--set {shlex.quote(setting)}" for setting in settings)])  # fmt: skip
    others = [_read(file) for file in join]
    results = run_study(study, workers, click.echo, [one for other in others for one in other.results])
    machine = "; ".join(dict.fromkeys([this_machine(), *(other.machine for other in others)]))
    record = StudyRecord(study, command, machine, tuple(results))
    root = Path(study.run_root)
    write_record(record, root / RECORD)
    click.echo(f"Report: {write_report(record, root)}")


def _read(file: str) -> StudyRecord:
    try:
        return read_record(Path(file))
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{file}: expected the {RECORD} of a study. Received: {error}. Next step: name the one in its run_root."
        ) from None
