"""A pushed SavedModel as a function from a frame to its mask."""

import numpy as np
import tensorflow as tf
from upath import UPath

from components.base import UserError
from components.files import local_folder
from components.serving_client.example import encode_example
from components.trainer.model_artifact import LABELS, read_labels


class PushedModel:
    """Loads `<base>/<version>/`, or the highest version of `<base>/`, from a folder or an object store."""

    def __init__(self, location: str) -> None:
        self.directory = _version_directory(UPath(location))
        if not (self.directory / LABELS.as_posix()).is_file():
            raise UserError(
                f"{self.directory}: expected a SavedModel pushed by labeldrop. Received: one without {LABELS}"
            )
        with local_folder(self.directory) as folder:
            self.vocabulary = read_labels(folder)
            self._model = tf.saved_model.load(str(folder))

    def segment(self, frame: np.ndarray, spacing_mm: tuple[float, float]) -> np.ndarray:
        """(H,W) uint8 gray → (H,W) uint8 structure ids, on the frame's own grid."""
        answer = self._model.signatures["serving_default"](examples=tf.constant([encode_example(frame, spacing_mm)]))
        return np.asarray(answer["mask"][0])


def _version_directory(directory: UPath) -> UPath:
    if not directory.is_dir():
        raise UserError(f"{directory}: expected the directory of a pushed model. Received: no such directory")
    if (directory / "saved_model.pb").is_file():
        return directory
    versions = [int(entry.name) for entry in directory.iterdir() if entry.name.isdecimal()]
    if not versions:
        raise UserError(
            f"{directory}: expected a SavedModel or a directory of numbered versions of one. "
            "Next step: take the path that `labeldrop run` printed as pushed model."
        )
    return directory / str(max(versions))
