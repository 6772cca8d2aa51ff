"""The Beam job: each file of records is predicted and measured; only numbers leave it."""

import pickle
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import apache_beam as beam
import tensorflow as tf

from components.beam_engine import local_pipeline
from components.evaluator.measure import Case, Picture, evaluate_batch
from data_schemas.example_schema import feature_spec, load_schema


class EvaluateFile(beam.DoFn):
    """The cases of one TFRecord file, a batch in memory at a time."""

    def __init__(self, saved_model: str, structures: tuple[str, ...], batch_size: int) -> None:
        self._saved_model, self._structures, self._batch_size = saved_model, structures, batch_size
        self._predict: Any = None

    def setup(self) -> None:
        """Load the model once in a worker."""
        self._model = tf.saved_model.load(self._saved_model)
        self._predict = self._model.signatures["serving_default"]

    def process(self, element: str) -> Iterator[Case]:
        """Evaluate a file."""
        for case, _ in self.cases(element):
            yield case

    def cases(self, file: str) -> Iterator[tuple[Case, Picture]]:
        """Cases with their pictures."""
        spec = feature_spec(load_schema(len(self._structures)))
        for serialized in tf.data.TFRecordDataset(file).batch(self._batch_size):
            yield from evaluate_batch(self._predict, serialized, spec, self._structures)


def run_job(evaluate: EvaluateFile, files: Sequence[Path], scratch: Path, workers: int) -> list[Case]:
    """Evaluate all files in so many processes; the cases in a fixed order.

    Args:
        scratch: An existing directory of this job's own.
    """
    target = scratch / "cases.pickle"  # written and read by this job alone
    with local_pipeline(workers) as pipeline:
        (
            pipeline
            | "Files" >> beam.Create([str(file) for file in files])
            | "Shuffle" >> beam.Reshuffle()
            | "Evaluate" >> beam.ParDo(evaluate)
            | "Gather" >> beam.combiners.ToList()
            | "Write" >> beam.Map(lambda cases: target.write_bytes(pickle.dumps(cases)))
        )
    cases: list[Case] = pickle.loads(target.read_bytes())
    target.unlink()
    return sorted(cases, key=lambda case: case.example_id)


def draw_cases(evaluate: EvaluateFile, files: Sequence[Path], wanted: set[str]) -> Iterator[tuple[Case, Picture]]:
    """The wanted cases again, with their pictures."""
    evaluate.setup()
    for file in files:
        for case, picture in evaluate.cases(str(file)):
            if case.example_id in wanted:
                yield case, picture
