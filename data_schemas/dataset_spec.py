"""What one dataset is: its reader, domain, labels, presence, split rule, licence. One YAML file a dataset."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from data_schemas.yaml_file import read_yaml

DATASETS_DIR = Path(__file__).parent / "datasets"


class SourceSplit(BaseModel):
    """The dataset's own split lists decide.

    Attributes:
        rule: Always source.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    rule: Literal["source"] = "source"


class FixedSplit(BaseModel):
    """Every patient belongs to one split.

    Attributes:
        rule: Always fixed.
        split: That split.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    rule: Literal["fixed"] = "fixed"
    split: Literal["train", "val", "test"]


class HashSplit(BaseModel):
    """A patient's salted hash decides, so that adding patients never moves one that was there.

    Attributes:
        rule: Always hash.
        train, val, test: Share of the patients; together 1.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    rule: Literal["hash"] = "hash"
    train: float = Field(ge=0, le=1)
    val: float = Field(ge=0, le=1)
    test: float = Field(ge=0, le=1)

    @model_validator(mode="after")
    def _sums_to_one(self) -> "HashSplit":
        if abs(self.train + self.val + self.test - 1) > 1e-6:
            raise ValueError(
                f"Invalid split fractions. Expected train + val + test = 1. "
                f"Received: {self.train} + {self.val} + {self.test}"
            )
        return self


SplitRule = Annotated[SourceSplit | FixedSplit | HashSplit, Field(discriminator="rule")]


class DatasetSpec(BaseModel):
    """One dataset.

    Attributes:
        name: The dataset's name in records and reports.
        reader: Name of the reader that knows its files.
        options: The reader's own options, checked by the reader.
        domain: The scanner or site.
        labels: Source label in a mask → structure name; labels not named become background.
        annotated: Structures that somebody drew in this dataset. The others are absent: nobody looked.
        split: Which rule puts a patient into train, val or test.
        licence, citation, access: Terms of the data, for the model card.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    title: str
    reader: str
    options: dict[str, Any] = {}
    domain: str = Field(min_length=1)
    labels: dict[int, str]
    annotated: tuple[str, ...]
    split: SplitRule
    licence: str
    citation: str
    access: str

    @model_validator(mode="after")
    def _annotated_has_labels(self) -> "DatasetSpec":
        unmapped = sorted(set(self.annotated) - set(self.labels.values()))
        if unmapped:
            raise ValueError(
                f"annotated names structures without a source label. Expected each among {self.labels}. "
                f"Received: {unmapped}"
            )
        return self


def load_dataset_spec(name_or_path: str) -> DatasetSpec:
    """Read a dataset file by its name in data_schemas/datasets or by a path ending in .yaml.

    Raises:
        ValueError: No such file, or its content is not a valid DatasetSpec.
    """
    path = Path(name_or_path) if name_or_path.endswith(".yaml") else DATASETS_DIR / f"{name_or_path}.yaml"
    if not path.is_file():
        known = sorted(file.stem for file in DATASETS_DIR.glob("*.yaml"))
        raise ValueError(
            f"Invalid dataset. Expected one of {known} or the path of a .yaml file. Received: {name_or_path!r}"
        )
    return DatasetSpec.model_validate(read_yaml(path))
