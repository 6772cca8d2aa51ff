"""Means of a stream: what is kept grows with the patients, not with the images."""

import numpy as np

from components.evaluator.bootstrap import interval_of_sums


class Mean:
    """Mean of the finite values among those added; NaN where there is none."""

    def __init__(self) -> None:
        self._sum, self._count = 0.0, 0

    def add(self, value: float) -> None:
        """Take one more value; what is not finite does not count."""
        if np.isfinite(value):
            self._sum += value
            self._count += 1

    @property
    def value(self) -> float:
        """The mean so far."""
        return self._sum / self._count if self._count else float("nan")


class PatientMean:
    """Mean of values over images, with its interval over patients."""

    def __init__(self) -> None:
        self._of: dict[str, list[float]] = {}

    def add(self, patient: str, value: float) -> None:
        """Take the finite value of one more image."""
        own = self._of.setdefault(patient, [0.0, 0.0])
        own[0] += value
        own[1] += 1

    @property
    def patients(self) -> int:
        """How many."""
        return len(self._of)

    @property
    def images(self) -> int:
        """How many."""
        return int(sum(count for _, count in self._of.values()))

    @property
    def value(self) -> float:
        """The mean so far, NaN where there is none."""
        return sum(total for total, _ in self._of.values()) / self.images if self._of else float("nan")

    def interval(self, seed: int) -> tuple[float, float]:
        """95 % interval, NaN where there are fewer than two patients."""
        table = np.array([self._of[name] for name in sorted(self._of)], float).reshape(-1, 2)
        return interval_of_sums(table[:, 0], table[:, 1].astype(int), seed)
