"""EchoNet-Pediatric: a folder a view, each like EchoNet-Dynamic but with the outline's points and with ten folds."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from components.base import UserError
from components.example_gen.readers.base import DeadLetter, Options, Reference
from components.example_gen.readers.echonet import FILE_LIST, TRACINGS, EchoNetReader
from components.example_gen.readers.outline import Outline

VIEWS = {"A4C": "4CH", "PSAX": "PSAX"}
Fold = Annotated[int, Field(ge=0, le=9)]


class EchoNetPediatricOptions(Options):
    """Which folders are read and what the folds 0 to 9 are for.

    Attributes:
        folders: A4C (apical four-chamber) and PSAX (parasternal short axis).
        val, test: Folds for validation and test; the others are for training.
        first_frame: How VolumeTracings.csv counts a video's first frame. 0 is what the official loader of the sister
            dataset takes; some published code takes 1.
    """

    folders: tuple[Literal["A4C", "PSAX"], ...] = ("A4C",)
    val: tuple[Fold, ...] = (8,)
    test: tuple[Fold, ...] = (9,)
    first_frame: Literal[0, 1] = 0


class EchoNetPediatricReader(EchoNetReader):
    """Source: Reddy et al., JASE 2023. Age, sex, weight and height stay in the table."""

    name = "echonet_pediatric"
    options_type = EchoNetPediatricOptions
    options: EchoNetPediatricOptions
    columns = ("X", "Y")

    def references(self) -> Iterator[Reference | DeadLetter]:
        """Every video of the wanted folders."""
        for folder in self.options.folders:
            place = self.root / folder
            if not (place / FILE_LIST).is_file() or not (place / TRACINGS).is_file():
                raise UserError(
                    f"{place}: expected a view of EchoNet-Pediatric, with {FILE_LIST}, {TRACINGS} and Videos/. "
                    "Received: not both tables. Next step: check the dataset's root and its option `folders`."
                )
            yield from self.of_folder(folder, VIEWS[folder])

    def outline(self, rows: list[tuple[float, ...]]) -> Outline:
        """The points in their order, a repeated one once."""
        return tuple(dict.fromkeys((x, y) for x, y in rows))

    def split_of(self, cell: str) -> str | None:
        """The split of a fold."""
        if cell not in map(str, range(10)):
            return cell
        fold = int(cell)
        return "val" if fold in self.options.val else "test" if fold in self.options.test else "train"

    def frame_number(self, cell: str) -> int:
        """The frame; cells such as "No Systolic" are none."""
        number = super().frame_number(cell) - self.options.first_frame
        if number < 0:
            raise ValueError(cell)
        return number
