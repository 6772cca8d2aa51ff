"""One shard: its references are read, converted and written in one step, so that no pixel is ever shuffled.

A shard's files have deterministic names and contents and are renamed into place: a step that is retried, or that runs
twice at the same time, changes nothing. What a killed step leaves stands in a folder that is gone with the job.
"""

import hashlib
import os
import shutil
import socket
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import tensorflow as tf

from components.durable import sync_path
from components.example_gen.convert import Converter
from components.example_gen.readers.base import BadRecordError, DeadLetter, Frame, Reference
from components.example_gen.source import Source
from components.json_file import write_json
from data_schemas.record import SPLITS, Record


@dataclass(frozen=True, order=True)
class Work:
    """A reference of the run: which source it belongs to, and its place in a fixed order."""

    source: int
    file: str
    reference: Reference = field(compare=False)

    def shard(self, num_shards: int) -> int:
        """The shard this work belongs to, evenly spread and independent of what else there is."""
        digest = hashlib.sha256(f"{self.source}\0{self.file}".encode()).digest()
        return int.from_bytes(digest[:8], "big") % num_shards


@dataclass(frozen=True)
class ShardWriter:
    """Writes `<split>/part-<shard>-of-<shards>.tfrecord` for each split, and a JSON of facts for the manifest.

    Attributes:
        examples: The artifact's folder.
        scratch: The job's own folder, on the same file system and seen by all workers.
    """

    sources: tuple[Source, ...]
    converter: Converter
    num_shards: int
    examples: Path
    scratch: Path

    @property
    def facts(self) -> Path:
        """Where the facts of finished shards are."""
        return self.scratch / "facts"

    @property
    def _aside(self) -> Path:
        return self.scratch / "aside"

    @contextmanager
    def folders(self) -> Iterator[None]:
        """The folders that shards are written to; a step that outlives its job finds none and fails."""
        shutil.rmtree(self.scratch, ignore_errors=True)
        targets = [self.examples / split for split in SPLITS]
        for folder in (self.facts, self._aside, *targets):
            folder.mkdir(parents=True)
        yield
        shutil.rmtree(self.scratch)
        for folder in targets:
            if not any(folder.iterdir()):
                folder.rmdir()

    def write(self, shard: int, works: Iterable[Work]) -> None:
        """Read and write everything of one shard, one image in memory at a time."""
        name = f"part-{shard:05d}-of-{self.num_shards:05d}"
        done = self.facts / f"{name}.json"
        if done.is_file():  # by an earlier attempt of the same job
            return
        files = {split: _AtomicFile(self.examples / split / f"{name}.tfrecord", self._aside) for split in SPLITS}
        tally = _Tally()
        for work in sorted(works):
            tally.references += 1
            source = self.sources[work.source]
            for item in source.reader.read(work.reference):
                record = self._convert(source, work, item, tally)
                if record is not None:
                    files[record.split].write(record.serialize())
        shards = {split: facts for split, file in files.items() if (facts := file.close())}
        aside = self._aside / f"{name}-{uuid.uuid4().hex}.json"
        write_json(aside, {"shards": shards, "process": f"{socket.gethostname()}:{os.getpid()}", **tally.facts()})
        sync_path(aside)
        aside.replace(done)

    def _convert(self, source: Source, work: Work, item: Frame | DeadLetter, tally: "_Tally") -> Record | None:
        if isinstance(item, DeadLetter):
            tally.dead_letters.append(item)
            return None
        try:
            record = self.converter.record(source, item)
        except BadRecordError as error:
            tally.dead_letters.append(source.reader.dead_letter(work.file, item.record, str(error)))
            return None
        if record.split not in source.splits:
            tally.not_used[record.dataset, record.split] += 1
            return None
        tally.add(record)
        return record


class _AtomicFile:
    """A TFRecord file that is there completely or not at all; without records it is not there."""

    def __init__(self, target: Path, aside: Path) -> None:
        self._target = target
        self._aside = aside / f"{target.name}-{uuid.uuid4().hex}"
        self._writer: Any = None
        self._records = 0

    def write(self, serialized: bytes) -> None:
        if self._writer is None:
            self._writer = tf.io.TFRecordWriter(str(self._aside))
        self._writer.write(serialized)
        self._records += 1

    def close(self) -> dict[str, Any] | None:
        """Publish the file; its name, number of records and checksum, or none where it is empty."""
        if self._writer is None:
            return None
        self._writer.close()
        sync_path(self._aside)
        with self._aside.open("rb") as stream:
            checksum = hashlib.file_digest(stream, "sha256").hexdigest()
        self._aside.replace(self._target)
        return {"file": self._target.name, "records": self._records, "sha256": checksum}


@dataclass
class _Tally:
    """Counts of one shard."""

    records: Counter[tuple[str, str, str, tuple[int, ...]]] = field(default_factory=Counter)
    not_used: Counter[tuple[str, str]] = field(default_factory=Counter)
    patients: set[tuple[str, str]] = field(default_factory=set)
    dead_letters: list[DeadLetter] = field(default_factory=list)
    references: int = 0

    def add(self, record: Record) -> None:
        self.records[record.dataset, record.domain, record.split, record.label_presence] += 1
        self.patients.add((record.patient_id, record.split))

    def facts(self) -> dict[str, Any]:
        return {
            "counts": [
                {"dataset": dataset, "domain": domain, "split": split, "presence": presence, "records": number}
                for (dataset, domain, split, presence), number in sorted(self.records.items())
            ],
            "not_used": [
                {"dataset": dataset, "split": split, "records": number}
                for (dataset, split), number in sorted(self.not_used.items())
            ],
            "patients": sorted(self.patients),
            "references": self.references,
            "dead_letters": [asdict(letter) for letter in self.dead_letters],
        }
