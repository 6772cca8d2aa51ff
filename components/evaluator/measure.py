"""Dice of each labelled structure of each stored image, predicted by the very SavedModel that would be served."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf

from models.metrics import dice_per_structure


@dataclass(frozen=True)
class Case:
    """One evaluated image.

    Attributes:
        image, truth, prediction: (H,W) uint8; truth is 0 where a structure is absent.
        presence: (C,) bool, which structures were labelled.
        dice: (C,) float; NaN where the structure was not labelled.
    """

    example_id: str
    patient_id: str
    domain: str
    view: str
    frame: str
    image: np.ndarray
    truth: np.ndarray
    prediction: np.ndarray
    presence: np.ndarray
    dice: np.ndarray


def evaluate_cases(
    saved_model: Path, files: Sequence[Path], spec: dict[str, tf.io.FixedLenFeature], batch_size: int
) -> Iterator[Case]:
    """Stream over all records of the files, a batch at a time."""
    model = tf.saved_model.load(str(saved_model))
    predict = model.signatures["serving_default"]
    for serialized in tf.data.TFRecordDataset([str(file) for file in files]).batch(batch_size):
        yield from _evaluate_batch(predict, serialized, spec)


def _evaluate_batch(
    predict: Callable[..., dict[str, tf.Tensor]], serialized: tf.Tensor, spec: dict[str, tf.io.FixedLenFeature]
) -> Iterator[Case]:
    records = {key: value.numpy() for key, value in tf.io.parse_example(serialized, spec).items()}
    predictions = predict(examples=serialized)["mask"].numpy()
    for index, prediction in enumerate(predictions):
        image, truth = (
            tf.io.decode_png(records[f"{name}/encoded"][index], channels=1).numpy()[..., 0]
            for name in ("image", "mask")
        )
        presence = records["label_presence"][index].astype(bool)
        scores = np.asarray(dice_per_structure(truth[None], prediction[None], len(presence)))[0]
        text = {key: records[key][index].decode() for key in ("example_id", "patient_id", "domain", "view", "frame")}
        yield Case(
            **text, image=image, truth=truth, prediction=prediction, presence=presence,
            dice=np.where(presence, scores, np.nan),
        )  # fmt: skip
