"""Sequences as volumes: each file a loop with its mask volume beside it, as TED and CardiacUDA are distributed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import field_validator

from components.base import UserError
from components.example_gen.readers.base import BadRecordError, DeadLetter, Frame, Options, Reader, Reference
from components.example_gen.readers.nifti import read_nifti_sequence, to_gray, to_labels
from components.example_gen.readers.picture import META_IMAGE, NIFTI, read_meta_image, suffix_of


class SequenceOptions(Options):
    """How files are named and what an empty mask means.

    Attributes:
        pattern: Regular expression for image paths below the root, without suffix; its group patient is required, its
            group view says the view.
        mask_suffix: What a mask's name has behind the image's name, before the suffix.
        view: View of every file where the pattern has no group view.
        empty_mask: unknown: a frame whose mask is all zero was not annotated and is left out. empty: it was, and holds
            nothing.
    """

    pattern: str
    mask_suffix: str = "_gt"
    view: str = "unknown"
    empty_mask: Literal["unknown", "empty"] = "unknown"

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


@dataclass(frozen=True)
class SequenceReference(Reference):
    """A loop and its mask."""

    mask: str
    patient: str
    view: str


class SequenceReader(Reader):
    """One record a file in the list; as many frames come from it as were annotated."""

    name = "sequence"
    options_type = SequenceOptions
    options: SequenceOptions

    def references(self) -> Iterator[Reference | DeadLetter]:
        """Every loop that the pattern names."""
        files = {}
        for path in sorted(self.root.rglob("*")):
            suffix = suffix_of(path.name)
            if suffix in (*NIFTI, *META_IMAGE) and path.is_file():
                files[path.relative_to(self.root).as_posix()[: -len(suffix)]] = suffix
        images = {name: match for name in files if (match := re.fullmatch(self.options.pattern, name))}
        if not images:
            raise UserError(
                f"{self.root}: expected NIfTI or MetaImage loops named like {self.options.pattern!r}. Received: none. "
                "Next step: check the dataset's root and its option `pattern`."
            )
        for name, match in sorted(images.items()):
            mask = f"{name}{self.options.mask_suffix}"
            if mask not in files:
                yield self.dead_letter(name + files[name], name, f"expected a mask {mask}. Received: no such file")
                continue
            view = match.groupdict().get("view") or self.options.view
            yield SequenceReference(name + files[name], (name,), mask + files[mask], match["patient"], view)

    def frames(self, reference: Reference) -> Iterator[Frame | DeadLetter]:
        """The annotated frames; a loop without any is a dead letter."""
        assert isinstance(reference, SequenceReference)
        pictures, spacing = _read(self.root / reference.file)
        masks, _ = _read(self.root / reference.mask)
        if masks.shape != pictures.shape:
            raise BadRecordError(f"expected a mask of the loop's shape {pictures.shape}. Received: {masks.shape}")
        annotated = [number for number, mask in enumerate(masks) if mask.any() or self.options.empty_mask == "empty"]
        if not annotated:
            raise BadRecordError("expected a mask with an annotated frame. Received: all frames empty")
        for number in annotated:
            yield Frame(
                f"{reference.records[0]}_{number}", to_gray(pictures[number]), to_labels(masks[number]), spacing,
                reference.patient, reference.view, f"frame{number}", None,
            )  # fmt: skip


def _read(path: Path) -> tuple[np.ndarray, tuple[float, float]]:
    """Pictures (T,H,W) upright as stored, and row and column spacing in mm."""
    return read_nifti_sequence(path) if suffix_of(path.name) in NIFTI else read_meta_image(path)
