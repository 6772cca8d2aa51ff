"""One heart beat of one patient with every mask known, from which each format takes what it stores."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pipeline.phantom.patient import SPLITS, Patient, PatientKey, draw_patient
from pipeline.phantom.screen import Screen, tight_screen
from pipeline.phantom.settings import PhantomSettings

FRAMES = 7
PATIENTS_A_SPLIT = 2
SPACING_MM = 0.8


@dataclass(frozen=True)
class Loop:
    """FRAMES frames from end-diastole (the first) to end-systole (the last).

    Attributes:
        number: The patient's number, counted from 1.
        split: train, val or test.
        view: 4CH or 2CH.
    """

    number: int
    split: str
    view: str
    patient: Patient

    @cached_property
    def _screen(self) -> Screen:
        return tight_screen(self.patient.acquisition, SPACING_MM)

    @cached_property
    def images(self) -> np.ndarray:
        """(T,H,W) uint8."""
        return np.stack([self.patient.image(k / (FRAMES - 1), self._screen, k) for k in range(FRAMES)])

    @cached_property
    def masks(self) -> np.ndarray:
        """(T,H,W) uint8: 1 LV, 2 MYO, 3 LA, 0 background."""
        return np.stack([self.patient.mask(k / (FRAMES - 1), self._screen) for k in range(FRAMES)])


def draw_loops(settings: PhantomSettings) -> Iterator[Loop]:
    """Both views of each patient, split by split."""
    keys = [PatientKey(settings.seed, "alpha", split, index) for split in SPLITS for index in range(PATIENTS_A_SPLIT)]
    for number, key in enumerate(keys, 1):
        for view in ("4CH", "2CH"):
            yield Loop(number, key.split, view, draw_patient(settings, settings.alpha.scanner, key, view))
