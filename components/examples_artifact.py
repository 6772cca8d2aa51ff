"""The examples channel, as every other component reads it: by its manifest and nothing else."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from components.base import UserError
from components.json_file import read_json
from data_schemas.vocabulary import Structure, Vocabulary

FORMAT = 3
MANIFEST = "manifest.json"
DEAD_LETTERS = "dead_letters.jsonl"


@dataclass(frozen=True)
class ExamplesArtifact:
    """Published examples.

    Attributes:
        directory: Where the artifact is.
        manifest: Content of its manifest.
    """

    directory: Path
    manifest: dict[str, Any]

    @classmethod
    def load(cls, directory: Path) -> "ExamplesArtifact":
        """Open an examples directory.

        Raises:
            UserError: It has no manifest, or one of another format.
        """
        file = directory / MANIFEST
        if not file.is_file():
            raise UserError(f"{file}: expected the manifest of converted examples. Next step: run ExampleGen again.")
        manifest = read_json(file)
        if manifest.get("format") != FORMAT:
            raise UserError(f"{file}: expected format {FORMAT}. Received: {manifest.get('format')!r}")
        return cls(directory, manifest)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The structures, in order."""
        return Vocabulary(tuple(Structure(**entry) for entry in self.manifest["structures"]))

    @property
    def image_size(self) -> tuple[int, int]:
        """Rows and columns of every stored picture."""
        rows, columns = self.manifest["image_size"]
        return rows, columns

    @property
    def keep_aspect(self) -> bool:
        """Whether pictures were padded to that size; otherwise they were stretched."""
        return bool(self.manifest["keep_aspect"])

    @property
    def datasets(self) -> list[dict[str, Any]]:
        """Each dataset with its domain, annotated structures, licence, citation and access."""
        return list(self.manifest["datasets"])

    def files(self, split: str) -> list[Path]:
        """TFRecord files of a split, in their fixed order.

        Raises:
            UserError: The split is empty, or a file is not there.
        """
        files = [self.directory / split / shard["file"] for shard in self.manifest["splits"].get(split, [])]
        if not files:
            raise UserError(f"{self.directory}: expected records in the split {split!r}. Received: none")
        missing = [file for file in files if not file.is_file()]
        if missing:
            raise UserError(f"{missing[0]}: the manifest names this file and it is not there")
        return files

    def records(self, split: str) -> int:
        """Number of records of a split."""
        return sum(shard["records"] for shard in self.manifest["splits"].get(split, []))

    def records_of(self, dataset: str, split: str) -> int:
        """Number of records of a split that come from one dataset."""
        return sum(entry["records"] for entry in self._counts(split) if entry["dataset"] == dataset)

    def labelled_domains(self, split: str) -> dict[str, tuple[bool, ...]]:
        """For each domain of a split, which structures any of its records labels."""
        found: dict[str, tuple[bool, ...]] = {}
        for entry in self._counts(split):
            before = found.get(entry["domain"], (False,) * len(self.vocabulary))
            found[entry["domain"]] = tuple(a or bool(b) for a, b in zip(before, entry["presence"], strict=True))
        return dict(sorted(found.items()))

    def partially_labelled(self, split: str) -> tuple[bool, ...]:
        """For each structure, whether some records of the split have its label and some do not."""
        present = [0] * len(self.vocabulary)
        for entry in self._counts(split):
            present = [n + entry["records"] * bit for n, bit in zip(present, entry["presence"], strict=True)]
        return tuple(0 < number < self.records(split) for number in present)

    def presence_patterns(self, split: str) -> list[tuple[int, ...]]:
        """Each presence vector that occurs in the split, once."""
        return sorted({tuple(entry["presence"]) for entry in self._counts(split)})

    def _counts(self, split: str) -> list[dict[str, Any]]:
        return [entry for entry in self.manifest["counts"] if entry["split"] == split]
