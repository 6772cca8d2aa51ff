"""What the numbers say about the questions that the study was made for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scipy.stats import spearmanr

from pipeline.study.config import Recipe
from pipeline.study.record import StudyRecord
from pipeline.study.statistics import Difference, Mean

GAINS = {"MYO": 0.25, "LA": 0.62}  # relative, Islam et al. 2024: +25 % and +62 % on two structures
SHARE_FALSIFIED, SHARE_RECIPE, LOSS_ELSEWHERE = 0.98, 0.97, 0.01
FEWEST_POINTS = 4  # for a rank correlation


@dataclass(frozen=True)
class Finding:
    """One question, and whether the data answer it as the theory says."""

    holds: bool
    text: str


def findings(record: StudyRecord, table: Sequence[Mean], gaps: Sequence[Difference]) -> list[Finding]:
    """The claims on the structures that nobody labelled in a domain; only those whose arms were run."""
    value = {(one.name, one.domain, one.structure): one.value for one in table}
    gap = {(one.arm, one.than, one.domain, one.structure): one for one in gaps}
    answers: list[Finding] = []
    for domain, structure in record.hidden:
        here = (domain, structure)
        answers += _gain(gap.get(("acce_dropout", "acce", *here)), structure)
        answers += _worse_than_alone(gap.get(("acce", "alpha_alone", *here)), structure)
        answers += _falsified(value.get(("falsification", *here)), value.get(("upper", *here)), structure)
        answers += _with_marginal(gap.get(("marginal_dropout", "marginal", *here)), structure)
        answers += _audit(record, domain, structure)
    return answers + (_recipe(record, record.study.recipe, value) if record.study.recipe else [])


def _gain(gap: Difference | None, structure: str) -> Iterator[Finding]:
    if gap and structure in GAINS:
        wanted = GAINS[structure]
        yield Finding(
            gap.relative >= wanted and gap.absolute_low > 0,
            f"{structure}: label dropout changes acce's Dice by {100 * gap.relative:+.0f} % "
            f"({100 * gap.relative_low:+.0f} to {100 * gap.relative_high:+.0f} %); asked: at least "
            f"{100 * wanted:+.0f} % with an interval above zero",
        )


def _worse_than_alone(gap: Difference | None, structure: str) -> Iterator[Finding]:
    if gap:
        yield Finding(
            gap.absolute_high < 0,
            f"{structure}: acce on both scanners against alpha alone: {gap.absolute:+.3f} Dice "
            f"({gap.absolute_low:+.3f} to {gap.absolute_high:+.3f}); the shortcut predicts that more data is worse",
        )


def _falsified(value: float | None, upper: float | None, structure: str) -> Iterator[Finding]:
    if value is not None and upper:
        yield Finding(
            value / upper >= SHARE_FALSIFIED,
            f"{structure}: presence independent of the domain reaches {value / upper:.1%} of everything labelled; "
            f"asked: at least {SHARE_FALSIFIED:.0%}",
        )


def _with_marginal(gap: Difference | None, structure: str) -> Iterator[Finding]:
    if gap:
        yield Finding(
            gap.absolute_low > 0,
            f"{structure}: label dropout changes marginal's Dice by {gap.absolute:+.3f} ({gap.absolute_low:+.3f} to "
            f"{gap.absolute_high:+.3f}); asked: whether it helps a loss that rewards no shortcut",
        )


def _audit(record: StudyRecord, domain: str, structure: str) -> Iterator[Finding]:
    """Whether the stronger dependence of presence and domain goes with the lower Dice, where the loss is acce."""
    points: dict[str, list[tuple[float, float]]] = {}
    for one in record.results:
        chosen = record.study.arms[one.arm]
        plain = not chosen.drop and "loss" not in chosen.trainer
        if plain and one.sweep in (None, "p") and structure in one.dice.get(domain, {}):
            values = one.dice[domain][structure].values()
            points.setdefault(one.name, []).append((one.audit[structure], sum(values) / len(values)))
    means = [tuple(sum(column) / len(rows) for column in zip(*rows, strict=True)) for rows in points.values()]
    if len(means) >= FEWEST_POINTS and all(len(set(column)) > 1 for column in zip(*means, strict=True)):
        rho = float(spearmanr(*zip(*means, strict=True)).statistic)
        yield Finding(
            rho < 0,
            f"{structure}: over {len(means)} trainings with acce, the rank correlation of the audit's Cramér's V and "
            f"Dice is {rho:+.2f}; the audit predicts a negative one",
        )


def _recipe(record: StudyRecord, recipe: Recipe, value: dict[tuple[str, str, str], float]) -> list[Finding]:
    answers = []
    for domain, structure in dict.fromkeys(key[1:] for key in value):
        uppers = [value[name, domain, structure] for name in recipe.uppers if (name, domain, structure) in value]
        mine = value.get((recipe.arm, domain, structure))
        if mine is None or not uppers:
            continue
        upper, where = max(uppers), f"{record.titles[recipe.arm]}: {structure} in {domain}"
        if (domain, structure) in record.hidden:
            text = f"reaches {mine / upper:.1%} of the best bound with everything labelled; asked: at least"
            answers.append(Finding(mine / upper >= SHARE_RECIPE, f"{where} {text} {SHARE_RECIPE:.0%}"))
        else:
            text = f"{mine - upper:+.3f} Dice against the best bound with everything labelled; asked: no loss above"
            answers.append(Finding(mine - upper >= -LOSS_ELSEWHERE, f"{where} {text} {LOSS_ELSEWHERE}"))
    return answers
