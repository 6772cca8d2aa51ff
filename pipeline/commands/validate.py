"""`labeldrop validate`."""

from dataclasses import asdict
from pathlib import Path

import click

from components.example_gen.convert import Converter
from components.example_gen.salt import load_salt
from components.example_gen.source import open_sources
from components.examples_artifact import DEAD_LETTERS
from components.json_file import write_json, write_json_lines
from pipeline.commands.progress import each_with_progress
from pipeline.config import load_config
from pipeline.validation.findings import judge
from pipeline.validation.sheet import draw_sheet
from pipeline.validation.survey import survey
from pipeline.validation.tables import describe


def validate_config(path: str, settings: tuple[str, ...], out: str | None) -> bool:
    """Read all datasets of a configuration, print what was found, and write it with a picture sheet to OUT.

    Returns:
        Whether nothing has to be mended.

    Raises:
        UserError: The configuration is not valid, or a dataset is not there at all.
    """
    config = load_config(path, settings)
    parameters = config.example_gen
    sources = open_sources(parameters)
    private = Path(config.run_root) / "private"
    private.mkdir(parents=True, mode=0o700, exist_ok=True)
    converter = Converter(parameters.vocabulary(), parameters.image_size, load_salt(parameters.salt, private))
    found = survey(sources, converter, each_with_progress)
    findings = judge(found, sources, converter.vocabulary)
    click.echo(describe(found, findings, converter.vocabulary))
    directory = Path(out or Path(config.run_root) / "validation")
    directory.mkdir(parents=True, exist_ok=True)
    write_json(directory / "findings.json", [asdict(finding) for finding in findings])
    write_json_lines(directory / DEAD_LETTERS, [asdict(letter) for letter in found.dead_letters])
    draw_sheet(found.samples, converter.vocabulary).save(directory / "sheet.png")
    problems = sum(finding.level == "problem" for finding in findings)
    click.echo(f"{problems} problems, {len(findings) - problems} notes. Picture sheet: {directory / 'sheet.png'}")
    return problems == 0
