"""The Beam job: each file of records is predicted and measured; only numbers leave it."""

import shutil
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apache_beam as beam
import tensorflow as tf

from components.engine.parameters import BeamParameters
from components.engine.run import run_job as run_beam_job
from components.evaluator.cases import CaseFiles, write
from components.evaluator.measure import Case, Picture, evaluate_batch
from data_schemas.example_schema import feature_spec, load_schema


class EvaluateFile(beam.DoFn):
    """Writes the cases of one TFRecord file, a batch in memory at a time."""

    def __init__(self, saved_model: str, structures: tuple[str, ...], batch_size: int, folder: str) -> None:
        self._saved_model, self._structures, self._batch_size = saved_model, structures, batch_size
        self._folder = folder
        self._predict: Any = None

    def setup(self) -> None:
        """Load the model once in a worker."""
        self._model = tf.saved_model.load(self._saved_model)
        self._predict = self._model.signatures["serving_default"]

    def process(self, element: tuple[int, str]) -> None:
        """Evaluate a file."""
        number, file = element
        write((case for case, _ in self.cases(file)), Path(self._folder), number)

    def cases(self, file: str) -> Iterator[tuple[Case, Picture]]:
        """Cases with their pictures."""
        spec = feature_spec(load_schema(len(self._structures)))
        for serialized in tf.data.TFRecordDataset(file).batch(self._batch_size):
            yield from evaluate_batch(self._predict, serialized, spec, self._structures)


@dataclass(frozen=True)
class EvaluationJob:
    """The steps of the job.

    Attributes:
        files: TFRecord files; their cases are written in the same order.
        evaluate: What is done with each.
    """

    files: Sequence[Path]
    evaluate: EvaluateFile

    def build(self, pipeline: beam.Pipeline) -> None:
        """Add them to a pipeline."""
        (
            pipeline
            | "Files" >> beam.Create([(number, str(file.absolute())) for number, file in enumerate(self.files)])
            | "Shuffle" >> beam.Reshuffle()
            | "Evaluate" >> beam.ParDo(self.evaluate)
        )


def run_job(
    saved_model: Path, structures: tuple[str, ...], batch_size: int, files: Sequence[Path], folder: Path,
    engine: BeamParameters,
) -> CaseFiles:  # fmt: skip
    """Evaluate all files.

    Args:
        folder: This job's own, on a file system that all workers see; what stands there is replaced.
    """
    folder = folder.absolute()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    evaluate = EvaluateFile(str(saved_model.absolute()), structures, batch_size, str(folder))
    run_beam_job(engine, EvaluationJob(files, evaluate).build, folder)
    return CaseFiles(folder)


def draw_cases(
    saved_model: Path, structures: tuple[str, ...], batch_size: int, files: Sequence[Path], wanted: Collection[str]
) -> Iterator[tuple[Case, Picture]]:
    """The wanted cases again, by their example_id, with their pictures."""
    evaluate = EvaluateFile(str(saved_model), structures, batch_size, "")
    evaluate.setup()
    for file in files:
        for case, picture in evaluate.cases(str(file)):
            if case.example_id in wanted:
                yield case, picture
