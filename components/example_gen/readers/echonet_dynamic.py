"""EchoNet-Dynamic: Videos/*.avi, FileList.csv with the splits, VolumeTracings.csv with the left ventricle's outline."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from skimage.draw import polygon

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

FILE_LIST, TRACINGS = "FileList.csv", "VolumeTracings.csv"
COLUMNS = {FILE_LIST: ("FileName", "Split"), TRACINGS: ("FileName", "X1", "Y1", "X2", "Y2", "Frame")}
LEFT_VENTRICLE = 1
ROWS_A_TRACING = 21  # the long axis and 20 chords; some frames repeat them
Chords = tuple[tuple[float, float, float, float], ...]
Traced = tuple[tuple[int, Chords], ...]  # frame number and outline


@dataclass(frozen=True)
class EchoNetReference(Reference):
    """A video with its traced frames.

    Attributes:
        traced: Frame number and chords (X1, Y1, X2, Y2) in pixels, one for each record.
    """

    split: str | None
    traced: Traced


class EchoNetDynamicReader(Reader):
    """Source: Ouyang et al., Nature 2020; the mask is drawn as the dataset's official loader draws it."""

    name = "echonet_dynamic"
    options_type = Options

    def references(self) -> Iterator[Reference | DeadLetter]:
        """Every video of the list that is traced; the others, and what is traced but not there, as dead letters."""
        if not (self.root / FILE_LIST).is_file() or not (self.root / TRACINGS).is_file():
            raise UserError(
                f"{self.root}: expected EchoNet-Dynamic, with {FILE_LIST}, {TRACINGS} and Videos/. Received: not both "
                "tables. Next step: set the dataset's root to the folder that holds them."
            )
        splits, bad_list = self._rows(FILE_LIST)
        tracings, bad_tracings = self._rows(TRACINGS)
        yield from bad_list
        yield from bad_tracings
        if bad_list or bad_tracings:
            return
        split_of = {_stem(row["FileName"] or ""): (row["Split"] or "").strip().lower() for row in splits}
        traced, bad = _traced(tracings)
        for stem in sorted(split_of | traced | bad):
            if stem in bad:
                yield self.dead_letter(f"Videos/{stem}.avi", "*", bad[stem])
            else:
                yield self._of_video(stem, split_of.get(stem), traced.get(stem))

    def frames(self, reference: Reference) -> Iterator[Frame | DeadLetter]:
        """The traced frames; the one with the larger left ventricle is end-diastole."""
        assert isinstance(reference, EchoNetReference)
        pictures = _decode(self.root / reference.file, {number for number, _ in reference.traced})
        names = _ed_es([_area(chords) for _, chords in reference.traced])
        for record, (number, chords), name in zip(reference.records, reference.traced, names, strict=True):
            if number not in pictures:
                reason = f"expected frame {number} in the video. Received: a video that ends before it"
                yield self.dead_letter(reference.file, record, reason)
                continue
            image = pictures[number]
            try:
                mask = draw_mask(chords, image.shape)
            except BadRecordError as error:
                yield self.dead_letter(reference.file, record, str(error))
                continue
            patient = Path(reference.file).stem
            yield Frame(record, image, mask, UNKNOWN_SPACING, patient, "4CH", name, reference.split)

    def _of_video(self, stem: str, split: str | None, traced: Traced | None) -> Reference | DeadLetter:
        file = f"Videos/{stem}.avi"
        if not stem or Path(stem).name != stem:
            return self.dead_letter(FILE_LIST, "*", f"expected a plain file name. Received: {stem!r}")
        if not traced:
            return self.dead_letter(file, "*", f"expected tracings of this video in {TRACINGS}. Received: none")
        if not (self.root / file).is_file():
            return self.dead_letter(file, "*", "expected the video that the tables name. Received: no such file")
        return EchoNetReference(file, tuple(f"{stem}_{number}" for number, _ in traced), split, traced)

    def _rows(self, name: str) -> tuple[list[dict[str, str]], list[DeadLetter]]:
        """Rows of a table, or one dead letter where its header is another."""
        with (self.root / name).open(newline="", encoding="utf-8-sig") as stream:
            reader = csv.DictReader(stream)
            header = reader.fieldnames or ()
            missing = [column for column in COLUMNS[name] if column not in header]
            if missing:
                reason = f"expected a header with the columns {list(COLUMNS[name])}. Received: {list(header)}"
                return [], [self.dead_letter(name, "*", reason)]
            return list(reader), []


def draw_mask(chords: Chords, shape: tuple[int, ...]) -> np.ndarray:
    """Outline of the left ventricle as the official loader fills it, (H,W) uint8.

    The first row is the long axis and no part of the outline. Coordinates outside the image are cut at its border.

    Raises:
        BadRecordError: The outline encloses no pixel.
    """
    x1, y1, x2, y2 = np.asarray(chords, np.float64).T
    columns = np.rint(np.concatenate([x1[1:], x2[:0:-1]]))
    rows = np.rint(np.concatenate([y1[1:], y2[:0:-1]]))
    mask = np.zeros(shape, np.uint8)
    mask[polygon(rows, columns, shape)] = LEFT_VENTRICLE
    if not mask.any():
        raise BadRecordError("expected a tracing that encloses pixels of the image. Received: an empty outline")
    return mask


def _traced(rows: list[dict[str, str]]) -> tuple[dict[str, Traced], dict[str, str]]:
    """Video → its traced frames in order, and video → reason where a row is no tracing.

    A frame whose rows are repeated keeps the first 21.
    """
    chords: dict[str, dict[int, list[tuple[float, float, float, float]]]] = {}
    bad: dict[str, str] = {}
    for line, row in enumerate(rows, 2):
        stem = _stem(row["FileName"] or "")
        try:
            x1, y1, x2, y2, number = (float(row[name]) for name in ("X1", "Y1", "X2", "Y2", "Frame"))
            if not np.isfinite([x1, y1, x2, y2]).all() or number < 0 or number != int(number):
                raise ValueError
        except (TypeError, ValueError, OverflowError):
            bad[stem] = (
                f"expected finite X1, Y1, X2, Y2 and a frame number in line {line} of {TRACINGS}. Received: {row}"
            )
            continue
        frame = chords.setdefault(stem, {}).setdefault(int(number), [])
        if len(frame) < ROWS_A_TRACING:
            frame.append((x1, y1, x2, y2))
    traced = {
        stem: tuple((number, tuple(lines)) for number, lines in sorted(frames.items()))
        for stem, frames in chords.items()
    }
    return traced, bad


def _area(chords: Chords) -> float:
    """Area of the outline in square pixels (shoelace)."""
    x1, y1, x2, y2 = np.asarray(chords, np.float64).T
    x, y = np.concatenate([x1[1:], x2[:0:-1]]), np.concatenate([y1[1:], y2[:0:-1]])
    return float(abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2)


def _ed_es(areas: list[float]) -> list[str]:
    """ED for the largest, ES for the smallest, unknown for any between or where there is one only."""
    if len(areas) < 2:
        return ["unknown"] * len(areas)
    largest, smallest = int(np.argmax(areas)), int(np.argmin(areas))
    return ["ED" if k == largest else "ES" if k == smallest else "unknown" for k in range(len(areas))]


def _decode(path: Path, wanted: set[int]) -> dict[int, np.ndarray]:
    """The wanted frames as gray, decoding no further than the last of them."""
    video = cv2.VideoCapture(str(path))
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


def _stem(file_name: str) -> str:
    return file_name.strip().removesuffix(".avi")
