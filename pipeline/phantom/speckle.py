"""Random fields of the beam picture: fully developed speckle and slow tissue texture."""

import cv2
import numpy as np


def speckle_power(power: np.ndarray, axial: float, lateral: float, looks: int, rng: np.random.Generator) -> np.ndarray:
    """Echo power (samples, beams) of random scatterers of the given mean power, seen through a Gaussian beam.

    Args:
        power: Mean scattered power (samples, beams).
        axial, lateral: Standard deviation of the point spread function in samples and beams.
        looks: Independent pictures averaged.
    """
    amplitude = np.sqrt(power / 2).astype(np.float32)
    total = np.zeros(power.shape, np.float32)
    for _ in range(2 * looks):  # real and imaginary part of each look
        scattered = amplitude * rng.standard_normal(power.shape, np.float32)
        total += _blur(scattered, axial, lateral) ** 2
    # A Gaussian filter of unit sum keeps 1 / (4 π σ σ') of white noise's power.
    return total * (_gain(axial) * _gain(lateral) / looks)


def smooth_noise(shape: tuple[int, int], axial: float, lateral: float, rng: np.random.Generator) -> np.ndarray:
    """Slow noise of the given shape with mean 0 and standard deviation 1; correlation lengths in pixels."""
    field = _blur(rng.standard_normal(shape, np.float32), axial, lateral)
    return (field - field.mean()) / (field.std() + 1e-9)


def _blur(field: np.ndarray, axial: float, lateral: float) -> np.ndarray:
    return cv2.GaussianBlur(field, (0, 0), sigmaX=lateral, sigmaY=axial, borderType=cv2.BORDER_REFLECT)


def _gain(sigma: float) -> float:
    """What restores the power of white noise after a one-dimensional Gaussian filter of unit sum."""
    radius = int(np.ceil(4 * sigma))
    kernel = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    return float(kernel.sum() ** 2 / (kernel**2).sum())
