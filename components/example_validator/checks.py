"""What may be wrong with a data set, told by its statistics."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.spatial.distance import jensenshannon
from tensorflow_metadata.proto.v0 import schema_pb2

from components.statistics_gen.tally import Tally
from data_schemas.record import SPLITS

GRAY_BINS = 32  # drift of intensities is told on coarser bins than 256, which are noisy in small splits


@dataclass(frozen=True)
class Anomaly:
    """One thing that is wrong.

    Attributes:
        feature: The feature it is about.
        reason: Short and the same for all of its kind.
        text: What was found, and what was expected.
    """

    feature: str
    severity: Literal["error", "warning"]
    reason: str
    text: str


def check(
    tally: Tally, schema: schema_pb2.Schema, structures: tuple[str, ...], previous: Tally | None
) -> list[Anomaly]:
    """All checks, errors first."""
    found = [
        *_features(tally),
        *_contradictions(tally),
        *_patients(tally),
        *_labels_to_judge_on(tally, structures),
        *_between_splits(tally, schema),
        *(_since(previous, tally, schema, structures) if previous else ()),
    ]
    return sorted(found, key=lambda anomaly: (anomaly.severity != "error", anomaly.feature))


def _features(tally: Tally) -> Iterator[Anomaly]:
    texts = {
        "missing": "the schema requires it and it is missing",
        "type": "the schema gives it another type or length",
        "unknown": "it is in no schema",
    }
    for (kind, name), number in sorted(tally.features.items()):
        severity: Literal["error", "warning"] = "warning" if kind == "unknown" else "error"
        yield Anomaly(name, severity, f"{kind} feature", f"{texts[kind]}, in {number} records")


def _contradictions(tally: Tally) -> Iterator[Anomaly]:
    for structure, number in sorted(tally.contradictions.items()):
        text = f"{number} masks hold {structure} where it is said that nobody looked, for example {tally.contradicting}"
        yield Anomaly("label_presence", "error", "presence contradicts content", text)


def _patients(tally: Tally) -> Iterator[Anomaly]:
    leaking = sorted(patient for patient, splits in tally.patients.items() if len(splits) > 1)
    if leaking:
        text = f"{len(leaking)} patients are in several splits, for example {leaking[0]} (hashed)"
        yield Anomaly("patient_id", "error", "patients across splits", text)


def _labels_to_judge_on(tally: Tally, structures: tuple[str, ...]) -> Iterator[Anomaly]:
    present: Counter[tuple[str, int]] = Counter()
    for (split, *_, presence), number in tally.records.items():
        for index, bit in enumerate(presence):
            present[split, index] += bit * number
    for index, structure in enumerate(structures):
        for split in ("val", "test"):
            if present["train", index] and not present[split, index]:
                text = f"{structure} is labelled in {present['train', index]} training records and in none of {split}"
                yield Anomaly("label_presence", "warning", "structure absent in evaluation", text)


def _between_splits(tally: Tally, schema: schema_pb2.Schema) -> Iterator[Anomaly]:
    """Drift of val and test against train, by the schema's skew comparators."""
    for feature, severity, limit, histograms in _compared(schema, "skew_comparator"):
        parts = {split: histograms(tally, split) for split in SPLITS}
        for split in ("val", "test"):
            for name in parts["train"].keys() & parts[split].keys():
                yield from _drift(
                    feature, severity, limit, f"{name} in {split}", parts[split][name], parts["train"][name]
                )


def _since(previous: Tally, tally: Tally, schema: schema_pb2.Schema, structures: tuple[str, ...]) -> Iterator[Anomaly]:
    """Drift against the previous span, by the schema's drift comparators, and what has gone."""
    for feature, severity, limit, histograms in _compared(schema, "drift_comparator"):
        for split in SPLITS:
            before, now = histograms(previous, split), histograms(tally, split)
            for name in before.keys() & now.keys():
                where = f"{name} in {split} against the previous span"
                yield from _drift(feature, severity, limit, where, now[name], before[name])
    for split, domain in sorted(set(previous.slices()) - set(tally.slices())):
        yield Anomaly("domain", "warning", "domain has gone", f"{domain} was in {split} of the previous span")
    for structure in structures:
        was, is_now = (any(key[1] == structure for key in one.areas) for one in (previous, tally))
        if was and not is_now:
            text = f"{structure} was labelled in the previous span and is nowhere now"
            yield Anomaly("label_presence", "error", "structure has gone", text)


Histograms = Callable[[Tally, str], dict[str, np.ndarray]]


def _compared(
    schema: schema_pb2.Schema, comparator: str
) -> Iterator[tuple[str, Literal["error", "warning"], float, Histograms]]:
    """Features with a threshold of Jensen-Shannon divergence, and how their histograms are had."""
    known: dict[str, Histograms] = {"domain": _domains, "image/encoded": _gray}
    for feature in schema.feature:
        limit = getattr(feature, comparator).jensen_shannon_divergence.threshold
        if limit and feature.name in known:
            yield feature.name, "warning", limit, known[feature.name]


def _domains(tally: Tally, split: str) -> dict[str, np.ndarray]:
    domains = sorted({domain for _, domain in tally.slices()})
    return {"the share of domains": np.array([tally.examples((split, domain)) for domain in domains])}


def _gray(tally: Tally, split: str) -> dict[str, np.ndarray]:
    return {
        f"the intensity of {domain}": counts.reshape(GRAY_BINS, -1).sum(1)
        for (own, domain), counts in tally.gray.items()
        if own == split
    }


def _drift(
    feature: str, severity: Literal["error", "warning"], limit: float, where: str, now: np.ndarray, before: np.ndarray
) -> Iterator[Anomaly]:
    if now.shape != before.shape or not now.sum() or not before.sum():
        return
    divergence = float(jensenshannon(now, before, base=2) ** 2)
    if divergence > limit:
        text = f"{where}: Jensen-Shannon divergence {divergence:.3f}, the schema allows {limit:.3f}"
        yield Anomaly(feature, severity, "drift", text)
