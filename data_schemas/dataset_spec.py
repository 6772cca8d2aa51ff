"""What one dataset is: its reader, domain, labels, presence, split rule, licence. One YAML file a dataset."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator
from upath import UPath

from data_schemas.spacing_rule import SpacingRule
from data_schemas.split_rule import SplitRule
from data_schemas.yaml_file import read_yaml

DATASETS_DIR = Path(__file__).parent / "datasets"


class DatasetSpec(BaseModel):
    """One dataset.

    Attributes:
        name: The dataset's name in records and reports.
        reader: Name of the reader that knows its files.
        options: The reader's own options, checked by the reader.
        domain: The scanner or site.
        labels: Source label in a mask → structure name.
        unused_labels: Source labels that stand for nothing in the vocabulary and become background; any other label
            in a mask is refused.
        views: Views that the images show; a record of another view is refused.
        annotated: Structures that somebody drew in this dataset, or a list of them by view. The others are absent:
            nobody looked. A reader that knows better for an image (a presence table, a missing mask) is followed.
        split: Which rule puts a patient into train, val or test.
        spacing: Where the pixel spacing comes from.
        licence, citation, access: Terms of the data, for the model card.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    title: str
    reader: str
    options: dict[str, Any] = {}
    domain: str = Field(min_length=1)
    views: tuple[str, ...] = Field(min_length=1)
    labels: dict[int, str]
    unused_labels: tuple[int, ...] = ()
    annotated: tuple[str, ...] | dict[str, tuple[str, ...]]
    split: SplitRule
    spacing: SpacingRule
    licence: str
    citation: str
    access: str

    @model_validator(mode="after")
    def _annotated_has_labels(self) -> "DatasetSpec":
        if isinstance(self.annotated, dict) and set(self.annotated) != set(self.views):
            raise ValueError(
                f"annotated: expected a list of structures for each of the views {list(self.views)}. "
                f"Received: {list(self.annotated)}"
            )
        unmapped = sorted({name for view in self.views for name in self.annotated_in(view)} - set(self.labels.values()))
        if unmapped:
            raise ValueError(
                f"annotated names structures without a source label. Expected each among {self.labels}. "
                f"Received: {unmapped}"
            )
        return self

    def annotated_in(self, view: str) -> tuple[str, ...]:
        """Structures that somebody drew in images of a view."""
        return self.annotated[view] if isinstance(self.annotated, dict) else self.annotated


def load_dataset_spec(name_or_path: str) -> DatasetSpec:
    """Read a dataset file by its name in data_schemas/datasets or by a path ending in .yaml.

    Raises:
        ValueError: No such file, or its content is not a valid DatasetSpec.
    """
    path = UPath(name_or_path) if name_or_path.endswith(".yaml") else UPath(DATASETS_DIR / f"{name_or_path}.yaml")
    if not path.is_file():
        known = sorted(file.stem for file in DATASETS_DIR.glob("*.yaml"))
        raise ValueError(
            f"Invalid dataset. Expected one of {known} or the path of a .yaml file. Received: {name_or_path!r}"
        )
    return DatasetSpec.model_validate(read_yaml(path))
