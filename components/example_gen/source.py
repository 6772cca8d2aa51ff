"""A dataset of this run, ready to be read by a worker."""

from dataclasses import dataclass

from upath import UPath

from components.base import UserError
from components.example_gen.parameters import DatasetUse
from components.example_gen.readers import reader_type
from components.example_gen.readers.base import Reader
from components.files import stays_inside
from data_schemas.dataset_spec import DatasetSpec


@dataclass(frozen=True)
class Source:
    """What is read and how.

    Attributes:
        namespace: Equal source patient ids are the same patient within one namespace.
        splits: Splits of this dataset that are used.
    """

    spec: DatasetSpec
    reader: Reader
    namespace: str
    splits: tuple[str, ...]


def open_source(use: DatasetUse, data_root: UPath) -> Source:
    """Find the dataset's folder and its reader.

    Raises:
        UserError: The folder is missing, or a link leads out of data_root.
    """
    spec = use.resolved()
    root = data_root / use.root
    if not root.is_dir():
        raise UserError(
            f"{root}: expected the folder of dataset {spec.name}. Received: no such folder. "
            "Next step: set data_root, or the dataset's root below it."
        )
    if not stays_inside(root, data_root):
        raise UserError(f"{root}: expected a folder inside {data_root}. Received: a link to {root.resolve()}")
    reader = reader_type(spec.reader)(spec.name, root, spec.options)
    return Source(spec, reader, use.patients_shared_with or spec.name, use.splits)
