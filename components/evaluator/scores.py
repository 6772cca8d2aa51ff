"""From cases to scores: means with intervals, only where a structure was labelled."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from components.evaluator.bootstrap import patient_interval
from components.evaluator.measure import Case

NAN = float("nan")
SMALLEST_SHARE = 0.1  # of the mean labelled area: less is no prediction of the structure


@dataclass(frozen=True)
class Score:
    """One structure in one domain, and view where told apart.

    Attributes:
        view: "*" for all views together.
        images, patients: How many labelled images, and of how many patients.
        dice: Mean over those images, NaN where there is none; dice_low and dice_high its interval.
        hd95, asd: Means in `unit` over images where truth and prediction hold it; no number mixes mm and pixels.
        unit: mm, px, or "mixed", where no distance is told.
        missed: Share of images whose truth holds it and whose prediction does not.
        area_error: Mean of (predicted - true) / true area.
        pieces: Share of predictions in more than one piece.
    """

    domain: str
    structure: str
    view: str
    images: int
    patients: int
    dice: float
    dice_low: float
    dice_high: float
    hd95: float
    asd: float
    unit: str
    missed: float
    area_error: float
    pieces: float


@dataclass(frozen=True)
class Comparison:
    """This model against the baseline on the same labelled images.

    Attributes:
        difference: Mean Dice of this model minus the baseline's; low and high its paired interval.
    """

    domain: str
    structure: str
    images: int
    difference: float
    low: float
    high: float


@dataclass(frozen=True)
class Rate:
    """How often a structure is predicted in a domain; `labelled` where the split labels it there."""

    domain: str
    structure: str
    images: int
    labelled: bool
    rate: float


def score_all(cases: Sequence[Case], structures: tuple[str, ...], seed: int, by_view: bool = False) -> list[Score]:
    """One score a domain (and view) and structure, also where nothing was labelled."""
    keys = sorted({(case.domain, case.view if by_view else "*") for case in cases})
    return [
        _score(
            [case for case in cases if case.domain == domain and view in ("*", case.view)], domain, view, k, name, seed
        )
        for domain, view in keys
        for k, name in enumerate(structures)
    ]


def compare(
    cases: Sequence[Case], baseline: Sequence[Case], structures: tuple[str, ...], seed: int
) -> list[Comparison]:
    """Paired by example; both must be evaluations of the same records.

    Raises:
        ValueError: They are not.
    """
    before = {case.example_id: case for case in baseline}
    if before.keys() != {case.example_id for case in cases}:
        raise ValueError("expected an evaluation of the same examples by the baseline. Received: others")
    answers = []
    for domain in sorted({case.domain for case in cases}):
        for k, name in enumerate(structures):
            pairs = [(case, before[case.example_id]) for case in cases if case.domain == domain and case.presence[k]]
            gaps = [case.dice[k] - other.dice[k] for case, other in pairs]
            interval = patient_interval(gaps, [case.patient_id for case, _ in pairs], seed) if gaps else (NAN, NAN)
            answers.append(Comparison(domain, name, len(gaps), float(np.mean(gaps)) if gaps else NAN, *interval))
    return answers


def prediction_rates(cases: Sequence[Case], structures: tuple[str, ...]) -> list[Rate]:
    """For the shortcut check: how often each structure is predicted where it is labelled and where it is not.

    A prediction counts where it is larger than a tenth of the structure's mean labelled area: a few stray pixels are
    none.
    """
    rates = []
    for k, name in enumerate(structures):
        smallest = {
            unit: SMALLEST_SHARE * float(np.mean(found))
            for unit in ("mm", "px")
            if (found := [c.area_truth[k] for c in cases if c.presence[k] and c.unit == unit and c.area_truth[k] > 0])
        }
        for domain in sorted({case.domain for case in cases}):
            inside = [case for case in cases if case.domain == domain]
            hits = [case.area_prediction[k] > smallest.get(case.unit, 0.0) for case in inside]
            labelled = any(case.presence[k] for case in inside)
            rates.append(Rate(domain, name, len(inside), labelled, float(np.mean(hits))))
    return rates


def _score(cases: list[Case], domain: str, view: str, k: int, name: str, seed: int) -> Score:
    labelled = [case for case in cases if case.presence[k]]
    if not labelled:
        return Score(domain, name, view, 0, 0, NAN, NAN, NAN, NAN, NAN, "px", NAN, NAN, NAN)
    patients = [case.patient_id for case in labelled]
    dice = [case.dice[k] for case in labelled]
    units = {case.unit for case in labelled}
    unit = units.pop() if len(units) == 1 else "mixed"
    held = [case for case in labelled if case.area_truth[k] > 0]
    return Score(
        domain, name, view, len(labelled), len(set(patients)), float(np.mean(dice)),
        *patient_interval(dice, patients, seed),
        NAN if unit == "mixed" else _mean([case.hd95[k] for case in labelled]),
        NAN if unit == "mixed" else _mean([case.asd[k] for case in labelled]),
        unit,
        _mean([float(case.area_prediction[k] == 0) for case in held]),
        _mean([(case.area_prediction[k] - case.area_truth[k]) / case.area_truth[k] for case in held]),
        _mean([float(case.pieces[k] > 1) for case in labelled]),
    )  # fmt: skip


def _mean(values: list[float]) -> float:
    """Mean of the finite values, NaN where there is none."""
    finite = [value for value in values if np.isfinite(value)]
    return float(np.mean(finite)) if finite else NAN
