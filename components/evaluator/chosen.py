"""Which cases are drawn: evenly spread from the worst to the best of each domain."""

from array import array
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from components.evaluator.measure import Case


@dataclass(frozen=True)
class Chosen:
    """A case to draw.

    Attributes:
        name: Domain and place, 1 is the worst: "alpha-1".
        place: worst, median, best, or where else in its domain's ranking.
        dice: Mean over its labelled structures.
        view, frame: What the image shows.
    """

    name: str
    place: str
    dice: float
    view: str
    frame: str


def chosen(cases: Iterable[Case], number: int) -> dict[str, Chosen]:
    """By example_id. The cases are read twice; between, only one number of each is kept."""
    dice: dict[str, array[float]] = defaultdict(lambda: array("d"))
    for case in cases:
        if any(case.presence):
            dice[case.domain].append(_mean(case))
    wanted: dict[tuple[str, float], list[tuple[int, str]]] = defaultdict(list)
    for domain, values in dice.items():
        ranked = np.sort(values)
        places = np.unique(np.rint(np.linspace(0, len(ranked) - 1, min(number, len(ranked)))).astype(int))
        for order, place in enumerate(places):
            wanted[domain, float(ranked[place])].append((order + 1, _word(int(place), len(ranked))))
    found = {}
    for case in cases:
        key = (case.domain, _mean(case)) if any(case.presence) else None
        if key and wanted.get(key):
            order, word = wanted[key].pop(0)
            found[case.example_id] = Chosen(f"{case.domain}-{order}", word, key[1], case.view, case.frame)
    return found


def _mean(case: Case) -> float:
    return float(np.nanmean(case.dice))


def _word(place: int, number: int) -> str:
    words = {(number - 1) // 2: "median", number // 2: "median", number - 1: "best", 0: "worst"}
    return words.get(place, f"rank {place + 1} of {number}")
