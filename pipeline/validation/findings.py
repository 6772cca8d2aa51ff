"""What a survey means: problems that should be mended before a run, and notes that a person should know."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from components.example_gen.source import Source
from data_schemas.vocabulary import Vocabulary
from pipeline.validation.survey import Seen, Survey

EXAMPLES = 3  # files named in a finding
WIDEST_SPACING = 5.0  # a larger ratio of spacings within a dataset looks like a mistake of units


@dataclass(frozen=True)
class Finding:
    """One thing found.

    Attributes:
        level: problem stops `labeldrop validate` from passing; note does not.
        dataset: Which dataset, or * for several together.
    """

    level: Literal["problem", "note"]
    dataset: str
    text: str


def judge(survey: Survey, sources: tuple[Source, ...], vocabulary: Vocabulary) -> list[Finding]:
    """Problems first."""
    findings = [
        *_dead_letters(survey),
        *_splits(survey.records),
        *_patients(survey.records),
        *_duplicates(survey.records),
        *_presence(survey.records, vocabulary),
        *_spacing(survey.records),
        *_without_records(survey.records, sources),
    ]
    return sorted(findings, key=lambda finding: (finding.level != "problem", finding.dataset))


def _dead_letters(survey: Survey) -> Iterator[Finding]:
    by_kind: dict[tuple[str, str], list[str]] = defaultdict(list)
    for letter in survey.dead_letters:
        by_kind[letter.dataset, letter.reason.partition(" Received")[0].partition(", ")[0]].append(
            f"{letter.file}: {letter.reason}"
        )
    for (dataset, _), texts in sorted(by_kind.items()):
        yield Finding("problem", dataset, f"{len(texts)} records cannot be used, for example {texts[0]}")


def _splits(records: list[Seen]) -> Iterator[Finding]:
    counts = Counter(seen.split for seen in records)
    for split in ("train", "val"):
        if not counts[split]:
            yield Finding("problem", "*", f"no record is in the split {split}; found {dict(counts)}")
    if not counts["test"]:
        yield Finding("note", "*", "no record is in the split test: there is nothing to judge a model on")


def _patients(records: list[Seen]) -> Iterator[Finding]:
    places: dict[str, set[str]] = defaultdict(set)
    datasets: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for seen in records:
        places[seen.patient_id].add(seen.split)
        datasets[seen.source_patient][seen.dataset].add(seen.patient_id)
    leaking = sorted(patient for patient, splits in places.items() if len(splits) > 1)
    if leaking:
        text = f"{len(leaking)} patients are in several splits, for example {leaking[0]} (hashed)"
        yield Finding("problem", "*", f"{text} in {sorted(places[leaking[0]])}")
    apart: Counter[tuple[str, ...]] = Counter()
    for by_dataset in datasets.values():
        if len(set().union(*by_dataset.values())) > 1:
            apart[tuple(sorted(by_dataset))] += 1
    for names, number in sorted(apart.items()):
        text = f"{number} patient ids occur in each of {list(names)}; where they are the same people, say so with "
        yield Finding("note", "*", f"{text}patients_shared_with")


def _duplicates(records: list[Seen]) -> Iterator[Finding]:
    copies: dict[str, list[Seen]] = defaultdict(list)
    for seen in records:
        copies[seen.image].append(seen)
    for across in (True, False):
        groups = [
            group for group in copies.values() if len(group) > 1 and (len({seen.split for seen in group}) > 1) == across
        ]
        if groups:
            files = ", ".join(f"{seen.dataset}/{seen.file} ({seen.split})" for seen in groups[0][:EXAMPLES])
            where = "in several splits" if across else "within a split"
            text = f"{len(groups)} pictures occur more than once {where}, for example {files}"
            yield Finding("problem" if across else "note", "*", text)


def _presence(records: list[Seen], vocabulary: Vocabulary) -> Iterator[Finding]:
    by_dataset: dict[str, list[Seen]] = defaultdict(list)
    for seen in records:
        by_dataset[seen.dataset].append(seen)
    for dataset, all_seen in sorted(by_dataset.items()):
        hidden = [seen for seen in all_seen if seen.hidden]
        if hidden:
            text = f"{len(hidden)} masks hold structures that nobody is said to have looked for, for example "
            yield Finding("problem", dataset, f"{text}{list(hidden[0].hidden)} in {hidden[0].file}")
        for index, name in enumerate(vocabulary.names):
            annotated = [seen for seen in all_seen if seen.presence[index]]
            empty = [seen for seen in annotated if not seen.filled[index]]
            if annotated and len(empty) == len(annotated):
                text = f"{name} is said to be annotated and none of {len(annotated)} masks holds it"
                yield Finding("problem", dataset, f"{text}: absent and empty are different facts")
            elif empty:
                text = f"{name} is annotated and empty in {len(empty)} of {len(annotated)} masks"
                yield Finding("note", dataset, f"{text}, for example {empty[0].file}")
        if not any(any(seen.presence) for seen in all_seen):
            yield Finding("note", dataset, "no record has any label")


def _spacing(records: list[Seen]) -> Iterator[Finding]:
    by_dataset: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for seen in records:
        by_dataset[seen.dataset].append(seen.spacing_mm)
    for dataset, spacings in sorted(by_dataset.items()):
        values = np.array(spacings)
        known = np.isfinite(values).all(axis=1)
        if 0 < known.sum() < len(known):
            text = f"the spacing of {int((~known).sum())} of {len(known)} records is unknown"
            yield Finding("note", dataset, f"{text}: their distances are told in pixels")
        if known.any() and values[known].max() > WIDEST_SPACING * values[known].min():
            text = f"spacings from {values[known].min():.3g} to {values[known].max():.3g} mm"
            yield Finding("note", dataset, f"{text}: are all of them in mm?")


def _without_records(records: list[Seen], sources: tuple[Source, ...]) -> Iterator[Finding]:
    found = {seen.dataset for seen in records}
    for source in sources:
        if source.spec.name not in found:
            yield Finding("problem", source.spec.name, f"no record of the splits {list(source.splits)} can be used")
