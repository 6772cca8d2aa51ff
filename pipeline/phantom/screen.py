"""The screen: a rectangle of pixels in front of the sector, and scan conversion onto it."""

from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.phantom.scanner import Acquisition


@dataclass(frozen=True)
class Screen:
    """A (height, width) picture of square pixels; pixel (row, column) is centred on (row + ½, column + ½) · pixel_mm.

    Attributes:
        pixel_mm: Side of a pixel in mm.
        left, top: Where the picture's left and upper edges are in mm, from the probe (x to the right, depth down).
    """

    height: int
    width: int
    pixel_mm: float
    left: float
    top: float

    def points(self) -> tuple[np.ndarray, np.ndarray]:
        """x and depth in mm of the pixels' centres, each (height, width) float32."""
        x = self.left + (np.arange(self.width) + 0.5) * self.pixel_mm
        depth = self.top + (np.arange(self.height) + 0.5) * self.pixel_mm
        grid_x, grid_depth = np.meshgrid(x.astype(np.float32), depth.astype(np.float32))
        return grid_x, grid_depth

    def column(self, x: np.ndarray) -> np.ndarray:
        """Column index (fractional) of x in mm; the centre of the first pixel is 0."""
        return (x - self.left) / self.pixel_mm - 0.5

    def row(self, depth: np.ndarray) -> np.ndarray:
        """Row index (fractional) of a depth in mm; the centre of the first pixel is 0."""
        return (depth - self.top) / self.pixel_mm - 0.5

    def finer(self, factor: int) -> "Screen":
        """The same rectangle with `factor` times as many pixels each way."""
        return Screen(self.height * factor, self.width * factor, self.pixel_mm / factor, self.left, self.top)


def tight_screen(acquisition: Acquisition, pixel_mm: float) -> Screen:
    """The smallest screen that shows the whole sector, as in CAMUS."""
    height = int(np.ceil(acquisition.depth_mm / pixel_mm))
    width = 2 * int(np.ceil(acquisition.depth_mm * np.sin(acquisition.half_angle) / pixel_mm))
    return Screen(height, width, pixel_mm, left=-width * pixel_mm / 2, top=0.0)


def square_screen(acquisition: Acquisition, size_px: int) -> Screen:
    """A square of size_px around the heart that cuts the sector's corners, as in EchoNet-Dynamic."""
    side = 1.12 * acquisition.depth_mm
    return Screen(size_px, size_px, side / size_px, left=-side / 2, top=-0.02 * side)


def scan_convert(picture: np.ndarray, acquisition: Acquisition, screen: Screen) -> np.ndarray:
    """Beam picture (samples, beams) → gray levels (height, width) float32, 0 outside the sector."""
    x, depth = screen.points()
    samples, beams = picture.shape
    angle = np.arctan2(x, depth) / acquisition.half_angle
    row = np.hypot(x, depth) / acquisition.depth_mm * samples - 0.5
    column = (angle + 1) / 2 * (beams - 1)
    gray = cv2.remap(picture, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.where((np.abs(angle) <= 1) & (row <= samples - 0.5), gray, np.float32(0))
