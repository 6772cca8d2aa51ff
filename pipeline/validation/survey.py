"""Read every record of a run's datasets once and keep a few facts of each."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from components.example_gen.convert import Converter
from components.example_gen.readers.base import BadRecordError, DeadLetter, Frame, Reference
from components.example_gen.source import Source

Spacing = tuple[float, float]


@dataclass(frozen=True)
class Seen:
    """Facts of one record.

    Attributes:
        presence: Length C, what is annotated.
        filled: Length C, what the mask holds of the annotated structures.
        hidden: Structures whose pixels the mask holds although nobody is said to have looked for them.
        patient_id: Salted hash within the datasets that share patients.
        source_patient: Salted hash of the source's own id alone, the same for all datasets.
        image: Digest of the picture's pixels.
    """

    dataset: str
    file: str
    split: str
    view: str
    presence: tuple[int, ...]
    filled: tuple[int, ...]
    hidden: tuple[str, ...]
    shape: tuple[int, ...]
    spacing_mm: Spacing
    patient_id: str
    source_patient: str
    image: str


@dataclass(frozen=True)
class Sample:
    """A picture for the sheet: (H,W) uint8 and its structure ids (H,W) uint8."""

    image: np.ndarray
    ids: np.ndarray


@dataclass
class Survey:
    """All of it.

    Attributes:
        samples: By dataset and view, the first record with the most structures in its mask.
        dead_letters: By dataset and file, what cannot be used and why.
    """

    records: list[Seen] = field(default_factory=list)
    dead_letters: list[DeadLetter] = field(default_factory=list)
    samples: dict[tuple[str, str], Sample] = field(default_factory=dict)


def survey(
    sources: tuple[Source, ...], converter: Converter, track: Callable[[list[Reference], str], Iterable[Reference]]
) -> Survey:
    """Read all datasets.

    Args:
        track: Hands the files of a dataset on, one by one, and shows how far it is.
    """
    found = Survey()
    for source in sources:
        references = []
        for item in source.reader.references():
            if isinstance(item, DeadLetter):
                found.dead_letters.append(item)
            else:
                references.append(item)
        for reference in track(references, source.spec.name):
            for answer in source.reader.read(reference):
                _add(found, source, converter, reference, answer)
    return found


def _add(found: Survey, source: Source, converter: Converter, reference: Reference, answer: Frame | DeadLetter) -> None:
    if isinstance(answer, DeadLetter):
        found.dead_letters.append(answer)
        return
    try:
        seen, sample = _look(source, converter, reference, answer)
    except BadRecordError as error:
        found.dead_letters.append(source.reader.dead_letter(reference.file, answer.record, str(error)))
        return
    if seen.split not in source.splits:
        return
    found.records.append(seen)
    key = (seen.dataset, seen.view)
    best = found.samples.get(key)
    if best is None or sum(seen.filled) > len(np.unique(best.ids[best.ids > 0])):
        found.samples[key] = sample


def _look(source: Source, converter: Converter, reference: Reference, frame: Frame) -> tuple[Seen, Sample]:
    spec, vocabulary = source.spec, converter.vocabulary
    who = converter.identity(source, frame)
    ids = converter.structure_ids(spec, frame.mask, who.annotated)
    everything = converter.structure_ids(spec, frame.mask, tuple(set(spec.labels.values())))
    held = {vocabulary.names[number - 1] for number in np.unique(everything[everything > 0])}
    digest = hashlib.sha256(f"{frame.image.shape}".encode() + frame.image.tobytes()).hexdigest()
    seen = Seen(
        spec.name, reference.file, who.split, frame.view, vocabulary.presence(who.annotated),
        vocabulary.presence(tuple(held & set(who.annotated))), tuple(sorted(held - set(who.annotated))),
        frame.image.shape, spec.spacing.apply(frame.spacing_mm), who.patient_id,
        converter.hashed("source patient", frame.patient), digest,
    )  # fmt: skip
    return seen, Sample(frame.image, ids)
