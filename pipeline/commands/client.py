"""`labeldrop client`."""

import json
from pathlib import Path

from components.base import UserError
from components.serving_client.server import Target
from components.trainer.model_artifact import read_labels_file
from data_schemas.vocabulary import Vocabulary, load_vocabulary
from pipeline.commands.predict import segment_files
from pipeline.prediction.served import ServedModel


def ask_server(target: Target, images: tuple[str, ...], out: str, labels: str | None) -> None:
    """Write a mask and an overlay for each file, segmented by a server.

    Raises:
        UserError: The server cannot be used, two files share a name, or at least one file could not be segmented.
    """
    if target.version is not None and target.label is not None:
        raise UserError(f"Expected --version or --label. Received both: {target.version} and {target.label!r}")
    segment_files(ServedModel(target, _vocabulary(labels)), images, out)


def _vocabulary(labels: str | None) -> Vocabulary:
    if labels is None:
        return load_vocabulary()
    try:
        return read_labels_file(Path(labels))
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise UserError(f"{labels}: expected the labels.json of a pushed model. Received: {error}") from None
