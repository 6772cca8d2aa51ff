"""What a reader is: it lists a dataset as references, and turns one reference into frames by opening its file once."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from pydantic import BaseModel, ConfigDict
from upath import UPath

from components.files import Location, stays_inside

UNKNOWN_SPACING = (float("nan"), float("nan"))
LARGEST_SIDE = 8192  # pixels; a header that claims more is refused before anything is allocated


class BadRecordError(ValueError):
    """One record that cannot be used; the message is the reason in its dead letter."""


@dataclass(frozen=True)
class Reference:
    """One file to open, small enough to be shuffled.

    Attributes:
        file: Path relative to the dataset's root; unique in the dataset.
        records: Name of each record expected from it, at least one.
        open_ended: How many records the file holds is known only once it is open; `records` then names the file.
    """

    file: str
    records: tuple[str, ...]
    open_ended: ClassVar[bool] = False


@dataclass(frozen=True)
class DeadLetter:
    """One record that did not become an example.

    Attributes:
        dataset: The dataset's name.
        file: Path relative to the dataset's root.
        record: Which record of the file; "*" where the file holds no countable record.
        reason: What was received and what was expected.
    """

    dataset: str
    file: str
    record: str
    reason: str


@dataclass(frozen=True)
class Frame:
    """One decoded image with its mask.

    Attributes:
        record: Name of the record, one of its reference's.
        image: (H,W) uint8, upright.
        mask: (H,W) integer, labels as the source numbers them, 0 = background.
        spacing_mm: Row and column spacing, NaN where the source does not say.
        patient: The source's own patient id; it never leaves the conversion unhashed.
        view, frame: "4CH", "ED" and the like, or "unknown".
        split: The source's own split, or none.
        annotated: Structures somebody looked for in this image; none means those of the whole dataset.
    """

    record: str
    image: np.ndarray
    mask: np.ndarray
    spacing_mm: tuple[float, float]
    patient: str
    view: str
    frame: str
    split: str | None
    annotated: tuple[str, ...] | None = None


class Options(BaseModel):
    """A reader's options: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Reader(ABC):
    """Knows one on-disk format. Instances are pickled to Beam workers, so they hold paths and options only."""

    name: ClassVar[str]
    options_type: ClassVar[type[Options]] = Options

    def __init__(self, dataset: str, root: Location, options: dict[str, Any]) -> None:
        self.dataset = dataset
        self.root = UPath(root)
        self.options = self.options_type.model_validate(options)

    @abstractmethod
    def references(self) -> Iterator[Reference | DeadLetter]:
        """List the dataset in a fixed order; what is already known to be unusable comes as a dead letter.

        Raises:
            UserError: The root does not hold this format at all.
        """

    @abstractmethod
    def frames(self, reference: Reference) -> Iterator[Frame | DeadLetter]:
        """Open the file once and decode each of its records.

        Raises:
            BadRecordError: Nothing of the file can be used.
        """

    def read(self, reference: Reference) -> Iterator[Frame | DeadLetter]:
        """One frame or dead letter for each record of the reference; never raises for bad data.

        Raises:
            RuntimeError: The reader itself lost or invented a record.
        """
        answered: set[str] = set()
        try:
            for item in self.frames(reference):
                answered.add(item.record)
                yield item
        except BadRecordError as error:
            for record in reference.records:
                if record not in answered:
                    answered.add(record)
                    yield self.dead_letter(reference.file, record, str(error))
        if not answered or not (reference.open_ended or answered == set(reference.records)):
            raise RuntimeError(f"{self.name}: {reference.file}: expected {reference.records}. Received: {answered}")

    def path(self, file: str) -> UPath:
        """A file of the dataset.

        Raises:
            BadRecordError: It is not there, or a link leads out of the dataset's root.
        """
        path = self.root / file
        if not stays_inside(path, self.root):
            raise BadRecordError(f"expected a file inside the dataset's root. Received: a link out of it, {file}")
        if not path.is_file():
            raise BadRecordError(f"expected the file {file}. Received: no such file")
        return path

    def dead_letter(self, file: str, record: str, reason: str) -> DeadLetter:
        """A dead letter of this dataset."""
        return DeadLetter(self.dataset, file, record, reason)


def check_size(shape: tuple[int, ...]) -> None:
    """Refuse a picture before its pixels are allocated.

    Raises:
        BadRecordError: A side is empty or longer than LARGEST_SIDE.
    """
    if any(not 1 <= side <= LARGEST_SIDE for side in shape):
        raise BadRecordError(f"expected sides of 1 to {LARGEST_SIDE} pixels. Received: {tuple(shape)}")


def check_same_shape(mask: np.ndarray, image: np.ndarray) -> None:
    """Refuse a mask that is not on its image's grid.

    Raises:
        BadRecordError: The shapes differ.
    """
    if mask.shape == image.shape:
        return
    received = "its transpose" if mask.shape == image.shape[::-1] else f"{mask.shape}"
    raise BadRecordError(f"expected a mask of the image's shape {image.shape}. Received: {received}")
