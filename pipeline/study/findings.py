"""What the numbers say about the questions that the study was made for."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.study.statistics import Difference, Mean

GAINS = {"MYO": 0.25, "LA": 0.62}  # relative, Islam et al. 2024: +25 % and +62 % on two structures
SHARE_FALSIFIED = 0.98


@dataclass(frozen=True)
class Finding:
    """One question, and whether the data answer it as the theory says."""

    holds: bool
    text: str


def findings(found: Sequence[Mean], gaps: Sequence[Difference], domain: str = "beta") -> list[Finding]:
    """The paper's claims on the structures that nobody labelled in a domain; only those whose arms were run."""
    by = {(one.name, one.structure): one for one in found if one.domain == domain}
    of = {(gap.arm, gap.than, gap.structure): gap for gap in gaps if gap.domain == domain}
    answers = []
    for structure, wanted in GAINS.items():
        gap = of.get(("acce_dropout", "acce", structure))
        if gap:
            interval = f"{100 * gap.relative_low:+.0f} to {100 * gap.relative_high:+.0f} %"
            text = f"{structure}: label dropout changes acce's Dice by {100 * gap.relative:+.0f} % ({interval})"
            holds = gap.relative >= wanted and gap.absolute_low > 0
            answers.append(Finding(holds, f"{text}; asked: at least +{100 * wanted:.0f} % with an interval above zero"))
    for structure in GAINS:
        arm, upper = by.get(("falsification", structure)), by.get(("upper", structure))
        if arm and upper:
            share = arm.value / upper.value
            text = f"{structure}: presence independent of the domain reaches {share:.1%} of everything labelled"
            answers.append(Finding(share >= SHARE_FALSIFIED, f"{text}; asked: at least {SHARE_FALSIFIED:.0%}"))
    gap = of.get(("acce", "alpha_alone", "LA"))
    if gap:
        interval = f"{gap.absolute_low:+.3f} to {gap.absolute_high:+.3f}"
        text = f"LA: acce on both scanners against alpha alone: {gap.absolute:+.3f} Dice ({interval})"
        answers.append(Finding(gap.absolute_high < 0, f"{text}; the shortcut predicts that more data makes it worse"))
    return answers
