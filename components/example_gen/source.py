"""A dataset of this run, ready to be read by a worker."""

from dataclasses import dataclass
from pathlib import Path

from upath import UPath

from components.base import UserError
from components.example_gen.parameters import DatasetUse, ExampleGenParameters
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


def open_sources(parameters: ExampleGenParameters) -> tuple[Source, ...]:
    """Find each dataset's folder and its reader.

    Raises:
        UserError: A folder is missing, or a link leads out of data_root.
    """
    root = UPath(parameters.data_root)
    root = root.absolute() if isinstance(root, Path) else root  # workers have another working directory
    if not root.is_dir():
        raise UserError(
            f"{root}: expected the folder that holds the datasets. Received: no such folder. Next step: set "
            "data_root in the configuration or with --set data_root=/path."
        )
    return tuple(_open_source(use, root) for use in parameters.datasets)


def _open_source(use: DatasetUse, data_root: UPath) -> Source:
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
