"""Which loss and label dropout suit a run's labels, and what the shipped studies say about it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from components.statistics_gen.audit import Dependence, audit, tells_domain
from components.trainer.parameters import TrainerParameters
from pipeline.study.record import StudyRecord
from pipeline.study.statistics import Mean, means

Situation = Literal["complete", "independent", "bound"]
PERMUTATIONS = 199


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
        situation: complete: every structure that anyone labelled is labelled everywhere; independent: labels are
            missing, but not by domain; bound: which labels are missing tells the domain.
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
    situation, bound = _situation(counts, structures, dependence)
    rows = [row for record in records for row in _evidence(record, situation, now)]
    recommended = _recommended(records) if situation == "bound" else {}
    return Advice(
        situation, dependence, recommended, tuple(_text(counts, structures, situation, bound, now)), tuple(rows)
    )


def _situation(
    counts: Counter[tuple[str, tuple[int, ...]]], structures: tuple[str, ...], dependence: Mapping[str, Dependence]
) -> tuple[Situation, list[str]]:
    """With the structures whose presence tells the domain."""
    bound = [name for c, name in enumerate(structures) if tells_domain(counts, c, dependence[name])]
    if bound:
        return "bound", bound
    never = set(_never_labelled(counts, structures))
    rest = [c for c, name in enumerate(structures) if name not in never]
    return ("complete" if all(presence[c] for _, presence in counts for c in rest) else "independent"), []


def _never_labelled(counts: Counter[tuple[str, tuple[int, ...]]], structures: tuple[str, ...]) -> list[str]:
    return [name for c, name in enumerate(structures) if not any(presence[c] for _, presence in counts)]


def _text(
    counts: Counter[tuple[str, tuple[int, ...]]], structures: tuple[str, ...], situation: Situation, bound: list[str],
    now: TrainerParameters,
) -> list[str]:  # fmt: skip
    lines = []
    never = _never_labelled(counts, structures)
    if never:
        lines.append(
            f"Nobody labelled {', '.join(never)}: no loss can learn it. Leave it out of the vocabulary, or label some."
        )
    if now.loss.name == "cce" and situation != "complete":
        lines.append("The configuration takes cce: a missing label counts as background, and is learned as such.")
    if situation == "complete":
        lines.append(
            "Every training image has every label: acce, marginal and plain cross entropy are the same loss here, and "
            "label dropout would only hide labels. Leave trainer.label_dropout.probability at 0."
        )
    elif situation == "independent":
        lines.append(
            "Labels are missing, but not by domain: presence does not tell the scanner, so there is no shortcut. "
            "A loss that leaves missing labels out will do (acce, marginal, abce), without label dropout."
        )
    else:
        lines.append(
            f"Whether {', '.join(bound)} is labelled tells the domain: a network can learn that the structure never "
            "occurs on the other scanner. The studies recommend the keys below, where there are any."
        )
        if now.loss.name == "acce" and not now.label_dropout.probability:
            lines.append("The configuration takes acce without label dropout, in which the shortcut was found.")
    return lines


def _recommended(records: Sequence[StudyRecord]) -> dict[str, Any]:
    """What the recipe of the first study sets; on real pictures, where such a study is among them."""
    for record in sorted(records, key=lambda record: record.study.data.kind == "phantom"):
        if record.study.recipe:
            trainer = record.study.trainer_of(record.study.arms[record.study.recipe.arm])
            return {
                "loss": {"name": trainer.loss.name, "dice_weight": trainer.loss.dice_weight},
                "label_dropout": {"probability": trainer.label_dropout.probability},
                "augmentation": trainer.augmentation.model_dump(exclude_defaults=True),
            }
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
        if arm.labels == "partial" and not arm.drop and _kind(record.study.trainer_of(arm)) == _kind(now):
            return name
    return None


def _kind(trainer: TrainerParameters) -> tuple[Any, ...]:
    return trainer.loss.name, trainer.loss.dice_weight > 0, bool(trainer.label_dropout.probability)
