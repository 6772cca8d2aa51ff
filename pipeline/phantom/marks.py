"""What a scanner burns into its pictures: a depth scale, an ECG trace, text."""

import cv2
import numpy as np

from pipeline.phantom.screen import Screen
from pipeline.phantom.settings import Marks

LINES = ("PHANTOM A4C", "MI 1.2  2.5 MHz")


def draw_marks(gray: np.ndarray, marks: Marks, screen: Screen) -> np.ndarray:
    """A copy of a picture (H,W) in [0, 255] with the marks that are brighter than 0."""
    drawn = gray.copy()
    if marks.depth_ticks > 0:
        _depth_ticks(drawn, marks.depth_ticks, screen)
    if marks.ecg > 0:
        _ecg(drawn, marks.ecg)
    if marks.text > 0:
        _text(drawn, marks.text)
    return drawn


def _depth_ticks(gray: np.ndarray, level: float, screen: Screen) -> None:
    """A tick each 10 mm of depth at the right edge, a longer one each 50 mm."""
    right = round(0.985 * screen.width)
    deepest = int(screen.top + screen.height * screen.pixel_mm)
    for depth in range(0, deepest, 10):
        row = round(float(screen.row(np.array(depth))))
        length = round((0.035 if depth % 50 == 0 else 0.015) * screen.width)
        cv2.line(gray, (right - length, row), (right, row), (level,), _thickness(gray))


def _ecg(gray: np.ndarray, level: float) -> None:
    """Three heart beats along the lower edge."""
    height, width = gray.shape
    column = np.arange(width)
    beat = (3 * column / width) % 1
    bumps = ((0.20, 0.030, 0.15), (0.37, 0.012, -0.15), (0.40, 0.014, 1.0), (0.43, 0.012, -0.25), (0.65, 0.05, 0.25))
    trace = sum(tall * np.exp(-(((beat - at) / wide) ** 2)) for at, wide, tall in bumps)
    row = height * (0.965 - 0.06 * np.asarray(trace))
    points = np.stack([column, row], axis=1).round().astype(np.int32)
    cv2.polylines(gray, [points], False, (level,), _thickness(gray))


def _text(gray: np.ndarray, level: float) -> None:
    """Two lines at the upper left."""
    height, width = gray.shape
    scale = height / 420
    for number, line in enumerate(LINES, start=1):
        place = (round(0.02 * width), round(0.045 * height * number))
        cv2.putText(gray, line, place, cv2.FONT_HERSHEY_PLAIN, scale, (level,), 1, cv2.LINE_AA)


def _thickness(gray: np.ndarray) -> int:
    return max(1, round(gray.shape[0] / 220))
