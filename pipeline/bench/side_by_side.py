"""Ratios measured side by side: every round times every case once, so that a busy moment hits all of them alike."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Case = Callable[[], object]


@dataclass(frozen=True)
class Ratio:
    """How long a case takes compared with the reference case.

    Attributes:
        median_ms: Median time of the case over the rounds.
        ratio: Median over the rounds of its time divided by the reference's time in the same round.
        low, high: Quartiles of that ratio.
    """

    case: str
    median_ms: float
    ratio: float
    low: float
    high: float


def measure(
    cases: Mapping[str, Case], reference: str, rounds: int, warm_up: int, report: Callable[[str], None]
) -> list[Ratio]:
    """Time the cases, in an order that turns by one place each round.

    Args:
        cases: What to time, by name; each call is one repeat.
        reference: The case that others are divided by.
        rounds: How many times each case is timed, after `warm_up` calls that do not count.
    """
    names = list(cases)
    for name in names:
        report(f"  warming up {name}")
        for _ in range(warm_up):
            cases[name]()
    times: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            started = time.perf_counter()
            cases[name]()
            times[name].append(time.perf_counter() - started)
    return [_ratio(name, times[name], times[reference]) for name in names]


def _ratio(case: str, own: list[float], reference: list[float]) -> Ratio:
    ratios = [mine / other for mine, other in zip(own, reference, strict=True)]
    low, middle, high = statistics.quantiles(ratios, n=4, method="inclusive")
    return Ratio(case, 1000 * statistics.median(own), middle, low, high)
