"""Which structures were annotated in each image, from a CSV: `name,LV,MYO,LA` with 1 for annotated and 0 for not."""

import csv

from components.files import Location

NAME = "name"
VALUES = {"1": True, "1.0": True, "0": False, "0.0": False}


def read_presence(file: Location) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """Annotated structures of each image, and why a row cannot be used.

    Raises:
        ValueError: The table has no column `name`, or names an image twice.
    """
    annotated: dict[str, tuple[str, ...]] = {}
    bad: dict[str, str] = {}
    with file.open(newline="", encoding="utf-8-sig") as stream:
        table = csv.DictReader(stream)
        structures = [column for column in table.fieldnames or () if column != NAME]
        if NAME not in (table.fieldnames or ()) or not structures:
            raise ValueError(f"{file}: expected the columns name and one for each structure. Received: {structures}")
        for row in table:
            name = (row[NAME] or "").strip()
            if name in annotated or name in bad:
                raise ValueError(f"{file}: expected each image once. Received twice: {name!r}")
            cells = {structure: (row[structure] or "").strip() for structure in structures}
            wrong = {structure: cell for structure, cell in cells.items() if cell not in VALUES}
            if wrong:
                bad[name] = (
                    f"expected 1 or 0 for each structure in {file.name}, line {table.line_num}. Received: {wrong}"
                )
            else:
                annotated[name] = tuple(structure for structure, cell in cells.items() if VALUES[cell])
    return annotated, bad
