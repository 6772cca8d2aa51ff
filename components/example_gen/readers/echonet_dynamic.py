"""EchoNet-Dynamic: FileList.csv with the splits, VolumeTracings.csv with chords across the left ventricle."""

from collections.abc import Iterator

from components.base import UserError
from components.example_gen.readers.base import DeadLetter, Reference
from components.example_gen.readers.echonet import FILE_LIST, TRACINGS, EchoNetReader
from components.example_gen.readers.outline import Outline

ROWS_A_TRACING = 21  # the long axis and 20 chords; some frames repeat them


class EchoNetDynamicReader(EchoNetReader):
    """Source: Ouyang et al., Nature 2020."""

    name = "echonet_dynamic"
    columns = ("X1", "Y1", "X2", "Y2")

    def references(self) -> Iterator[Reference | DeadLetter]:
        """Every video of the list."""
        if not (self.root / FILE_LIST).is_file() or not (self.root / TRACINGS).is_file():
            raise UserError(
                f"{self.root}: expected EchoNet-Dynamic, with {FILE_LIST}, {TRACINGS} and Videos/. Received: not both "
                "tables. Next step: set the dataset's root to the folder that holds them."
            )
        yield from self.of_folder("", "4CH")

    def outline(self, rows: list[tuple[float, ...]]) -> Outline:
        """Down one end of the chords and up the other; the first row is the long axis and no part of it."""
        chords = rows[1:ROWS_A_TRACING]
        return (*((x1, y1) for x1, y1, _, _ in chords), *((x2, y2) for _, _, x2, y2 in reversed(chords)))

    def split_of(self, cell: str) -> str | None:
        """TRAIN, VAL or TEST in any case."""
        return cell.lower()
