"""Figures as SVG pictures with the text that stands for them, the same bytes for the same numbers."""

import io
from base64 import b64encode
from dataclasses import dataclass

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure


@dataclass(frozen=True)
class Plot:
    """A figure.

    Attributes:
        svg: Its bytes.
        alt: What it shows, in words.
    """

    svg: bytes
    alt: str

    @property
    def source(self) -> str:
        """For an img element."""
        return "data:image/svg+xml;base64," + b64encode(self.svg).decode()


def new_figure(width: float, height: float) -> tuple[Figure, Axes]:
    """Of so many inches, with a grid."""
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    axes.grid(alpha=0.25)
    return figure, axes


def as_plot(figure: Figure, alt: str) -> Plot:
    """Drawn."""
    stream = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "labeldrop"}):
        figure.savefig(stream, format="svg", metadata={"Date": None})
    return Plot(stream.getvalue(), alt)
