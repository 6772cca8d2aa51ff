"""Tables as plain text, for terminals, logs and CI alike."""

import io

from rich.console import Console, RenderableType


def render(renderable: RenderableType, width: int = 110) -> str:
    """What rich would print, without colours, as a string without a final newline."""
    stream = io.StringIO()
    Console(file=stream, width=width, color_system=None).print(renderable)
    return stream.getvalue().rstrip("\n")
