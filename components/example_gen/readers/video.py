"""Decoding the frames of an AVI."""

import cv2
import numpy as np

from components.example_gen.readers.base import BadRecordError, check_size
from components.files import Location, local_copy


def read_video(path: Location, wanted: set[int]) -> dict[int, np.ndarray]:
    """The wanted frames (H,W) uint8 gray by number from 0, decoding no further than the last of them.

    What the header says of the number of frames is not trusted: a frame that does not decode is not in the answer.

    Raises:
        BadRecordError: The file does not open, is too large, or no frame decodes.
    """
    with local_copy(path) as file:
        video = cv2.VideoCapture(str(file))
        try:
            size = (int(video.get(cv2.CAP_PROP_FRAME_HEIGHT)), int(video.get(cv2.CAP_PROP_FRAME_WIDTH)))
            if not video.isOpened() or 0 in size:
                raise BadRecordError("expected an AVI that decodes. Received: one that OpenCV cannot open")
            check_size(size)
            found = {}
            for number in range(max(wanted) + 1):
                decoded, picture = video.read()
                if not decoded:
                    break
                if number in wanted:
                    found[number] = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
            if not found and number == 0:
                raise BadRecordError("expected an AVI that decodes. Received: no frame that does")
            return found
        finally:
            video.release()
