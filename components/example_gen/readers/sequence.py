"""Sequences as volumes: each file a loop with its mask volume beside it, as TED and CardiacUDA are distributed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

from components.base import UserError
from components.example_gen.readers.base import BadRecordError, DeadLetter, Frame, Options, Reader, Reference
from components.example_gen.readers.intensity import to_gray, to_labels
from components.example_gen.readers.options import PatientPattern, Window
from components.example_gen.readers.picture import META_IMAGE, NIFTI, read_sequence, suffix_of
from components.files import below


class SequenceOptions(Options):
    """How files are named and what an empty mask means.

    Attributes:
        pattern: Regular expression for image paths below the root, without suffix; its group patient is required, its
            group view says the view.
        image_suffix, mask_suffix: How names of images and of their masks end, before the format's suffix; what stands
            before is the same.
        view: View of every file where the pattern has no group view.
        window: Intensities that become black and white; none takes 0 and 255.
        empty_mask: unknown: a frame whose mask is all zero was not annotated and is left out. empty: it was, and holds
            nothing.
    """

    pattern: PatientPattern
    image_suffix: str = ""
    mask_suffix: str = "_gt"
    view: str = "unknown"
    empty_mask: Literal["unknown", "empty"] = "unknown"
    window: Window | None = None


@dataclass(frozen=True)
class SequenceReference(Reference):
    """A loop and its mask."""

    mask: str
    patient: str
    view: str
    open_ended: ClassVar[bool] = True


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
            if suffix in (*NIFTI, *META_IMAGE) and not path.is_dir():
                files[below(path, self.root)[: -len(suffix)]] = suffix
        images = {name: match for name in files if (match := re.fullmatch(self.options.pattern, name))}
        if not images:
            raise UserError(
                f"{self.root}: expected NIfTI or MetaImage loops named like {self.options.pattern!r}. Received: none. "
                "Next step: check the dataset's root and its option `pattern`."
            )
        for name, match in sorted(images.items()):
            mask = f"{name.removesuffix(self.options.image_suffix)}{self.options.mask_suffix}"
            if mask not in files:
                yield self.dead_letter(name + files[name], name, f"expected a mask {mask}. Received: no such file")
                continue
            view = match.groupdict().get("view") or self.options.view
            yield SequenceReference(name + files[name], (name,), mask + files[mask], match["patient"], view)

    def frames(self, reference: Reference) -> Iterator[Frame | DeadLetter]:
        """The annotated frames; a loop without any is a dead letter."""
        assert isinstance(reference, SequenceReference)
        pictures, spacing = read_sequence(self.path(reference.file))
        masks, _ = read_sequence(self.path(reference.mask))
        if masks.shape != pictures.shape:
            raise BadRecordError(f"expected a mask of the loop's shape {pictures.shape}. Received: {masks.shape}")
        annotated = [number for number, mask in enumerate(masks) if mask.any() or self.options.empty_mask == "empty"]
        if not annotated:
            raise BadRecordError("expected a mask with an annotated frame. Received: all frames empty")
        for number in annotated:
            record = f"{reference.records[0]}_{number}"
            try:
                image, mask = to_gray(pictures[number], self.options.window), to_labels(masks[number])
            except BadRecordError as error:
                yield self.dead_letter(reference.file, record, str(error))
                continue
            yield Frame(record, image, mask, spacing, reference.patient, reference.view, f"frame{number}", None)
