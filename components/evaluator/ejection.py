"""Volumes and ejection fractions read from masks, and how well predicted masks agree with labelled ones."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from components.evaluator.bootstrap import patient_interval
from components.evaluator.cavity import DISCS, Cavity
from components.evaluator.measure import Case

VIEWS = ("2CH", "4CH")
PHASES = ("ED", "ES")
BIPLANE = "Simpson biplane"
LIMITS = 1.96  # standard deviations: Bland and Altman 1986

Volumes = dict[tuple[str, str], list[float]]


@dataclass(frozen=True)
class ReadOut:
    """One patient by one method, from the labels and from the predictions.

    Attributes:
        method: "area-length 2CH", "area-length 4CH" or "Simpson biplane".
        edv_truth, esv_truth, edv_prediction, esv_prediction: ml; NaN where the spacing is not known.
        ef_truth, ef_prediction: Percent; the prediction's is NaN where a cavity was not predicted.
    """

    domain: str
    patient_id: str
    method: str
    edv_truth: float
    esv_truth: float
    edv_prediction: float
    esv_prediction: float
    ef_truth: float
    ef_prediction: float


@dataclass(frozen=True)
class Agreement:
    """Ejection fraction of predictions against that of labels, in percentage points (Bland and Altman 1986).

    Attributes:
        patients: With both.
        missed: Patients with a labelled but without a predicted cavity.
        error: Mean absolute error; low and high its interval over patients.
        bias: Mean of prediction minus label; lower and upper the limits of agreement.
        edv_error, esv_error: Mean absolute error of the volumes in ml, NaN where the spacing is not known.
    """

    domain: str
    method: str
    patients: int
    missed: int
    error: float
    low: float
    high: float
    bias: float
    lower: float
    upper: float
    edv_error: float
    esv_error: float


def area_length(cavity: Cavity) -> float:
    """Volume 8 A² / (3 π L) of one view, in the cube of its unit."""
    return float(8 * cavity.area**2 / (3 * np.pi * cavity.length))


def biplane(two: Cavity, four: Cavity) -> float:
    """Volume of 20 elliptic discs with the diameters of both views: π/4 Σ aᵢ bᵢ L/20, L the longer axis."""
    products = sum(a * b for a, b in zip(two.diameters, four.diameters, strict=True))
    return float(np.pi / 4 * products * max(two.length, four.length) / DISCS)


def read_outs(cases: Iterable[Case]) -> list[ReadOut]:
    """Each patient of each domain by each method that its labelled views and phases allow.

    Several images of one view and phase give the mean of their volumes. Biplane needs both views in mm.
    """
    found: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for case in cases:
        if case.cavity_truth is not None and case.view in VIEWS and case.frame in PHASES:
            found[case.domain, case.patient_id].append(case)
    return [one for key in sorted(found) for one in _of_patient(*key, found[key])]


def agreements(found: Iterable[ReadOut], seed: int) -> list[Agreement]:
    """By domain and method."""
    groups: dict[tuple[str, str], list[ReadOut]] = defaultdict(list)
    for one in found:
        groups[one.domain, one.method].append(one)
    return [_agreement(*key, groups[key], seed) for key in sorted(groups)]


def _of_patient(domain: str, patient: str, cases: list[Case]) -> Iterator[ReadOut]:
    for view in VIEWS:
        own = [case for case in cases if case.view == view]
        if len({case.unit for case in own}) == 1:
            volumes = {
                (phase, kind): [_single(case, kind) for case in own if case.frame == phase]
                for phase in PHASES for kind in ("truth", "prediction")
            }  # fmt: skip
            yield from _read_out(domain, patient, f"area-length {view}", volumes, own[0].unit)
    if all(case.unit == "mm" for case in cases):
        volumes = {
            (phase, kind): _both([case for case in cases if case.frame == phase], kind)
            for phase in PHASES for kind in ("truth", "prediction")
        }  # fmt: skip
        yield from _read_out(domain, patient, BIPLANE, volumes, "mm")


def _single(case: Case, kind: str) -> float:
    cavity: Cavity | None = getattr(case, f"cavity_{kind}")
    return float("nan") if cavity is None else area_length(cavity)


def _both(cases: list[Case], kind: str) -> list[float]:
    """Biplane volumes of every pair of a 2CH and a 4CH image of one phase."""
    two, four = ([getattr(case, f"cavity_{kind}") for case in cases if case.view == view] for view in VIEWS)
    return [biplane(a, b) if a is not None and b is not None else float("nan") for a in two for b in four]


def _read_out(domain: str, patient: str, method: str, volumes: Volumes, unit: str) -> Iterator[ReadOut]:
    """Nothing where a phase was not labelled."""
    if not all(volumes.values()):
        return
    edv, esv, edv_guess, esv_guess = (
        float(np.mean(volumes[phase, kind])) for kind in ("truth", "prediction") for phase in PHASES
    )
    ml = 1e-3 if unit == "mm" else float("nan")
    fractions = (100 * (1 - esv / edv), 100 * (1 - esv_guess / edv_guess))
    yield ReadOut(domain, patient, method, edv * ml, esv * ml, edv_guess * ml, esv_guess * ml, *fractions)


def _agreement(domain: str, method: str, found: list[ReadOut], seed: int) -> Agreement:
    measured = [one for one in found if np.isfinite(one.ef_prediction)]
    missed, nan = len(found) - len(measured), float("nan")
    if not measured:
        return Agreement(domain, method, 0, missed, *[nan] * 8)
    gaps = np.array([one.ef_prediction - one.ef_truth for one in measured])
    low, high = patient_interval(np.abs(gaps).tolist(), [one.patient_id for one in measured], seed)
    spread = LIMITS * float(gaps.std(ddof=1)) if len(gaps) > 1 else nan
    bias = float(gaps.mean())
    edv, esv = (
        float(np.mean([abs(getattr(one, f"{phase}_prediction") - getattr(one, f"{phase}_truth")) for one in measured]))
        for phase in ("edv", "esv")
    )
    return Agreement(
        domain, method, len(measured), missed, float(np.abs(gaps).mean()), low, high, bias, bias - spread,
        bias + spread, edv, esv,
    )  # fmt: skip
