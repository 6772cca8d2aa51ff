"""From cases to scores: means with intervals, only where a structure was labelled."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import zip_longest

from components.evaluator.measure import ENCLOSED, Case
from components.evaluator.running import Mean, PatientMean

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
        enclosed, enclosed_truth: Of the left ventricle: mean share of its surroundings that are myocardium in the
            predictions, and in the labels.
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
    enclosed: float
    enclosed_truth: float


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


@dataclass
class _Tally:
    """What is kept of one structure in one domain and view."""

    dice: PatientMean = field(default_factory=PatientMean)
    hd95: Mean = field(default_factory=Mean)
    asd: Mean = field(default_factory=Mean)
    missed: Mean = field(default_factory=Mean)
    area_error: Mean = field(default_factory=Mean)
    pieces: Mean = field(default_factory=Mean)
    enclosed: Mean = field(default_factory=Mean)
    enclosed_truth: Mean = field(default_factory=Mean)
    units: set[str] = field(default_factory=set)

    def add(self, case: Case, k: int, inner: bool) -> None:
        """Take a case that labels structure k; `inner` is the structure that another one encloses."""
        self.dice.add(case.patient_id, case.dice[k])
        self.hd95.add(case.hd95[k])
        self.asd.add(case.asd[k])
        self.pieces.add(float(case.pieces[k] > 1))
        self.units.add(case.unit)
        if inner:
            self.enclosed.add(case.enclosed)
            self.enclosed_truth.add(case.enclosed_truth)
        if case.area_truth[k] > 0:
            self.missed.add(float(case.area_prediction[k] == 0))
            self.area_error.add((case.area_prediction[k] - case.area_truth[k]) / case.area_truth[k])


def score_all(cases: Iterable[Case], structures: tuple[str, ...], seed: int, by_view: bool = False) -> list[Score]:
    """One score a domain (and view) and structure, also where nothing was labelled."""
    tallies: dict[tuple[str, str], list[_Tally]] = defaultdict(lambda: [_Tally() for _ in structures])
    for case in cases:
        row = tallies[case.domain, case.view if by_view else "*"]
        for k, labelled in enumerate(case.presence):
            if labelled:
                row[k].add(case, k, structures[k] == ENCLOSED[0])
    return [
        _score(domain, name, view, tallies[domain, view][k], seed)
        for domain, view in sorted(tallies)
        for k, name in enumerate(structures)
    ]


def compare(
    cases: Iterable[Case], baseline: Iterable[Case], structures: tuple[str, ...], seed: int
) -> list[Comparison]:
    """Paired by example; both must be evaluations of the same records in the same order.

    Raises:
        ValueError: They are not.
    """
    gaps: dict[str, list[PatientMean]] = defaultdict(lambda: [PatientMean() for _ in structures])
    for case, other in zip_longest(cases, baseline):
        if case is None or other is None or case.example_id != other.example_id:
            raise ValueError("expected an evaluation of the same examples by the baseline. Received: others")
        row = gaps[case.domain]
        for k, labelled in enumerate(case.presence):
            if labelled:
                row[k].add(case.patient_id, case.dice[k] - other.dice[k])
    return [
        Comparison(domain, name, gap.images, gap.value, *gap.interval(seed))
        for domain in sorted(gaps)
        for name, gap in zip(structures, gaps[domain], strict=True)
    ]


def prediction_rates(cases: Iterable[Case], structures: tuple[str, ...]) -> list[Rate]:
    """For the shortcut check: how often each structure is predicted where it is labelled and where it is not.

    A prediction counts where it is larger than a tenth of the structure's mean labelled area: a few stray pixels are
    none. The cases are read twice.
    """
    areas: dict[tuple[str, int], Mean] = defaultdict(Mean)
    labelled: set[tuple[str, int]] = set()
    for case in cases:
        for k in (k for k, present in enumerate(case.presence) if present):
            labelled.add((case.domain, k))
            if case.area_truth[k] > 0:
                areas[case.unit, k].add(case.area_truth[k])
    smallest = {key: SMALLEST_SHARE * mean.value for key, mean in areas.items()}
    hits: dict[str, list[Mean]] = defaultdict(lambda: [Mean() for _ in structures])
    images: Counter[str] = Counter()
    for case in cases:
        images[case.domain] += 1
        for k, rate in enumerate(hits[case.domain]):
            rate.add(float(case.area_prediction[k] > smallest.get((case.unit, k), 0.0)))
    return [
        Rate(domain, name, images[domain], (domain, k) in labelled, hits[domain][k].value)
        for k, name in enumerate(structures)
        for domain in sorted(hits)
    ]


def _score(domain: str, name: str, view: str, tally: _Tally, seed: int) -> Score:
    unit = "px" if not tally.units else tally.units.copy().pop() if len(tally.units) == 1 else "mixed"
    hd95, asd = (NAN, NAN) if unit == "mixed" else (tally.hd95.value, tally.asd.value)
    return Score(
        domain, name, view, tally.dice.images, tally.dice.patients, tally.dice.value, *tally.dice.interval(seed), hd95,
        asd, unit, tally.missed.value, tally.area_error.value, tally.pieces.value, tally.enclosed.value,
        tally.enclosed_truth.value,
    )  # fmt: skip
