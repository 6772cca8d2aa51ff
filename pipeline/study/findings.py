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
    """A statement that a study was made to test, with the numbers; whether they hold it up."""

    holds: bool
    text: str


def findings(record: StudyRecord, table: Sequence[Mean], gaps: Sequence[Difference]) -> list[Finding]:
    """The claims on the structures that nobody labelled in a domain; only those whose arms were run."""
    value = {(one.name, one.domain, one.structure): one.value for one in table}
    gap = {(one.arm, one.than, one.domain, one.structure): one for one in gaps}
    answers: list[Finding] = []
    for place in record.hidden:
        where = f"{place[1]} in {place[0]}"
        answers += _gain(gap.get(("acce_dropout", "acce", *place)), where)
        for arm in ("acce", "acce_dropout", "marginal", "recipe"):
            answers += _against_alone(record, gap.get((arm, "alpha_alone", *place)), where)
        answers += _falsified(value.get(("falsification", *place)), value.get(("upper", *place)), where)
        for loss in ("marginal", "abce"):
            answers += _helps(gap.get((f"{loss}_dropout", loss, *place)), loss, where)
        answers += _audit(record, *place)
    return answers + (_recipe(record, record.study.recipe, value) if record.study.recipe else [])


def _gain(gap: Difference | None, where: str) -> Iterator[Finding]:
    if gap and gap.structure in GAINS:
        wanted = GAINS[gap.structure]
        yield Finding(
            gap.relative >= wanted and gap.absolute_low > 0,
            f"{where}: label dropout raises acce's Dice by at least {100 * wanted:.0f} %, with an interval above zero: "
            f"{100 * gap.relative:+.0f} %, {_span(gap)} Dice",
        )


def _against_alone(record: StudyRecord, gap: Difference | None, where: str) -> Iterator[Finding]:
    """The shortcut predicts that acce is worse than alpha alone, and that what cures it is not."""
    if gap is None:
        return
    title, alone = record.titles[gap.arm], record.titles[gap.than]
    if gap.arm == "acce":
        yield Finding(
            gap.absolute_high < 0, f"{where}: {title} on both scanners is worse than {alone}: {_span(gap)} Dice"
        )
    else:
        yield Finding(gap.absolute_low > 0, f"{where}: {title} is better than {alone}: {_span(gap)} Dice")


def _falsified(value: float | None, upper: float | None, where: str) -> Iterator[Finding]:
    if value is not None and upper:
        yield Finding(
            value / upper >= SHARE_FALSIFIED,
            f"{where}: with presence independent of the domain, acce reaches at least {SHARE_FALSIFIED:.0%} of "
            f"everything labelled: {value / upper:.2%}",
        )


def _helps(gap: Difference | None, loss: str, where: str) -> Iterator[Finding]:
    if gap:
        yield Finding(gap.absolute_low > 0, f"{where}: label dropout helps {loss} too: {_span(gap)} Dice")


def _span(gap: Difference) -> str:
    return f"{gap.absolute:+.3f} ({gap.absolute_low:+.3f} to {gap.absolute_high:+.3f})"


def _audit(record: StudyRecord, domain: str, structure: str) -> Iterator[Finding]:
    """Whether the stronger dependence of presence and domain goes with the lower Dice: acce, by label dropout's p."""
    swept = [one for one in record.results if one.sweep == "p"]
    seeds = {one.seed for one in swept}
    plain = [one for one in record.main if one.arm in ("acce", "acce_dropout") and one.seed in seeds]
    points: dict[str, list[tuple[float, float]]] = {}
    for one in (*swept, *plain):
        values = one.dice[domain][structure].values()
        points.setdefault(one.name, []).append((one.audit[structure], sum(values) / len(values)))
    means = [tuple(sum(column) / len(rows) for column in zip(*rows, strict=True)) for rows in points.values()]
    if len(means) >= FEWEST_POINTS and all(len(set(column)) > 1 for column in zip(*means, strict=True)):
        rho = float(spearmanr(*zip(*means, strict=True)).statistic)
        yield Finding(
            rho < 0,
            f"{structure} in {domain}: the stronger the audit's Cramér's V under label dropout, the lower acce's "
            f"Dice: rank correlation {rho:+.2f} over {len(means)} probabilities, seeds {sorted(seeds)}",
        )


def _recipe(record: StudyRecord, recipe: Recipe, value: dict[tuple[str, str, str], float]) -> list[Finding]:
    answers = []
    for domain, structure in dict.fromkeys(key[1:] for key in value):
        uppers = [value[name, domain, structure] for name in recipe.uppers if (name, domain, structure) in value]
        mine = value.get((recipe.arm, domain, structure))
        if mine is None or not uppers:
            continue
        upper, where = max(uppers), f"{structure} in {domain}: {record.titles[recipe.arm]}"
        if (domain, structure) in record.hidden:
            text = f"at least {SHARE_RECIPE:.0%} of the best bound with everything labelled: {mine / upper:.2%}"
            answers.append(Finding(mine / upper >= SHARE_RECIPE, f"{where} reaches {text}"))
        else:
            text = f"loses at most {LOSS_ELSEWHERE} Dice against the best bound with everything labelled"
            answers.append(Finding(mine - upper >= -LOSS_ELSEWHERE, f"{where} {text}: {mine - upper:+.4f}"))
    return answers
