"""What is counted over records: sums and histograms that can be merged in any order."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

AREA_BINS = 50  # of the fraction of the image, 0 to 1
GRAY_LEVELS = 256
NAMED = 5  # examples named of each contradiction
Slice = tuple[str, str]  # split and domain


@dataclass
class Tally:
    """Counts by slice, a slice being a split and a domain.

    Attributes:
        records: By split, domain, dataset, view, frame and presence.
        areas: By slice and structure, where it is present: histogram of the fraction of the image that it fills.
        gray: By slice: histogram of gray levels.
        spacings: By slice and row and column spacing in mm ("unknown" where it is).
        sizes: By slice, height and width.
        patients: Splits in which each patient occurs.
        features: By kind (missing, unknown, type) and feature, in how many records.
        contradictions: Structures whose pixels a mask holds although they are absent: in how many records, and a few
            examples' ids.
    """

    records: Counter[tuple[str, str, str, str, str, tuple[int, ...]]] = field(default_factory=Counter)
    areas: dict[tuple[Slice, str], np.ndarray] = field(default_factory=dict)
    gray: dict[Slice, np.ndarray] = field(default_factory=dict)
    spacings: Counter[tuple[Slice, str]] = field(default_factory=Counter)
    sizes: Counter[tuple[Slice, int, int]] = field(default_factory=Counter)
    patients: dict[str, set[str]] = field(default_factory=dict)
    features: Counter[tuple[str, str]] = field(default_factory=Counter)
    contradictions: Counter[str] = field(default_factory=Counter)
    contradicting: list[str] = field(default_factory=list)

    def merge(self, other: "Tally") -> "Tally":
        """Add another tally to this one."""
        for name in ("records", "spacings", "sizes", "features", "contradictions"):
            getattr(self, name).update(getattr(other, name))
        for name in ("areas", "gray"):
            mine = getattr(self, name)
            for key, histogram in getattr(other, name).items():
                mine[key] = mine[key] + histogram if key in mine else histogram
        for patient, splits in other.patients.items():
            self.patients.setdefault(patient, set()).update(splits)
        self.contradicting = sorted({*self.contradicting, *other.contradicting})[:NAMED]
        return self

    def slices(self) -> list[Slice]:
        """Every split and domain that occurs."""
        return sorted({(split, domain) for split, domain, *_ in self.records})

    def examples(self, wanted: Slice) -> int:
        """Records of a slice."""
        return sum(number for key, number in self.records.items() if key[:2] == wanted)
