"""A pushed SavedModel as a function from a frame to its mask."""

from pathlib import Path

import cv2
import numpy as np
import tensorflow as tf

from components.base import UserError
from components.trainer.model_artifact import LABELS, read_labels


class PushedModel:
    """Loads `<base>/<version>/`, or the highest version of `<base>/`."""

    def __init__(self, directory: Path) -> None:
        self.directory = _version_directory(directory)
        if not (self.directory / LABELS).is_file():
            raise UserError(
                f"{self.directory}: expected a SavedModel pushed by labeldrop. Received: one without {LABELS}"
            )
        self.vocabulary = read_labels(self.directory)
        self._model = tf.saved_model.load(str(self.directory))

    def segment(self, frame: np.ndarray, spacing_mm: tuple[float, float]) -> np.ndarray:
        """(H,W) uint8 gray → (H,W) uint8 structure ids, on the frame's own grid."""
        _, encoded = cv2.imencode(".png", frame)
        features = {
            "image/encoded": tf.train.Feature(bytes_list=tf.train.BytesList(value=[encoded.tobytes()])),
            "image/spacing_mm": tf.train.Feature(float_list=tf.train.FloatList(value=spacing_mm)),
        }
        example = tf.train.Example(features=tf.train.Features(feature=features))
        answer = self._model.signatures["serving_default"](examples=tf.constant([example.SerializeToString()]))
        return np.asarray(answer["mask"][0])


def _version_directory(directory: Path) -> Path:
    if (directory / "saved_model.pb").is_file():
        return directory
    versions = [int(entry.name) for entry in directory.iterdir() if entry.name.isdecimal()]
    if not versions:
        raise UserError(
            f"{directory}: expected a SavedModel or a directory of numbered versions of one. "
            "Next step: take the path that `labeldrop run` printed as pushed model."
        )
    return directory / str(max(versions))
