"""The plan of the network: everything that decides its shape, derived from the data in nnU-Net's manner.

Source: Isensee et al. 2021 (nnU-Net), "Dynamic network adaptation": each axis is halved while it stays large enough,
axes of much coarser spacing wait until the others have caught up, and the patch is enlarged until it divides evenly.
"""

import math
from dataclasses import asdict, dataclass
from typing import Any

SMALLEST_GRID = 4  # pixels of the shorter side at the bottom of the U
LARGEST_FEATURES = 320
ISOTROPIC = 2.0  # axes whose spacings differ by less are treated alike

Pair = tuple[int, int]


@dataclass(frozen=True)
class UNetPlan:
    """Everything that decides the network's shape.

    Attributes:
        image_size: Rows and columns (H, W) of the stored images.
        spacing_mm: Row and column spacing the plan was made for; none where the data does not say.
        patch_size: The grid the network works on: the image, enlarged until every level divides evenly.
        num_structures: C; the network answers with 1 + C logits, background first.
        features: Channels of each level, top first; its length is the number of levels.
        strides: How each level is reached from the one above, per axis; (1, 1) for the first.
        kernels: Size of each level's convolutions, per axis.
    """

    image_size: Pair
    spacing_mm: tuple[float, float] | None
    patch_size: Pair
    num_structures: int
    features: tuple[int, ...]
    strides: tuple[Pair, ...]
    kernels: tuple[Pair, ...]

    def to_dict(self) -> dict[str, Any]:
        """The plan as plain JSON types."""
        return asdict(self)


def make_plan(
    image_size: Pair,
    num_structures: int,
    base_features: int,
    max_levels: int = 6,
    spacing_mm: tuple[float, float] | None = None,
) -> UNetPlan:
    """Derive the plan from the size and the spacing of the stored images.

    Args:
        image_size: Rows and columns (H, W) in pixels.
        num_structures: C.
        base_features: Channels of the first level; they double at each level.
        max_levels: Most levels the network may have.
        spacing_mm: Typical row and column spacing in mm; none treats pixels as square.

    Raises:
        ValueError: The image is so small that no second level fits.
    """
    strides, kernels = _levels(image_size, spacing_mm or (1.0, 1.0), max_levels)
    if len(strides) < 2:
        raise ValueError(
            f"Invalid value for image_size. Expected at least one side of {2 * SMALLEST_GRID} pixels or more. "
            f"Received: {list(image_size)}"
        )
    divisors = [math.prod(stride[axis] for stride in strides) for axis in (0, 1)]
    rows, columns = (math.ceil(side / divisor) * divisor for side, divisor in zip(image_size, divisors, strict=True))
    features = tuple(min(base_features * 2**level, LARGEST_FEATURES) for level in range(len(strides)))
    return UNetPlan(image_size, spacing_mm, (rows, columns), num_structures, features, strides, kernels)


def _levels(size: Pair, spacing: tuple[float, float], max_levels: int) -> tuple[tuple[Pair, ...], tuple[Pair, ...]]:
    """Stride and kernel of each level."""
    sides, spacings = list(size), list(spacing)
    strides, kernels = [(1, 1)], [_kernel(spacings)]
    while len(strides) < max_levels:
        large_enough = [axis for axis in (0, 1) if sides[axis] >= 2 * SMALLEST_GRID]
        if not large_enough:
            break
        finest = min(spacings[axis] for axis in large_enough)
        halved = [axis for axis in large_enough if spacings[axis] < ISOTROPIC * finest]
        for axis in halved:
            sides[axis], spacings[axis] = math.ceil(sides[axis] / 2), spacings[axis] * 2
        strides.append((2 if 0 in halved else 1, 2 if 1 in halved else 1))
        kernels.append(_kernel(spacings))
    return tuple(strides), tuple(kernels)


def _kernel(spacings: list[float]) -> Pair:
    """3 along an axis, but 1 where the axis is much coarser than the other."""
    rows, columns = (3 if spacing < ISOTROPIC * min(spacings) else 1 for spacing in spacings)
    return rows, columns
