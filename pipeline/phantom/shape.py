"""Where the structures of a heart are: label maps, the tracing of the left ventricle, its volume."""

from dataclasses import dataclass

import numpy as np

from pipeline.phantom.anatomy import Heart

LV, MYO, LA = 1, 2, 3
SLANT = 0.5  # the ends of the horseshoe reach this far below the valve plane, per mm of wall


@dataclass(frozen=True)
class HeartGrid:
    """Points seen from the heart; arrays of one shape, in mm.

    Attributes:
        along: Distance from the apex down the long axis.
        across: Distance from the bowed long axis, positive to the lateral side.
        inner, outer: Endocardial and epicardial half-width at each point's level and side.
        atrial_across, atrial: Distance from the left atrium's axis, and its half-width (0 beyond its ends).
    """

    along: np.ndarray
    across: np.ndarray
    inner: np.ndarray
    outer: np.ndarray
    atrial_across: np.ndarray
    atrial: np.ndarray


def heart_grid(heart: Heart, x: np.ndarray, depth: np.ndarray) -> HeartGrid:
    """See points (x right, depth down, in mm, any equal shapes) from the heart."""
    dx, dz = x - heart.apex_x, depth - heart.apex_depth
    sin, cos = np.sin(heart.tilt), np.cos(heart.tilt)
    along = dx * sin + dz * cos
    sideways = dx * cos - dz * sin
    level = np.clip(along / heart.length, 0, 1)
    across = sideways - heart.bend * np.sin(np.pi * level)
    below = along - heart.length
    return HeartGrid(
        along=along,
        across=across,
        inner=_half_width(heart, along / heart.length, across >= 0, heart.half_width),
        outer=_half_width(
            heart,
            (along + heart.apical_wall) / (heart.length + heart.apical_wall),
            across >= 0,
            heart.half_width + heart.wall,
        ),
        atrial_across=sideways - below * np.tan(heart.la_tilt),
        atrial=_atrial_half_width(heart, below / heart.la_length),
    )


def label_map(heart: Heart, x: np.ndarray, depth: np.ndarray) -> np.ndarray:
    """Structure ids, uint8 of the points' shape: 1 LV, 2 MYO, 3 LA, 0 background."""
    return labels_on(heart, heart_grid(heart, x, depth))


def labels_on(heart: Heart, grid: HeartGrid) -> np.ndarray:
    """Structure ids of points already seen from the heart."""
    distance = np.abs(grid.across)
    above_plane = grid.along <= heart.length
    end = heart.length + SLANT * (distance - heart.base_half_width)
    labels = np.zeros(grid.along.shape, np.uint8)
    labels[(grid.along > heart.length) & (np.abs(grid.atrial_across) < grid.atrial)] = LA
    labels[(distance < grid.outer) & (above_plane | ((distance > heart.base_half_width) & (grid.along < end)))] = MYO
    labels[(distance < grid.inner) & above_plane] = LV
    return labels


def from_heart(heart: Heart, along: np.ndarray, sideways: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(x, depth) in mm of points given along the straight long axis and sideways from it."""
    sin, cos = np.sin(heart.tilt), np.cos(heart.tilt)
    return heart.apex_x + along * sin + sideways * cos, heart.apex_depth + along * cos - sideways * sin


def tracing(heart: Heart, chords: int = 20) -> np.ndarray:
    """Tracing of the left ventricle as EchoNet-Dynamic has it: (1 + chords, 4) of x1, depth1, x2, depth2 in mm.

    The first row is the long axis from apex to the middle of the valve plane, the others are parallel chords
    perpendicular to it, from apex to base.
    """
    level = np.linspace(0.01, 0.995, chords)
    bow = heart.bend * np.sin(np.pi * level)
    septal = bow - _half_width(heart, level, np.zeros(chords, bool), heart.half_width)
    lateral = bow + _half_width(heart, level, np.ones(chords, bool), heart.half_width)
    start = from_heart(heart, level * heart.length, septal)
    end = from_heart(heart, level * heart.length, lateral)
    apex, base = (from_heart(heart, np.array([along]), np.array([0.0])) for along in (0.0, heart.length))
    return np.vstack([np.column_stack([*apex, *base]), np.column_stack([*start, *end])])


def volume_ml(heart: Heart, discs: int = 200) -> float:
    """Volume of the left ventricle in mL: the sum of round discs across its long axis."""
    level = (np.arange(discs) + 0.5) / discs
    septal = _half_width(heart, level, np.zeros(discs, bool), heart.half_width)
    lateral = _half_width(heart, level, np.ones(discs, bool), heart.half_width)
    areas = np.pi * ((septal + lateral) / 2) ** 2
    return float(areas.mean() * heart.length / 1000)


def _half_width(heart: Heart, level: np.ndarray, lateral: np.ndarray, widest_half: float) -> np.ndarray:
    """Half-width in mm at a level (0 apex, 1 base) of a bullet: round apex, slightly narrowing base; 0 above it."""
    inside = np.clip(level, 0, 1)
    rising = np.clip((heart.widest - inside) / heart.widest, 0, 1)
    falling = np.clip((inside - heart.widest) / (1 - heart.widest), 0, 1)
    profile = np.sqrt(1 - rising**2 * np.sqrt(rising)) * (1 - (1 - heart.base_ratio) * falling**2)
    phase = np.where(lateral, heart.lateral_phase, heart.septal_phase)
    # No wobble at the valve plane, so that the annulus stays where `base_half_width` says.
    wobble = 1 + heart.wobble * np.sin(np.pi * inside) * np.sin(2 * np.pi * inside + phase)
    return np.where(level >= 0, widest_half * profile * wobble, 0)


def _atrial_half_width(heart: Heart, level: np.ndarray) -> np.ndarray:
    """Half-width in mm of the left atrium at a level (0 valve plane, 1 roof), 0 beyond its ends."""
    inside = np.clip(level, 0, 1)
    annulus = heart.base_half_width
    widening = np.sin(np.pi / 2 * np.clip(inside / 0.5, 0, 1))
    falling = np.clip((inside - 0.5) / 0.5, 0, 1)
    roof = np.sqrt(1 - falling**2 * np.sqrt(falling))
    width = (annulus + (heart.la_half_width - annulus) * widening) * roof
    return np.where((level >= 0) & (level <= 1), width, 0)
