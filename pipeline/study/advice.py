"""Which loss and label dropout suit a run's labels, and what the shipped studies say about it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from components.statistics_gen.audit import STRONG, Dependence, audit
from components.trainer.parameters import TrainerParameters
from pipeline.study.config import Arm, merged
from pipeline.study.record import StudyRecord
from pipeline.study.statistics import Mean, means

Situation = Literal["complete", "independent", "bound"]
PERMUTATIONS = 199
RECOMMENDED_KEYS = ("loss", "label_dropout", "augmentation", "optimizer")


@dataclass(frozen=True)
class Evidence:
    """What one study measured of one training on a structure that nobody labelled in a domain.

    Attributes:
        share: Of the better bound with everything labelled.
    """

    study: str
    training: str
    mean: Mean
    share: float


@dataclass(frozen=True)
class Advice:
    """What to choose and why.

    Attributes:
        situation: complete: every structure is labelled everywhere; independent: labels are missing, but not by domain;
            bound: which labels are missing tells the domain.
        dependence: Of each structure's presence and the domain, as stored.
        trainer: Keys of `trainer` to set.
        text: The advice in sentences.
        evidence: Of the recommended training, of the one that the configuration has now, and of the bound.
    """

    situation: Situation
    dependence: Mapping[str, Dependence]
    trainer: Mapping[str, Any]
    text: tuple[str, ...]
    evidence: tuple[Evidence, ...]


def advise(
    counts: Counter[tuple[str, tuple[int, ...]]], structures: tuple[str, ...], now: TrainerParameters,
    records: Sequence[StudyRecord],
) -> Advice:  # fmt: skip
    """Advise on training records counted by domain and presence.

    Args:
        now: What the configuration says of the training.
        records: Studies with a recipe, see `shipped_records`.
    """
    found = audit(counts, structures, None, now.loss.name, PERMUTATIONS, now.seed).stored
    dependence = {name: found[name] for name in structures}
    situation = _situation(counts, dependence)
    rows = [row for record in records for row in _evidence(record, situation, now)]
    recommended = _recommended(records) if situation == "bound" else {}
    return Advice(situation, dependence, recommended, tuple(_text(situation, dependence, now)), tuple(rows))


def _situation(counts: Counter[tuple[str, tuple[int, ...]]], dependence: Mapping[str, Dependence]) -> Situation:
    if all(all(presence) for _, presence in counts):
        return "complete"
    return "bound" if any(one.cramers_v >= STRONG for one in dependence.values()) else "independent"


def _text(situation: Situation, dependence: Mapping[str, Dependence], now: TrainerParameters) -> list[str]:
    if situation == "complete":
        return [
            "Every training image has every label: acce, marginal and plain cross entropy are the same loss here, and "
            "label dropout would only hide labels. Leave trainer.label_dropout.probability at 0."
        ]
    if situation == "independent":
        return [
            "Labels are missing, but not by domain: presence does not tell the scanner, so no shortcut can be learned. "
            "Any loss that leaves missing labels out will do (acce, marginal, abce), without label dropout."
        ]
    bound = [name for name, one in dependence.items() if one.cramers_v >= STRONG]
    lines = [
        f"Whether {', '.join(bound)} is labelled tells the domain: a network can learn that the structure never occurs "
        "on the other scanner. The studies recommend the keys below."
    ]
    if now.loss.name == "cce":
        lines.append("The configuration takes cce, which teaches exactly that: a missing label counts as background.")
    elif now.loss.name == "acce" and not now.label_dropout.probability:
        lines.append("The configuration takes acce without label dropout, the setting in which the shortcut was found.")
    return lines


def _recommended(records: Sequence[StudyRecord]) -> dict[str, Any]:
    """What the recipe sets beyond the defaults, from the last study that has one."""
    for record in reversed(records):
        if record.study.recipe:
            whole = merged(record.study.trainer, record.study.arms[record.study.recipe.arm].trainer)
            return {key: whole[key] for key in RECOMMENDED_KEYS if key in whole}
    return {}


def _evidence(record: StudyRecord, situation: Situation, now: TrainerParameters) -> list[Evidence]:
    recipe = record.study.recipe
    if recipe is None or situation == "complete":
        return []
    if situation == "independent":
        arms = ["falsification"]
    else:
        own = arm_like(record, now)
        arms = [recipe.arm, *([own] if own and own != recipe.arm else [])]
    table = {(one.name, one.domain, one.structure): one for one in means(record.main)}
    rows = []
    for place in record.hidden:
        bounds = [table[name, *place] for name in recipe.uppers if (name, *place) in table]
        if not bounds:
            continue
        upper = max(bounds, key=lambda one: one.value)
        for arm in [*arms, upper.name]:
            if (arm, *place) in table:
                one = table[arm, *place]
                rows.append(Evidence(record.study.title, record.titles[arm], one, one.value / upper.value))
    return rows


def arm_like(record: StudyRecord, now: TrainerParameters) -> str | None:
    """The arm of a study with the configuration's kind of loss, Dice and label dropout; none where no arm has it."""
    for name, arm in record.study.arms.items():
        if arm.labels == "partial" and not arm.drop and _kind(_trainer(record, arm)) == _kind(now):
            return name
    return None


def _trainer(record: StudyRecord, arm: Arm) -> TrainerParameters:
    return TrainerParameters.model_validate(merged(record.study.trainer, arm.trainer))


def _kind(trainer: TrainerParameters) -> tuple[Any, ...]:
    return trainer.loss.name, trainer.loss.dice_weight > 0, bool(trainer.label_dropout.probability)
