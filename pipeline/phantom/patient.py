"""One patient on one scanner: everything that is drawn at random, and the frames that follow from it."""

from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.phantom.anatomy import Heart, blend, contract, draw_heart
from pipeline.phantom.marks import draw_marks
from pipeline.phantom.scanner import Acquisition, acquire, beam_picture
from pipeline.phantom.screen import Screen, scan_convert
from pipeline.phantom.settings import PhantomSettings, ScannerSettings
from pipeline.phantom.shape import label_map, volume_ml

SPLITS = ("train", "val", "test")
DOMAINS = ("alpha", "beta")
VIEWS = ("4CH", "2CH")
DIASTOLE, SYSTOLE = 0.0, 1.0


@dataclass(frozen=True)
class PatientKey:
    """Who a patient is; all of its random numbers depend on this and the seed only, not on how many others there are.

    Attributes:
        domain, split: "alpha" or "beta"; "train", "val" or "test".
        index: Number in its split, from 0.
    """

    seed: int
    domain: str
    split: str
    index: int

    def rng(self, *stream: int) -> np.random.Generator:
        """A random generator of its own for each stream of this patient."""
        return np.random.default_rng(
            [self.seed, DOMAINS.index(self.domain), SPLITS.index(self.split), self.index, *stream]
        )


@dataclass(frozen=True)
class Patient:
    """One view of one patient, ready to be scanned.

    Attributes:
        diastole, systole: The heart at both ends of the beat.
    """

    key: PatientKey
    view: str
    diastole: Heart
    systole: Heart
    acquisition: Acquisition

    def heart(self, phase: float) -> Heart:
        """The heart at a phase of the beat, 0 = end-diastole, 1 = end-systole."""
        return blend(self.diastole, self.systole, phase)

    def image(self, phase: float, screen: Screen, frame: int, oversample: int = 1) -> np.ndarray:
        """The picture (height, width) uint8 that the scanner stores of one frame.

        Args:
            frame: Number of the frame, which seeds its speckle.
            oversample: Render with this many times more pixels and average them.
        """
        rng = self.key.rng(VIEWS.index(self.view), 1, frame)
        fine = screen.finer(oversample)
        gray = scan_convert(beam_picture(self.heart(phase), self.acquisition, rng), self.acquisition, fine)
        gray = draw_marks(gray, self.acquisition.scanner.marks, fine)
        if oversample > 1:
            gray = cv2.resize(gray, (screen.width, screen.height), interpolation=cv2.INTER_AREA)
        return np.clip(np.rint(gray), 0, 255).astype(np.uint8)

    def mask(self, phase: float, screen: Screen) -> np.ndarray:
        """The true structure ids (height, width) uint8 of one frame: 1 LV, 2 MYO, 3 LA, 0 background."""
        return label_map(self.heart(phase), *screen.points())

    def ejection_fraction(self, diastole: float = DIASTOLE, systole: float = SYSTOLE) -> float:
        """Per cent of the left ventricle's volume that leaves it between two phases."""
        return 100 * (1 - volume_ml(self.heart(systole)) / volume_ml(self.heart(diastole)))


def draw_patient(settings: PhantomSettings, scanner: ScannerSettings, key: PatientKey, view: str) -> Patient:
    """Draw the heart of a patient in one view, and how it is scanned."""
    rng = key.rng(VIEWS.index(view), 0)
    heart = draw_heart(settings.anatomy, view, rng)
    strength = rng.uniform(*settings.anatomy.contraction)
    return Patient(key, view, heart, contract(heart, strength), acquire(scanner, settings.render, rng))
