"""`labeldrop validate`."""

from dataclasses import asdict
from pathlib import Path

import click

from components.examples_artifact import DEAD_LETTERS
from components.json_file import write_json, write_json_lines
from pipeline.commands.survey import survey_datasets
from pipeline.config import load_config
from pipeline.validation.findings import judge
from pipeline.validation.sheet import draw_sheet
from pipeline.validation.tables import describe


def validate_config(path: str, settings: tuple[str, ...], out: str | None) -> bool:
    """Read all datasets of a configuration, print what was found, and write it with a picture sheet to OUT.

    Returns:
        Whether nothing has to be mended.

    Raises:
        UserError: The configuration is not valid, or a dataset is not there at all.
    """
    config = load_config(path, settings)
    vocabulary = config.example_gen.vocabulary()
    found, sources = survey_datasets(config)
    findings = judge(found, sources, vocabulary)
    click.echo(describe(found, findings, vocabulary))
    directory = Path(out or Path(config.run_root) / "validation")
    directory.mkdir(parents=True, exist_ok=True)
    write_json(directory / "findings.json", [asdict(finding) for finding in findings])
    write_json_lines(directory / DEAD_LETTERS, [asdict(letter) for letter in found.dead_letters])
    draw_sheet(found.samples, vocabulary).save(directory / "sheet.png")
    problems = sum(finding.level == "problem" for finding in findings)
    click.echo(f"{problems} problems, {len(findings) - problems} notes. Picture sheet: {directory / 'sheet.png'}")
    return problems == 0
