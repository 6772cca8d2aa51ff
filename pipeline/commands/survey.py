"""What `labeldrop validate` and `labeldrop advise` begin with: every dataset of a configuration, read once."""

from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.progress import track

from components.example_gen.convert import Converter
from components.example_gen.readers.base import Reference
from components.example_gen.salt import load_salt
from components.example_gen.source import Source, open_sources
from pipeline.config import PipelineConfig
from pipeline.validation.survey import Survey, survey


def survey_datasets(config: PipelineConfig) -> tuple[Survey, tuple[Source, ...]]:
    """Read them with a bar of progress on standard error.

    Raises:
        UserError: A dataset is not there at all.
    """
    parameters = config.example_gen
    sources = open_sources(parameters)
    private = Path(config.run_root) / "private"
    private.mkdir(parents=True, mode=0o700, exist_ok=True)
    converter = Converter(parameters.vocabulary(), parameters.image_size, load_salt(parameters.salt, private))
    return survey(sources, converter, _each_with_progress), sources


def _each_with_progress(references: list[Reference], dataset: str) -> Iterable[Reference]:
    return track(references, description=dataset, console=Console(stderr=True), transient=True)
