"""A model behind a server as a function from a frame to its mask."""

import numpy as np

from components.base import UserError
from components.serving_client.connect import connect
from components.serving_client.example import encode_example
from components.serving_client.server import BadRequestError, Target, shortened
from data_schemas.vocabulary import Vocabulary
from pipeline.prediction.inputs import InputError


class ServedModel:
    """Asks the signature serving_default, which takes the spacing too.

    Args:
        vocabulary: What the ids mean; a server does not say.
    """

    def __init__(self, target: Target, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._target, self._server = target, connect(target)

    def segment(self, frame: np.ndarray, spacing_mm: tuple[float, float]) -> np.ndarray:
        """See Segmenter. What a batching server padded the mask with is cut off."""
        try:
            mask, size = self._server.ask("serving_default", [encode_example(frame, spacing_mm)])
        except BadRequestError as error:
            raise InputError(f"the server refuses it: {shortened(str(error))}") from None
        rows, columns = size[0]
        own = np.asarray(mask[0, :rows, :columns], np.uint8)
        if own.max(initial=0) > len(self.vocabulary):
            raise UserError(
                f"{self._target.address}: expected ids of {list(self.vocabulary.names)}, 1 to {len(self.vocabulary)}. "
                f"Received: {own.max()}. Next step: give --labels the assets.extra/labels.json of the served model."
            )
        return own
