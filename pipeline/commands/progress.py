"""How far the reading of a dataset is."""

from collections.abc import Iterable

from rich.console import Console
from rich.progress import track

from components.example_gen.readers.base import Reference


def each_with_progress(references: list[Reference], dataset: str) -> Iterable[Reference]:
    """The references of a dataset, one by one, with a bar on standard error."""
    return track(references, description=dataset, console=Console(stderr=True), transient=True)
