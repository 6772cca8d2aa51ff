"""The scanner: from a heart to the log-compressed beam picture."""

from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.phantom.anatomy import Heart
from pipeline.phantom.settings import RenderSettings, ScannerSettings
from pipeline.phantom.speckle import smooth_noise, speckle_power
from pipeline.phantom.tissue import echogenicity

SIDELOBE_DB = -24.0
HAZE_REACH_MM = 22.0
CAVITY_DB = -33.0


@dataclass(frozen=True)
class Acquisition:
    """One patient on one scanner. Beam pictures have the shape (samples, beams), depth down, angle from left to right.

    Attributes:
        depth_mm: The imaging depth chosen for this patient.
        gain_db: Gain with this patient's offset.
        quality: 0 (poor window) to 1 (good window).
        texture: Slow variation of tissue in dB (samples, beams).
        warp: How far borders stray from the smooth anatomy, x and depth in mm (2, samples, beams).
        shadow: Loss of each beam in dB, (beams,).
    """

    scanner: ScannerSettings
    render: RenderSettings
    depth_mm: float
    gain_db: float
    quality: float
    texture: np.ndarray
    warp: np.ndarray
    shadow: np.ndarray

    @property
    def half_angle(self) -> float:
        """Half of the sector's opening in radians."""
        return float(np.deg2rad(self.scanner.sector_deg) / 2)


def acquire(scanner: ScannerSettings, render: RenderSettings, rng: np.random.Generator) -> Acquisition:
    """Draw how one patient is scanned."""
    depth = scanner.depth_mm * (1 + rng.uniform(-1, 1) * scanner.depth_jitter)
    quality = rng.uniform(*render.quality)
    shape = (render.samples, render.beams)
    mm, degrees = render.samples / depth, render.beams / scanner.sector_deg
    scales_db = ((4.5, 9 * mm, 7 * degrees), (3.0, 3 * mm, 3 * degrees), (3.0, 0.9 * mm, 3.5 * degrees))
    texture = sum(db * smooth_noise(shape, axial, lateral, rng) for db, axial, lateral in scales_db)
    warp = [render.border_mm * smooth_noise(shape, 3.0 * mm, 1.6 * degrees, rng) for _ in range(2)]
    return Acquisition(
        scanner=scanner,
        render=render,
        depth_mm=depth,
        gain_db=scanner.gain_db + rng.uniform(-1, 1) * render.gain_jitter_db,
        quality=quality,
        texture=np.asarray(texture, np.float32),
        warp=np.stack(warp),
        shadow=_shadow(scanner, render.beams, rng),
    )


def beam_picture(heart: Heart, acquisition: Acquisition, rng: np.random.Generator) -> np.ndarray:
    """Gray levels (samples, beams) as float32 in [0, 255]."""
    scanner, samples = acquisition.scanner, acquisition.render.samples
    radius = _radius(acquisition)[:, None]
    angle = np.linspace(-1, 1, acquisition.render.beams, dtype=np.float32)[None] * acquisition.half_angle
    x, depth = (radius * np.sin(angle)).astype(np.float32), (radius * np.cos(angle)).astype(np.float32)
    dropout = scanner.dropout_db * (1.4 - 0.8 * acquisition.quality)
    strayed_x, strayed_depth = x + acquisition.warp[0], depth + acquisition.warp[1]
    db, blood = echogenicity(heart, strayed_x, strayed_depth, acquisition.texture, dropout)
    power = _from_db(db)
    power = power + _sidelobes(power, acquisition) + _haze(radius, blood, acquisition)
    loss = scanner.attenuation_db_per_cm * radius / 10 + acquisition.shadow[None] * np.clip(radius / 40, 0, 1)
    axial = scanner.axial_mm * samples / acquisition.depth_mm
    spread = 1 + 0.6 * (1 - acquisition.quality)  # a poor window also defocuses
    lateral = spread * scanner.lateral_deg * acquisition.render.beams / scanner.sector_deg
    received = power * _from_db(-loss) + 10 ** (scanner.noise_db / 10)
    echo = speckle_power(received, axial, lateral, acquisition.render.looks, rng)
    return _gray(10 * np.log10(echo + 1e-12) + scanner.tgc_db_per_cm * radius / 10, acquisition)


def _radius(acquisition: Acquisition) -> np.ndarray:
    samples = acquisition.render.samples
    return ((np.arange(samples, dtype=np.float32) + 0.5) / samples * acquisition.depth_mm).astype(np.float32)


def _from_db(db: np.ndarray) -> np.ndarray:
    return np.exp(db * (np.log(10) / 10))


def _gray(db: np.ndarray, acquisition: Acquisition) -> np.ndarray:
    scanner = acquisition.scanner
    level = np.clip(1 + (db + acquisition.gain_db) / scanner.dynamic_range_db, 0, 1)
    return (255 * level**scanner.gamma).astype(np.float32)


def _sidelobes(power: np.ndarray, acquisition: Acquisition) -> np.ndarray:
    """Power that the beam's side lobes smear across neighbouring beams."""
    beams_per_degree = acquisition.render.beams / acquisition.scanner.sector_deg
    wide = cv2.GaussianBlur(power.astype(np.float32), (0, 0), sigmaX=6 * beams_per_degree, sigmaY=1)
    return wide * 10 ** ((SIDELOBE_DB + 7 * (1 - acquisition.quality)) / 10)


def _haze(radius: np.ndarray, blood: np.ndarray, acquisition: Acquisition) -> np.ndarray:
    """Near-field clutter: decays with depth, with bands where the echo runs to and fro below the probe."""
    level = acquisition.scanner.haze_db + 5 * (1 - acquisition.quality)
    bands = 0.65 + 0.35 * np.cos(2 * np.pi * radius / 7.5)
    near = 10 ** (level / 10) * bands * np.exp(-radius * np.log(10) / HAZE_REACH_MM)
    cavity = _from_db(CAVITY_DB + 10 * (1 - acquisition.quality) + 0.7 * acquisition.texture) * blood
    probe = 10 ** (0.8 - (radius / 4.0) ** 2)
    return near + cavity + probe


def _shadow(scanner: ScannerSettings, beams: int, rng: np.random.Generator) -> np.ndarray:
    """Loss in dB of each beam (beams,): one smooth shadow towards either edge, some ripple between the beams."""
    position = np.linspace(-1, 1, beams)
    loss = np.zeros(beams)
    for side in (-1, 1):
        centre, width = side * rng.uniform(0.65, 1.1), rng.uniform(0.08, 0.22)
        loss += rng.uniform(0, scanner.shadow_db) * np.exp(-0.5 * ((position - centre) / width) ** 2)
    ripple = smooth_noise((1, beams), 1, beams / 60, rng)[0]
    return (loss + 0.6 * ripple).astype(np.float32)
