"""`labeldrop phantom`."""

from pathlib import Path

import click

from components.base import UserError
from pipeline.phantom.formats.generate import generate_formats
from pipeline.phantom.generate import generate
from pipeline.phantom.settings import DEFAULT_PATH, load_settings


def make_phantom(out: str, settings: str | None, seed: int | None, formats: bool) -> None:
    """Generate the phantom, or a few patients in every format, in OUT.

    Raises:
        UserError: The settings are not valid, or OUT already holds something else.
    """
    try:
        write = generate_formats if formats else generate
        write(load_settings(settings or DEFAULT_PATH, seed), Path(out), click.echo)
    except ValueError as error:
        raise UserError(str(error)) from None
