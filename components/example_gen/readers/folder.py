"""A plain folder: pictures in one sub-folder, masks of the same names in another, in any of the common formats."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from components.base import UserError
from components.example_gen.readers.base import (
    DeadLetter,
    Frame,
    Options,
    Reader,
    Reference,
    check_same_shape,
)
from components.example_gen.readers.options import Below, PatientPattern, Window
from components.example_gen.readers.picture import MASK_SUFFIXES, SUFFIXES, read_image, read_mask, suffix_of
from components.example_gen.readers.presence_table import read_presence


class FolderOptions(Options):
    """Where things are and what file names mean.

    Attributes:
        images, masks: Sub-folders; an image and its mask have the same name, their formats may differ.
        pattern: Regular expression for names without suffix; its groups patient, view and frame say what they mean.
        window: Intensities of NIfTI and MetaImage pictures that become black and white; none takes 0 and 255.
        presence: CSV that says which structures were annotated in each image; none means those of the dataset.
    """

    images: Below = "images"
    masks: Below = "masks"
    pattern: PatientPattern = r"(?P<patient>.+)_(?P<view>[^_]+)_(?P<frame>ED|ES)"
    window: Window | None = None
    presence: Below | None = None


@dataclass(frozen=True)
class FolderReference(Reference):
    """An image and its mask."""

    mask: str
    patient: str
    view: str
    frame: str
    annotated: tuple[str, ...] | None


class FolderReader(Reader):
    """PNG, JPEG, TIFF, NIfTI or MetaImage pictures, and masks of labels in all of these but JPEG."""

    name = "folder"
    options_type = FolderOptions
    options: FolderOptions

    def references(self) -> Iterator[Reference | DeadLetter]:
        """Every name that occurs among images or masks."""
        images = self._files(self.options.images, SUFFIXES)
        masks = self._files(self.options.masks, MASK_SUFFIXES)
        if not images:
            raise UserError(
                f"{self.root / self.options.images}: expected images {list(SUFFIXES)}. Received: none. Next step: "
                "check the dataset's root and its option `images`."
            )
        presence, bad = self._presence()
        for name in sorted(images.keys() | masks.keys()):
            if name in bad:
                yield self.dead_letter(images.get(name, masks.get(name, "")), name, bad[name])
            elif self.options.presence and name not in presence:
                reason = f"expected a row of this image in {self.options.presence}. Received: none"
                yield self.dead_letter(images.get(name, masks.get(name, "")), name, reason)
            else:
                yield self._of_name(name, images.get(name), masks.get(name), presence.get(name))
        for name in sorted(presence.keys() - images.keys() - masks.keys()):
            reason = f"expected an image for this row of {self.options.presence}. Received: no such file"
            yield self.dead_letter(str(self.options.presence), name, reason)

    def frames(self, reference: Reference) -> Iterator[Frame | DeadLetter]:
        """The one picture and its mask."""
        assert isinstance(reference, FolderReference)
        image, spacing = read_image(self.path(reference.file), self.options.window)
        mask = read_mask(self.path(reference.mask))
        check_same_shape(mask, image)
        yield Frame(
            reference.records[0], image, mask, spacing, reference.patient, reference.view, reference.frame, None,
            reference.annotated,
        )  # fmt: skip

    def _of_name(
        self, name: str, file: str | None, mask: str | None, annotated: tuple[str, ...] | None
    ) -> Reference | DeadLetter:
        if mask is None:
            reason = f"expected a mask {self.options.masks}/{name} {list(MASK_SUFFIXES)}. Received: no such file"
            return self.dead_letter(str(file), name, reason)
        if file is None:
            reason = f"expected an image {self.options.images}/{name} for this mask. Received: no such file"
            return self.dead_letter(mask, name, reason)
        match = re.fullmatch(self.options.pattern, name)
        if not match:
            reason = f"expected a name that matches {self.options.pattern!r}. Received: {name!r}"
            return self.dead_letter(file, name, reason)
        groups = match.groupdict()
        view, frame = groups.get("view") or "unknown", groups.get("frame") or "unknown"
        return FolderReference(file, (name,), mask, groups["patient"], view, frame, annotated)

    def _files(self, folder: str, suffixes: tuple[str, ...]) -> dict[str, str]:
        """Name without suffix → file below the root.

        Raises:
            UserError: Two files have the same name and different suffixes.
        """
        files: dict[str, str] = {}
        for path in sorted((self.root / folder).glob("*")):
            suffix = suffix_of(path.name)
            if suffix not in suffixes or path.is_dir():
                continue
            name = path.name[: -len(suffix)]
            if name in files:
                raise UserError(f"{path}: expected one file of each name. Received also: {files[name]}")
            files[name] = f"{folder}/{path.name}"
        return files

    def _presence(self) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
        if self.options.presence is None:
            return {}, {}
        try:
            return read_presence(self.root / self.options.presence)
        except (OSError, ValueError) as error:
            raise UserError(f"option `presence`: {error}") from None
