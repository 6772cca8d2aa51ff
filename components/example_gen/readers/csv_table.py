"""Reading the CSV tables of a dataset, with or without a byte-order mark, whatever ends their lines."""

import csv

from components.example_gen.readers.base import BadRecordError
from components.files import Location


def read_table(file: Location, columns: tuple[str, ...]) -> list[dict[str, str]]:
    """The rows, a missing cell as "".

    Raises:
        BadRecordError: The file is no UTF-8 text, or a column is missing.
    """
    try:
        with file.open(newline="", encoding="utf-8-sig") as stream:
            reader = csv.DictReader(stream)
            header = list(reader.fieldnames or ())
            if not set(columns) <= set(header):
                raise BadRecordError(f"expected a header with the columns {list(columns)}. Received: {header}")
            return [{column: (row[column] or "").strip() for column in columns} for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadRecordError(f"expected a CSV table, {file.name}. Received: {error}") from None
