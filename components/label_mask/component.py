"""LabelMask: a published examples artifact → examples with fewer labels."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from components.base import Component, Context, Directories, UserError
from components.content import digest_file
from components.examples_artifact import DEAD_LETTERS, MANIFEST, ExamplesArtifact
from components.json_file import write_json
from components.label_mask.parameters import LabelMaskParameters

Presence = tuple[int, ...]
LEARNED_FROM = ("train", "val")  # the test split keeps every label: it judges


class LabelMask(Component[LabelMaskParameters]):
    """Hides labels of training and validation as a data set would lack them: presence 0, pixels background.

    Channels:
        examples: Another examples artifact.
    """

    name = "LabelMask"
    outputs = ("examples",)
    neutral = frozenset({"source"})

    def external_content(self) -> dict[str, str]:
        """The manifest names each file with its checksum."""
        return {"source": digest_file(Path(self.parameters.source) / MANIFEST)}

    def execute(self, inputs: Directories, outputs: Directories, context: Context) -> None:
        """Write each file anew, a record at a time.

        Raises:
            UserError: A domain or structure is not in the examples, or no records are left to learn from.
        """
        artifact = ExamplesArtifact.load(Path(self.parameters.source))
        self._check(artifact)
        out = outputs["examples"]
        manifest = {**artifact.manifest, "splits": {}, "counts": []}
        for split in artifact.manifest["splits"]:
            shards, counts = self._split(artifact, split, out / split)
            manifest["splits"][split] = shards
            manifest["counts"] += [
                {"dataset": dataset, "domain": domain, "split": split, "presence": list(presence), "records": number}
                for (dataset, domain, presence), number in sorted(counts.items())
            ]
            if split in LEARNED_FROM and artifact.records(split) and not counts:
                raise UserError(f"label_mask.drop: expected records left in {split!r}. Received: none")
        (out / DEAD_LETTERS).write_bytes((artifact.directory / DEAD_LETTERS).read_bytes())
        write_json(out / MANIFEST, manifest)

    def _check(self, artifact: ExamplesArtifact) -> None:
        domains = {entry["domain"] for entry in artifact.manifest["counts"]}
        unknown = ({*self.parameters.hide, *self.parameters.drop}) - domains
        structures = {name for names in self.parameters.hide.values() for name in names} - {*artifact.vocabulary.names}
        if unknown or structures:
            raise UserError(
                f"label_mask: expected domains of {sorted(domains)} and structures of "
                f"{list(artifact.vocabulary.names)}. Received: {sorted(unknown | structures)}"
            )

    def _split(
        self, artifact: ExamplesArtifact, split: str, folder: Path
    ) -> tuple[list[dict[str, Any]], Counter[tuple[str, str, Presence]]]:
        """Shards of the manifest, and records by dataset, domain and presence."""
        if not artifact.records(split):
            return [], Counter()
        folder.mkdir()
        files = artifact.files(split)
        wanted = self._presence(files, artifact.vocabulary.names) if split in LEARNED_FROM else None
        shards: list[dict[str, Any]] = []
        counts: Counter[tuple[str, str, Presence]] = Counter()
        for file in files:
            target, written = folder / file.name, 0
            with tf.io.TFRecordWriter(str(target)) as writer:
                for example in _examples(file):
                    if wanted is not None:
                        presence = next(wanted)
                        if presence is None:
                            continue
                        _apply(example, presence)
                    writer.write(example.SerializeToString(deterministic=True))
                    counts[_text(example, "dataset"), _text(example, "domain"), _presence_of(example)] += 1
                    written += 1
            shards.append({"file": file.name, "records": written, "sha256": digest_file(target)})
        return shards, counts

    def _presence(self, files: list[Path], structures: tuple[str, ...]) -> Iterator[Presence | None]:
        """What each record of a split keeps, in order; none where its domain is dropped."""
        parameters = self.parameters
        found: list[Presence | None] = []
        for example in (example for file in files for example in _examples(file)):
            domain, patient = _text(example, "domain"), _text(example, "patient_id")
            hidden = set() if self._keeps(patient) else set(parameters.hide.get(domain, ()))
            bits = zip(structures, _presence_of(example), strict=True)
            kept = tuple(int(bit and name not in hidden) for name, bit in bits)
            found.append(None if domain in parameters.drop else kept)
        if parameters.shuffle:
            order = np.random.default_rng(parameters.seed).permutation(len(found))
            found = [found[place] for place in order]
        return iter(found)

    def _keeps(self, patient: str) -> bool:
        digest = hashlib.sha256(f"{self.parameters.seed}\0{patient}".encode()).digest()
        return int.from_bytes(digest[:8], "big") / 2**64 < self.parameters.keep


def _examples(file: Path) -> Iterator[tf.train.Example]:
    for serialized in tf.data.TFRecordDataset(str(file)).as_numpy_iterator():
        yield tf.train.Example.FromString(serialized)


def _apply(example: tf.train.Example, presence: Presence) -> None:
    """Lower the presence of a record to `presence`, and empty the mask of what is hidden."""
    features = example.features.feature
    kept = np.array([0, *presence], bool) & np.array([0, *_presence_of(example)], bool)
    mask = tf.io.decode_png(features["mask/encoded"].bytes_list.value[0], channels=1).numpy()
    ids = np.where(kept, np.arange(len(kept)), 0).astype(np.uint8)
    features["mask/encoded"].bytes_list.value[:] = [tf.io.encode_png(ids[mask]).numpy()]
    features["label_presence"].int64_list.value[:] = kept[1:].astype(int).tolist()


def _presence_of(example: tf.train.Example) -> Presence:
    return tuple(example.features.feature["label_presence"].int64_list.value)


def _text(example: tf.train.Example, name: str) -> str:
    return str(example.features.feature[name].bytes_list.value[0].decode())
