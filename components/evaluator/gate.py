"""The gate: from scores to BLESSED or NOT_BLESSED, with a reason for each condition."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from components.evaluator.parameters import Threshold
from components.evaluator.scores import Comparison, Rate, Score


@dataclass(frozen=True)
class Reason:
    """One condition, what was measured, and whether it holds."""

    passed: bool
    text: str


@dataclass(frozen=True)
class Verdict:
    """Blessed only when there are conditions and every one holds."""

    reasons: tuple[Reason, ...]

    @property
    def blessed(self) -> bool:
        """Whether the model may be pushed."""
        return bool(self.reasons) and all(reason.passed for reason in self.reasons)

    @property
    def name(self) -> str:
        """BLESSED or NOT_BLESSED."""
        return "BLESSED" if self.blessed else "NOT_BLESSED"


def judge(
    scores: Sequence[Score], thresholds: Sequence[Threshold], comparisons: Sequence[Comparison] = (),
    rates: Sequence[Rate] = (), minimum_shortcut_ratio: float | None = None,
) -> Verdict:  # fmt: skip
    """Check every condition; what could not be evaluated never passes.

    Args:
        comparisons: With the baseline; empty where there is none yet.
        rates: How often each structure is predicted, for the shortcut check.
    """
    if not thresholds:
        text = "no thresholds are configured: set evaluator.thresholds to say what is good enough"
        return Verdict((Reason(False, text),))
    reasons = [reason for threshold in thresholds for reason in _check(threshold, scores, comparisons)]
    if minimum_shortcut_ratio is not None:
        reasons += _check_shortcut(rates, minimum_shortcut_ratio)
    return Verdict(tuple(reasons))


def _check(threshold: Threshold, scores: Sequence[Score], comparisons: Sequence[Comparison]) -> Iterator[Reason]:
    found = [
        score for score in scores if score.structure == threshold.structure and threshold.domain in ("*", score.domain)
    ]
    if not found:
        text = f"{threshold.structure} in {threshold.domain}: not evaluable, the split holds no such domain"
        yield Reason(False, text)
    for score in found:
        case = f"{score.structure} in {score.domain}"
        if score.images < threshold.minimum_support:
            expected = f"expected at least {threshold.minimum_support}"
            yield Reason(False, f"{case}: not evaluable, {score.images} labelled images, {expected}")
            continue
        yield from _check_dice(threshold, score, case)
        for name, limit, value in (
            ("95 % Hausdorff distance", threshold.maximum_hd95_mm, score.hd95),
            ("mean surface distance", threshold.maximum_asd_mm, score.asd),
        ):
            if limit is not None:
                yield _check_distance(case, name, limit, value, score)
        if threshold.maximum_drop is not None:
            yield _check_drop(case, threshold.maximum_drop, score, comparisons)


def _check_dice(threshold: Threshold, score: Score, case: str) -> Iterator[Reason]:
    if threshold.minimum is None:
        return
    lower = threshold.on == "lower"
    value, name = (score.dice_low, "lower end of Dice") if lower else (score.dice, "Dice")
    if math.isnan(value):
        yield Reason(False, f"{case}: not evaluable, {score.patients} patients give no interval")
        return
    passed = value >= threshold.minimum
    relation = "reaches" if passed else "is below"
    yield Reason(passed, f"{case}: {name} {value:.4f} {relation} the minimum {threshold.minimum:.4f}")


def _check_distance(case: str, name: str, limit: float, value: float, score: Score) -> Reason:
    if score.unit != "mm" or math.isnan(value):
        why = "no prediction to measure" if score.unit == "mm" else f"spacing is not known (unit {score.unit})"
        return Reason(False, f"{case}: {name} not evaluable, {why}")
    if score.missed > 0:
        return Reason(False, f"{case}: {name} not evaluable, missed in {score.missed:.1%} of images")
    passed = value <= limit
    relation = "is within" if passed else "is above"
    return Reason(passed, f"{case}: {name} {value:.2f} mm {relation} the maximum {limit:.2f} mm")


def _check_drop(case: str, limit: float, score: Score, comparisons: Sequence[Comparison]) -> Reason:
    if not comparisons:
        return Reason(True, f"{case}: no baseline yet to be worse than")
    pairs = [one for one in comparisons if (one.domain, one.structure) == (score.domain, score.structure)]
    if not pairs or math.isnan(pairs[0].low):
        return Reason(False, f"{case}: not evaluable against the baseline, too few patients")
    pair = pairs[0]
    passed = pair.low >= -limit
    relation = "stays within" if passed else "may exceed"
    text = f"Dice changes by {pair.difference:+.4f} ({pair.low:+.4f} to {pair.high:+.4f})"
    return Reason(passed, f"{case}: {text} against the baseline and {relation} the allowed drop of {limit:.4f}")


def _check_shortcut(rates: Sequence[Rate], minimum: float) -> Iterator[Reason]:
    """A structure that some domains label must be predicted in the others too."""
    for structure in dict.fromkeys(rate.structure for rate in rates):
        own = [rate for rate in rates if rate.structure == structure]
        labelled = [rate for rate in own if rate.labelled]
        for rate in own:
            if rate.labelled or not labelled:
                continue
            usual = sum(one.rate * one.images for one in labelled) / sum(one.images for one in labelled)
            passed = rate.rate >= minimum * usual
            text = f"predicted in {rate.rate:.0%} of images, in {usual:.0%} where it is labelled"
            relation = "plausible" if passed else f"a shortcut, expected at least {minimum:.0%} of that"
            yield Reason(passed, f"{structure} in {rate.domain}, where it is not labelled: {text}: {relation}")
