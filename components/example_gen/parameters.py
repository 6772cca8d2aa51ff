"""What a user may set of the conversion."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from components.base import Parameters
from components.example_gen.readers import reader_type
from data_schemas.dataset_spec import DatasetSpec, load_dataset_spec
from data_schemas.spacing_rule import SpacingRule
from data_schemas.split_rule import SplitRule
from data_schemas.vocabulary import DEFAULT_PATH, Vocabulary, load_vocabulary

Side = Annotated[int, Field(ge=8, le=2048)]
Split = Literal["train", "val", "test"]
OVERRIDABLE = ("domain", "views", "labels", "annotated", "split", "spacing")


class DatasetUse(BaseModel):
    """One dataset of a run: a dataset file, where its files are, and what is different here.

    Attributes:
        spec: Name of a file in data_schemas/datasets, or the path of one.
        root: The dataset's folder below data_root.
        domain, views, labels, annotated, split, spacing: Instead of what the dataset file says.
        options: Reader options, added to those of the dataset file.
        splits: Only these splits are used; records of others are counted as not used.
        patients_shared_with: Another dataset whose patient ids mean the same patients.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    spec: str
    root: str = "."
    domain: str | None = None
    labels: dict[int, str] | None = None
    views: tuple[str, ...] | None = None
    annotated: tuple[str, ...] | dict[str, tuple[str, ...]] | None = None
    split: SplitRule | None = None
    spacing: SpacingRule | None = None
    options: dict[str, Any] = {}
    splits: tuple[Split, ...] = ("train", "val", "test")
    patients_shared_with: str | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> "DatasetUse":
        spec = self.resolved()
        if Path(self.root).is_absolute() or ".." in Path(self.root).parts:
            raise ValueError(f"root: expected a folder below data_root. Received: {self.root!r}")
        reader_type(spec.reader)(spec.name, Path(self.root), spec.options)
        return self

    def resolved(self) -> DatasetSpec:
        """The dataset file with this run's differences.

        Raises:
            ValueError: The dataset file is missing or not valid, also together with the differences.
        """
        spec = load_dataset_spec(self.spec).model_dump()
        overrides = self.model_dump(include=set(OVERRIDABLE), exclude_none=True)
        return DatasetSpec.model_validate({**spec, **overrides, "options": {**spec["options"], **self.options}})


class ExampleGenParameters(Parameters):
    """All of the conversion.

    Attributes:
        data_root: Folder that holds every dataset of the run; may be in an object store, such as s3://bucket/data.
        datasets: The datasets, each name once.
        structures: Vocabulary: the path of a file, or the name of one in data_schemas/vocabularies; the heart's
            structures.yaml where none is given.
        image_size: Rows and columns of the stored pictures.
        keep_aspect: Whether pictures are scaled by their spacing and padded to that size; false stretches them.
        num_shards: Files a split.
        max_bad_fraction: Above this share of dead letters among all records the run stops.
        salt: Secret that patient ids are hashed with. Only for public data: without it, one is made for the run root.
    """

    data_root: str
    datasets: tuple[DatasetUse, ...] = Field(min_length=1)
    structures: str = str(DEFAULT_PATH)
    image_size: tuple[Side, Side] = (128, 128)
    keep_aspect: bool = True
    num_shards: Annotated[int, Field(ge=1, le=10_000)] = 4
    max_bad_fraction: Annotated[float, Field(ge=0, le=1)] = 0.05
    salt: Annotated[str, Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> "ExampleGenParameters":
        vocabulary = self.vocabulary()
        specs = [use.resolved() for use in self.datasets]
        for spec in specs:
            for structure in spec.labels.values():
                vocabulary.mask_id(structure)
        names = [spec.name for spec in specs]
        if len(set(names)) != len(names):
            raise ValueError(f"datasets: expected each dataset once. Received: {names}")
        for use in self.datasets:
            if use.patients_shared_with is not None and use.patients_shared_with not in names:
                raise ValueError(
                    f"patients_shared_with: expected one of the run's datasets {names}. "
                    f"Received: {use.patients_shared_with!r}"
                )
        return self

    def vocabulary(self) -> Vocabulary:
        """The structures, in order."""
        return load_vocabulary(self.structures)
