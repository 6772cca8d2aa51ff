"""The shortcut audit: how well presence predicts domain, in the data as stored and as training sees it.

If presence told nothing about the domain, a network could not learn "this scanner means that label never occurs".
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import tensorflow as tf
from scipy.stats import random_table

from models.label_dropout import LabelDropout

MOST_RECORDS = 20_000  # more are scaled down: the measures depend on shares
STRONG, SIGNIFICANT = 0.3, 0.01
PREDICTING = ("acce", "cce")  # losses that reward knowing which labels a domain has


@dataclass(frozen=True)
class Dependence:
    """How well one thing predicts another.

    Attributes:
        mutual_information: In bits.
        cramers_v: 0 (nothing) to 1 (all).
        p_value: Share of random assignments with the same margins whose mutual information is at least as large.
    """

    mutual_information: float
    cramers_v: float
    p_value: float


@dataclass(frozen=True)
class Audit:
    """Of each structure, and of all of them together under the name "all"."""

    stored: dict[str, Dependence]
    after_dropout: dict[str, Dependence] | None
    advice: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def dependence(table: np.ndarray, permutations: int, seed: int) -> Dependence:
    """Of the rows and columns of a contingency table of counts."""
    table = table[table.sum(1) > 0][:, table.sum(0) > 0]
    if min(table.shape) < 2:
        return Dependence(0.0, 0.0, 1.0)
    total = table.sum()
    expected = table.sum(1, keepdims=True) * table.sum(0, keepdims=True) / total
    chi_squared = float(((table - expected) ** 2 / expected).sum())
    information = _information(table)
    draws = random_table(table.sum(1), table.sum(0), seed=seed).rvs(permutations)
    as_large = sum(_information(draw) >= information - 1e-12 for draw in draws)
    v = float(np.sqrt(chi_squared / (total * (min(table.shape) - 1))))
    return Dependence(information, min(v, 1.0), (1 + as_large) / (1 + permutations))


def audit(
    counts: Counter[tuple[str, tuple[int, ...]]], structures: tuple[str, ...], dropout: LabelDropout | None, loss: str,
    permutations: int, seed: int,
) -> Audit:  # fmt: skip
    """Audit training records counted by domain and presence."""
    stored = _measure(counts, structures, permutations, seed)
    after = None if dropout is None else _measure(_dropped(counts, dropout), structures, permutations, seed)
    return Audit(stored, after, tuple(_advice(counts, structures, stored, after, loss)))


def _measure(
    counts: Counter[tuple[str, tuple[int, ...]]], structures: tuple[str, ...], permutations: int, seed: int
) -> dict[str, Dependence]:
    answers = {}
    for index, name in enumerate(structures):
        alone = Counter[tuple[str, tuple[int, ...]]]()
        for (domain, presence), number in counts.items():
            alone[domain, (presence[index],)] += number
        answers[name] = dependence(_table(alone), permutations, seed)
    return {**answers, "all": dependence(_table(counts), permutations, seed)}


def _table(counts: Counter[tuple[str, tuple[int, ...]]]) -> np.ndarray:
    domains, patterns = sorted({domain for domain, _ in counts}), sorted({pattern for _, pattern in counts})
    return np.array([[counts[domain, pattern] for pattern in patterns] for domain in domains], np.int64)


def _information(table: np.ndarray) -> float:
    """Mutual information in bits."""
    joint = table / table.sum()
    apart = joint.sum(1, keepdims=True) * joint.sum(0, keepdims=True)
    filled = joint > 0
    return float((joint[filled] * np.log2(joint[filled] / apart[filled])).sum())


def _dropped(
    counts: Counter[tuple[str, tuple[int, ...]]], dropout: LabelDropout
) -> Counter[tuple[str, tuple[int, ...]]]:
    """What one pass of training sees, at the full probability of the schedule's end."""
    scale = min(1.0, MOST_RECORDS / sum(counts.values()))
    keys = [key for key, number in sorted(counts.items()) for _ in range(max(1, round(number * scale)))]
    presence = tf.constant([pattern for _, pattern in keys], tf.int32)
    epoch = tf.constant(dropout.schedule[2] if dropout.schedule else 0)
    left = dropout.presence(presence, tf.constant([f"audit {place}" for place in range(len(keys))]), epoch).numpy()
    return Counter((domain, tuple(row.tolist())) for (domain, _), row in zip(keys, left, strict=True))


def _advice(
    counts: Counter[tuple[str, tuple[int, ...]]], structures: Sequence[str], stored: dict[str, Dependence],
    after: dict[str, Dependence] | None, loss: str,
) -> list[str]:  # fmt: skip
    lines = []
    for index, name in enumerate(structures):
        if stored[name].cramers_v < STRONG or stored[name].p_value > SIGNIFICANT:
            continue
        labelled = sorted({domain for domain, presence in counts if presence[index]})
        fact = f"{name} is labelled only in domain {' and '.join(labelled)}" if _only(counts, index) else (
            f"{name} is labelled far more often in some domains than in others"
        )  # fmt: skip
        if after is not None:
            change = f"from {stored[name].cramers_v:.2f} to {after[name].cramers_v:.2f}"
            lines.append(f"{fact}; label dropout lowers Cramer's V {change}")
        elif loss in PREDICTING:
            lines.append(
                f"{fact}: expect shortcut learning with {loss}; set trainer.label_dropout.probability (the paper takes "
                "0.5) or use trainer.loss.name=marginal"
            )
        else:
            lines.append(f"{fact}; {loss} does not reward that shortcut, label dropout would hide it as well")
    return lines or ["Presence tells little about the domain: no shortcut is to be expected."]


def _only(counts: Counter[tuple[str, tuple[int, ...]]], index: int) -> bool:
    """Whether some domain never has the structure's label."""
    with_label = {domain for domain, presence in counts if presence[index]}
    return with_label != {domain for domain, _ in counts}


def tells_domain(counts: Counter[tuple[str, tuple[int, ...]]], index: int, found: Dependence) -> bool:
    """Whether the presence of a structure gives the domain away: strongly, or since only some domains ever have it."""
    labelled = any(presence[index] for _, presence in counts)
    strong = found.cramers_v >= STRONG and found.p_value <= SIGNIFICANT
    return labelled and (strong or _only(counts, index))
