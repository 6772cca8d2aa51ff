"""The gate: from a table of scores to BLESSED or NOT_BLESSED, with a reason for each condition."""

from collections.abc import Sequence
from dataclasses import dataclass

from components.evaluator.parameters import Threshold


@dataclass(frozen=True)
class Score:
    """Mean Dice of one structure in one domain over the images where it was labelled.

    Attributes:
        images, patients: How many labelled images, and of how many patients, the mean is over.
        dice: Mean Dice, NaN where no image was labelled.
        deviation: Standard deviation over images.
    """

    domain: str
    structure: str
    images: int
    patients: int
    dice: float
    deviation: float


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


def judge(scores: Sequence[Score], thresholds: Sequence[Threshold]) -> Verdict:
    """Check every threshold against the scores; what could not be evaluated never passes."""
    if not thresholds:
        text = "no thresholds are configured: set evaluator.thresholds to say what is good enough"
        return Verdict((Reason(False, text),))
    return Verdict(tuple(reason for threshold in thresholds for reason in _check(threshold, scores)))


def _check(threshold: Threshold, scores: Sequence[Score]) -> list[Reason]:
    found = [
        score for score in scores if score.structure == threshold.structure and threshold.domain in ("*", score.domain)
    ]
    if not found:
        text = f"{threshold.structure} in {threshold.domain}: not evaluable, the split holds no such domain"
        return [Reason(False, text)]
    return [_check_one(threshold, score) for score in found]


def _check_one(threshold: Threshold, score: Score) -> Reason:
    case = f"{score.structure} in {score.domain}"
    if score.images < threshold.minimum_support:
        text = f"{case}: not evaluable, {score.images} labelled images, expected at least {threshold.minimum_support}"
        return Reason(False, text)
    passed = score.dice >= threshold.minimum
    relation = "reaches" if passed else "is below"
    return Reason(passed, f"{case}: Dice {score.dice:.4f} {relation} the minimum {threshold.minimum:.4f}")
