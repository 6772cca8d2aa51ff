"""`labeldrop phantom`."""

from pathlib import Path

import click

from components.base import UserError
from pipeline.phantom.generate import generate
from pipeline.phantom.settings import load_settings

DEFAULT_SETTINGS = Path(__file__).parent.parent / "configs" / "phantom.yaml"


def make_phantom(out: str, settings: str | None, seed: int | None) -> None:
    """Generate the phantom in OUT.

    Raises:
        UserError: The settings are not valid, or OUT already holds something else.
    """
    try:
        chosen = load_settings(Path(settings) if settings else DEFAULT_SETTINGS)
        if seed is not None:
            chosen = chosen.model_copy(update={"seed": seed})
        generate(chosen, Path(out), click.echo)
    except ValueError as error:
        raise UserError(str(error)) from None
