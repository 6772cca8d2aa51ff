"""How every page that the project writes looks."""

from pathlib import Path

STYLE = Path(__file__).with_name("page.css")


def page_style() -> str:
    """The style sheet, to be put into the page itself."""
    return STYLE.read_text(encoding="utf-8")
