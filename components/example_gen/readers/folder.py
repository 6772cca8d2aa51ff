"""A plain folder: pictures in one sub-folder, masks of the same names in another."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError
from pydantic import PositiveFloat, field_validator

from components.base import UserError
from components.example_gen.readers.base import (
    UNKNOWN_SPACING,
    BadRecordError,
    DeadLetter,
    Frame,
    Options,
    Reader,
    Reference,
    check_size,
)


class FolderOptions(Options):
    """Where things are and what file names mean.

    Attributes:
        images, masks: Sub-folders of PNG files; an image and its mask have the same name.
        pattern: Regular expression for names without suffix; its groups patient, view and frame say what they mean.
        spacing_mm: Row and column spacing of every picture, where known.
    """

    images: str = "images"
    masks: str = "masks"
    pattern: str = r"(?P<patient>.+)_(?P<view>[^_]+)_(?P<frame>ED|ES)"
    spacing_mm: tuple[PositiveFloat, PositiveFloat] | None = None

    @field_validator("pattern")
    @classmethod
    def _names_the_patient(cls, value: str) -> str:
        try:
            groups = re.compile(value).groupindex
        except re.error as error:
            raise ValueError(f"expected a regular expression ({error})") from None
        if "patient" not in groups:
            raise ValueError("expected a group (?P<patient>...), so that splits can be made by patient")
        return value

    @field_validator("images", "masks")
    @classmethod
    def _stays_inside(cls, value: str) -> str:
        if Path(value).is_absolute() or ".." in Path(value).parts:
            raise ValueError("expected a sub-folder of the dataset's root")
        return value


@dataclass(frozen=True)
class FolderReference(Reference):
    """An image and its mask."""

    mask: str
    patient: str
    view: str
    frame: str


class FolderReader(Reader):
    """PNG pictures and PNG masks of labels."""

    name = "folder"
    options_type = FolderOptions
    options: FolderOptions

    def references(self) -> Iterator[Reference | DeadLetter]:
        """Every name that occurs among images or masks."""
        images, masks = (self._names(folder) for folder in (self.options.images, self.options.masks))
        if not images:
            raise UserError(
                f"{self.root / self.options.images}: expected PNG images. Received: none. Next step: check the "
                "dataset's root and its option `images`."
            )
        for name in sorted(images | masks):
            yield self._of_name(name, name in images, name in masks)

    def frames(self, reference: Reference) -> Iterator[Frame | DeadLetter]:
        """The one picture and its mask."""
        assert isinstance(reference, FolderReference)
        image, mask = _read_png(self.root / reference.file, "L"), _read_png(self.root / reference.mask, None)
        if mask.shape != image.shape:
            raise BadRecordError(f"expected a mask of the image's shape {image.shape}. Received: {mask.shape}")
        yield Frame(
            reference.records[0], image, mask, self.options.spacing_mm or UNKNOWN_SPACING, reference.patient,
            reference.view, reference.frame, None,
        )  # fmt: skip

    def _of_name(self, name: str, has_image: bool, has_mask: bool) -> Reference | DeadLetter:
        file, mask = f"{self.options.images}/{name}.png", f"{self.options.masks}/{name}.png"
        if not has_mask:
            return self.dead_letter(file, name, f"expected a mask {mask}. Received: no such file")
        if not has_image:
            return self.dead_letter(mask, name, f"expected an image {file} for this mask. Received: no such file")
        match = re.fullmatch(self.options.pattern, name)
        if not match:
            reason = f"expected a name that matches {self.options.pattern!r}. Received: {name!r}"
            return self.dead_letter(file, name, reason)
        groups = match.groupdict()
        view, frame = groups.get("view") or "unknown", groups.get("frame") or "unknown"
        return FolderReference(file, (name,), mask, groups["patient"], view, frame)

    def _names(self, folder: str) -> set[str]:
        return {path.stem for path in (self.root / folder).glob("*.png") if path.is_file()}


def _read_png(path: Path, mode: str | None) -> np.ndarray:
    """(H,W) uint8: gray for mode "L", labels or palette indices for none."""
    try:
        with Image.open(path) as picture:
            check_size(picture.size)
            if mode is None and picture.mode not in ("L", "P", "1"):
                raise BadRecordError(
                    f"expected a mask of one 8-bit channel, {path.name}. Received: mode {picture.mode}"
                )
            return np.asarray(picture.convert(mode) if mode else picture).astype(np.uint8)
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise BadRecordError(f"expected a readable PNG, {path.name}. Received: {error}") from None
