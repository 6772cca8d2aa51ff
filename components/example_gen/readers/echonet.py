"""What EchoNet-Dynamic and EchoNet-Pediatric share: Videos/*.avi, FileList.csv, VolumeTracings.csv."""

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import ClassVar

from upath import UPath

from components.example_gen.readers.base import (
    UNKNOWN_SPACING,
    BadRecordError,
    DeadLetter,
    Frame,
    Reader,
    Reference,
)
from components.example_gen.readers.csv_table import read_table
from components.example_gen.readers.outline import Outline, draw_outline, ed_es
from components.example_gen.readers.video import read_video

FILE_LIST, TRACINGS, VIDEOS = "FileList.csv", "VolumeTracings.csv", "Videos"
Row = dict[str, str]


@dataclass(frozen=True)
class EchoNetReference(Reference):
    """A video with its traced frames: number from 0 and outline, one for each record."""

    view: str
    split: str | None
    traced: tuple[tuple[int, Outline], ...]


class EchoNetReader(Reader):
    """Source: Ouyang et al., Nature 2020; masks are drawn as the official loader draws them.

    Class attributes:
        columns: Columns of the tracings that hold coordinates.
    """

    columns: ClassVar[tuple[str, ...]]

    @abstractmethod
    def outline(self, rows: list[tuple[float, ...]]) -> Outline:
        """The outline that a frame's rows of coordinates stand for."""

    @abstractmethod
    def split_of(self, cell: str) -> str | None:
        """The split that a cell of the file list's column Split stands for."""

    def frame_number(self, cell: str) -> int:
        """The frame, counted from 0, that a cell of the tracings' column Frame stands for.

        Raises:
            ValueError: None.
        """
        number = float(cell)
        if number < 0 or number != int(number):
            raise ValueError(cell)
        return int(number)

    def of_folder(self, folder: str, view: str) -> Iterator[Reference | DeadLetter]:
        """Every video of the list that is traced; the others, and what is traced but not there, as dead letters."""
        place = self.root / folder if folder else self.root
        prefix = f"{folder}/" if folder else ""
        tables = {}
        for name, columns in ((FILE_LIST, ("Split",)), (TRACINGS, (*self.columns, "Frame"))):
            try:
                tables[name] = read_table(place / name, ("FileName", *columns))
            except BadRecordError as error:
                yield self.dead_letter(prefix + name, "*", str(error))
                return
        splits = {_stem(row["FileName"]): self.split_of(row["Split"]) for row in tables[FILE_LIST]}
        rows: dict[str, dict[str, list[tuple[int, Row]]]] = {}
        for line, row in enumerate(tables[TRACINGS], 2):
            rows.setdefault(_stem(row["FileName"]), {}).setdefault(row["Frame"], []).append((line, row))
        for stem in sorted(splits.keys() | rows.keys()):
            yield from self._of_video(place, prefix, view, stem, splits.get(stem), rows.get(stem, {}))

    def frames(self, reference: Reference) -> Iterator[Frame | DeadLetter]:
        """The traced frames; the one with the larger left ventricle is end-diastole."""
        assert isinstance(reference, EchoNetReference)
        pictures = read_video(self.path(reference.file), {number for number, _ in reference.traced})
        names = ed_es([outline for _, outline in reference.traced])
        patient = PurePosixPath(reference.file).stem
        for record, (number, outline), name in zip(reference.records, reference.traced, names, strict=True):
            try:
                if number not in pictures:
                    raise BadRecordError(f"expected frame {number} in the video. Received: a video that ends before it")
                image = pictures[number]
                mask = draw_outline(outline, image.shape)
            except BadRecordError as error:
                yield self.dead_letter(reference.file, record, str(error))
                continue
            yield Frame(record, image, mask, UNKNOWN_SPACING, patient, reference.view, name, reference.split)

    def _of_video(
        self, place: UPath, prefix: str, view: str, stem: str, split: str | None,
        rows: dict[str, list[tuple[int, Row]]],
    ) -> Iterator[Reference | DeadLetter]:  # fmt: skip
        if not stem or PurePosixPath(stem).name != stem:
            yield self.dead_letter(prefix + FILE_LIST, "*", f"expected a plain file name. Received: {stem!r}")
            return
        file = f"{prefix}{VIDEOS}/{stem}.avi"
        if not rows:
            reason = f"expected tracings of this video in {TRACINGS}. Received: none"
            yield self.dead_letter(file, "*", reason)
            return
        if not (place / VIDEOS / f"{stem}.avi").is_file():
            yield self.dead_letter(file, "*", "expected the video that the tables name. Received: no such file")
            return
        traced = {}
        for cell, lines in rows.items():
            try:
                number = self._number(cell)
                traced[number] = self.outline([self._coordinates(line, row) for line, row in lines])
            except BadRecordError as error:
                yield self.dead_letter(file, f"{stem}_{cell}", str(error))
        if traced:
            outlines = tuple(sorted(traced.items()))
            yield EchoNetReference(file, tuple(f"{stem}_{number}" for number, _ in outlines), view, split, outlines)

    def _number(self, cell: str) -> int:
        try:
            return self.frame_number(cell)
        except (ValueError, OverflowError):
            raise BadRecordError(f"expected a frame number in {TRACINGS}. Received: {cell!r}") from None

    def _coordinates(self, line: int, row: Row) -> tuple[float, ...]:
        cells = [row[column] for column in self.columns]
        try:
            values = tuple(float(cell) for cell in cells)
        except ValueError:
            values = ()
        if not values or not all(abs(value) < 1e6 for value in values):  # NaN is not below anything
            columns = ", ".join(self.columns)
            raise BadRecordError(f"expected finite {columns} in line {line} of {TRACINGS}. Received: {cells}")
        return values


def _stem(file_name: str) -> str:
    return file_name.removesuffix(".avi")
