"""From the facts of all shards to the manifest, which is published last and is all that readers trust."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from components.base import UserError
from components.example_gen.convert import Converter
from components.example_gen.readers.base import DeadLetter
from components.examples_artifact import DEAD_LETTERS, FORMAT, MANIFEST
from components.json_file import read_json, write_json, write_json_lines
from data_schemas.dataset_spec import DatasetSpec
from data_schemas.record import SPLITS


@dataclass(frozen=True)
class Result:
    """What a conversion came to.

    Attributes:
        shards: Files of each split, in order.
        counts: Records by dataset, domain, split and presence.
        not_used: Records of splits that the configuration leaves out, by dataset and split.
        dead_letters: What did not become a record, in a fixed order.
        references: Files that were opened.
        processes: Host and id of each process that wrote a shard; no part of the manifest.
    """

    shards: dict[str, list[dict[str, Any]]]
    counts: list[dict[str, Any]]
    not_used: list[dict[str, Any]]
    dead_letters: list[DeadLetter]
    references: int
    processes: frozenset[str]

    @property
    def examples(self) -> int:
        """Records written."""
        return sum(entry["records"] for entry in self.counts)

    @property
    def records_in(self) -> int:
        """Everything that was listed: written, not used, or dead."""
        return self.examples + sum(entry["records"] for entry in self.not_used) + len(self.dead_letters)

    @property
    def bad_fraction(self) -> float:
        """Share of dead letters among all records, 0 where there is none."""
        return len(self.dead_letters) / self.records_in if self.records_in else 0.0

    def write(self, directory: Path, converter: Converter, datasets: Sequence[DatasetSpec]) -> None:
        """Write dead letters, then the manifest."""
        write_json_lines(directory / DEAD_LETTERS, [asdict(letter) for letter in self.dead_letters])
        content = {
            "format": FORMAT,
            "image_size": list(converter.image_size),
            "keep_aspect": converter.keep_aspect,
            "structures": [asdict(structure) for structure in converter.vocabulary.structures],
            "datasets": [_terms(spec) for spec in datasets],
            "splits": self.shards,
            "counts": self.counts,
            "not_used": self.not_used,
            "records_in": self.records_in,
            "dead_letters": len(self.dead_letters),
        }
        write_json(directory / MANIFEST, content)


def _terms(spec: DatasetSpec) -> dict[str, Any]:
    """What a model card says of a dataset."""
    annotated = sorted({name for view in spec.views for name in spec.annotated_in(view)})
    own = spec.model_dump(include={"name", "title", "domain", "licence", "citation", "access"})
    return {**own, "annotated": annotated}


def gather(facts: Path, listed: Sequence[DeadLetter]) -> Result:
    """Add up the facts of all shards.

    Args:
        listed: Dead letters found while listing.

    Raises:
        UserError: A patient stands in several splits.
    """
    shards: dict[str, list[dict[str, Any]]] = {split: [] for split in SPLITS}
    counts: Counter[tuple[Any, ...]] = Counter()
    not_used: Counter[tuple[Any, ...]] = Counter()
    letters = list(listed)
    references = 0
    processes = set()
    splits_of: dict[str, set[str]] = defaultdict(set)
    for file in sorted(facts.glob("part-*.json")):
        content = read_json(file)
        for split, shard in content["shards"].items():
            shards[split].append(shard)
        for entry in content["counts"]:
            counts[entry["dataset"], entry["domain"], entry["split"], tuple(entry["presence"])] += entry["records"]
        for entry in content["not_used"]:
            not_used[entry["dataset"], entry["split"]] += entry["records"]
        for patient, split in content["patients"]:
            splits_of[patient].add(split)
        references += content["references"]
        processes.add(content["process"])
        letters += [DeadLetter(**letter) for letter in content["dead_letters"]]
    _check_patients(splits_of)
    return Result(
        shards,
        [
            {"dataset": dataset, "domain": domain, "split": split, "presence": list(presence), "records": number}
            for (dataset, domain, split, presence), number in sorted(counts.items())
        ],
        [
            {"dataset": dataset, "split": split, "records": number}
            for (dataset, split), number in sorted(not_used.items())
        ],
        sorted(letters, key=lambda letter: (letter.dataset, letter.file, letter.record)),
        references,
        frozenset(processes),
    )


def _check_patients(splits_of: dict[str, set[str]]) -> None:
    leaking = {patient: sorted(splits) for patient, splits in splits_of.items() if len(splits) > 1}
    if leaking:
        patient, splits = next(iter(sorted(leaking.items())))
        raise UserError(
            f"Expected each patient in one split. Received: {len(leaking)} patient(s) in several, for example "
            f"{patient} (hashed) in {splits}. Next step: check the split lists and "
            "`patients_shared_with` of the datasets."
        )
