"""`labeldrop phantom`."""

from pathlib import Path

import click

from components.base import UserError
from pipeline.phantom.generate import generate
from pipeline.phantom.settings import DEFAULT_PATH, load_settings


def make_phantom(out: str, settings: str | None, seed: int | None) -> None:
    """Generate the phantom in OUT.

    Raises:
        UserError: The settings are not valid, or OUT already holds something else.
    """
    try:
        generate(load_settings(settings or DEFAULT_PATH, seed), Path(out), click.echo)
    except ValueError as error:
        raise UserError(str(error)) from None
