"""How strongly each point of a heart and of what surrounds it sends echoes back, in dB against myocardium."""

import numpy as np

from pipeline.phantom.anatomy import Heart
from pipeline.phantom.shape import LA, LV, MYO, HeartGrid, from_heart, heart_grid, labels_on

BLOOD_DB = -30.0
SURROUNDINGS_DB = -8.0
PERICARDIUM_DB = 9.0
VALVE_DB = 6.0
PAPILLARY_DB = -7.0


def echogenicity(
    heart: Heart, x: np.ndarray, depth: np.ndarray, texture: np.ndarray, dropout_db: float
) -> tuple[np.ndarray, np.ndarray]:
    """Echogenicity in dB and the blood pool (bool), both of the shape of x and depth (mm).

    Args:
        texture: Slow variation of tissue in dB, of the same shape.
        dropout_db: Loss where the wall is parallel to the beam.
    """
    grid = heart_grid(heart, x, depth)
    labels = labels_on(heart, grid)
    right = _right_heart(heart, grid) & (labels == 0)
    blood = (labels == LV) | (labels == LA) | right
    db = SURROUNDINGS_DB + 1.2 * texture
    db = np.where(_atrial_wall(heart, grid) & (labels == 0), -5 + 0.8 * texture, db)
    db = np.where(right, BLOOD_DB + 5 + 0.5 * texture, db)
    core = 4 * np.exp(-(((grid.across + (grid.inner + grid.outer) / 2) / 2.2) ** 2))  # the septum's bright middle
    wall = -2 + 0.7 * texture + core - dropout_db * _parallel(heart, grid, x, depth)
    db = np.where(labels == MYO, wall, db)
    db = np.where(labels == LV, BLOOD_DB + 0.4 * texture, db)
    db = np.where(labels == LA, BLOOD_DB + 3 + 0.4 * texture, db)
    db = np.maximum(db, _pericardium(heart, grid) + 0.5 * texture)
    return np.maximum(db, _valve(heart, x, depth)), blood


def _right_heart(heart: Heart, grid: HeartGrid) -> np.ndarray:
    """The right ventricle and atrium beside the septum (bool)."""
    if heart.rv_width <= 0:
        return np.zeros(grid.along.shape, bool)
    level = grid.along / heart.length
    gap = -grid.across - grid.outer
    free_wall = heart.rv_width * np.sqrt(np.clip((level - 0.22) / 0.6, 0, 1))
    ventricle = (gap > 0) & (gap < free_wall) & (level < 1.0)
    below = (grid.along - 1.02 * heart.length) / (0.95 * heart.la_length)
    centre = -heart.base_half_width - heart.wall / 2 - 2 - 0.62 * heart.rv_width
    round_edge = 0.62 * heart.rv_width * np.sqrt(np.clip(1 - np.square(np.square(2 * below - 0.9)) / 1.5, 0, 1))
    atrium = (below > 0) & (below < 1) & (np.abs(grid.atrial_across - centre) < round_edge)
    return ventricle | atrium


def _atrial_wall(heart: Heart, grid: HeartGrid) -> np.ndarray:
    """A rim of some mm around the left atrium (bool)."""
    below = grid.along - heart.length
    return (below > 0) & (below < heart.la_length + 3) & (np.abs(grid.atrial_across) < grid.atrial + 3)


def _parallel(heart: Heart, grid: HeartGrid, x: np.ndarray, depth: np.ndarray) -> np.ndarray:
    """1 where the wall is parallel to the beam, 0 where the beam meets it square; a third of it in the septum."""
    normal_along = (grid.along - heart.widest * heart.length) / heart.length**2
    normal_across = grid.across / (2 * heart.half_width) ** 2
    sin, cos = np.sin(heart.tilt), np.cos(heart.tilt)
    normal_x = normal_along * sin + normal_across * cos
    normal_depth = normal_along * cos - normal_across * sin
    norm = np.hypot(normal_x, normal_depth) * np.hypot(x, depth) + 1e-9
    alignment = np.abs(normal_x * x + normal_depth * depth) / norm
    side = np.where(grid.across > 0, 1.0, 0.33)
    return side * np.square(1 - alignment)


def _pericardium(heart: Heart, grid: HeartGrid) -> np.ndarray:
    """A bright line along the outer border, in dB: strong on the lateral side, weak at the apex."""
    outside = np.abs(grid.across) - grid.outer - 1.5
    level = grid.along / heart.length
    lateral = (grid.across > 0) & (level > 0.15) & (level < 1.1)
    fading = -10 * (1 - np.clip((level - 0.15) / 0.5, 0, 1))
    return np.where(lateral, PERICARDIUM_DB + fading - 8 * (outside / 1.6) ** 2, -100)


def _valve(heart: Heart, x: np.ndarray, depth: np.ndarray) -> np.ndarray:
    """The mitral annulus, the two leaflets and the papillary muscle, in dB."""
    base = heart.base_half_width
    half_gap = 0.75 * heart.leaflet_opening * base
    tip = heart.length - 4 - 9 * heart.leaflet_opening
    db = np.full(x.shape, -100.0, x.dtype)
    for side in (-1, 1):
        annulus = from_heart(heart, np.array(heart.length), np.array(side * (base + 1.5)))
        end = from_heart(heart, np.array(tip), np.array(side * half_gap))
        db = np.maximum(db, VALVE_DB - 1 - 8 * (_to_segment(x, depth, annulus, end) / 0.9) ** 2)
        db = np.maximum(db, VALVE_DB + 3 - 8 * (np.hypot(x - annulus[0], depth - annulus[1]) / 3.0) ** 2)
    along = heart.papillary * heart.length
    root, top = (
        from_heart(heart, np.array(along + offset), np.array(heart.bend + reach * heart.half_width))
        for offset, reach in ((-6, 0.92), (8, 0.72))
    )
    return np.maximum(db, PAPILLARY_DB - 8 * (_to_segment(x, depth, root, top) / 3.2) ** 2)


def _to_segment(x: np.ndarray, depth: np.ndarray, start: tuple, end: tuple) -> np.ndarray:
    """Distance in mm from each point to a line segment."""
    ux, uz = end[0] - start[0], end[1] - start[1]
    part = np.clip(((x - start[0]) * ux + (depth - start[1]) * uz) / (ux * ux + uz * uz), 0, 1)
    return np.hypot(x - start[0] - part * ux, depth - start[1] - part * uz)
