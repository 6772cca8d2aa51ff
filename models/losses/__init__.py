"""Losses under partial labels. `make_loss` builds one by name; see models.losses.base for what they share."""

import inspect
from collections.abc import Callable
from typing import Any

from models.losses.abce import AdaptiveBinaryCrossEntropy
from models.losses.acce import AdaptiveCategoricalCrossEntropy
from models.losses.base import PartialLoss
from models.losses.cce import CategoricalCrossEntropy
from models.losses.leaf_dice import LeafDice
from models.losses.marginal import MarginalCrossEntropy

LOSSES: dict[str, Callable[..., PartialLoss]] = {
    "cce": CategoricalCrossEntropy,
    "acce": AdaptiveCategoricalCrossEntropy,
    "marginal": MarginalCrossEntropy,
    "abce": AdaptiveBinaryCrossEntropy,
    "leaf_dice": LeafDice,
}


def make_loss(name: str, dice_weight: float = 0.0, **options: Any) -> PartialLoss:
    """Build a loss by name.

    Args:
        name: One of LOSSES.
        dice_weight: Factor of the soft Dice that is added to a cross entropy; must be 0 for leaf_dice, a Dice itself.
        options: The loss's own, for example exclusion_weight of marginal.

    Raises:
        ValueError: Unknown name or option, or a value that is out of range.
    """
    if name not in LOSSES:
        raise ValueError(f"Invalid value for loss. Expected one of {sorted(LOSSES)}. Received: {name!r}")
    known = sorted(set(inspect.signature(LOSSES[name]).parameters) - {"name", "dice_weight"})
    unknown = sorted(set(options) - set(known))
    if unknown:
        raise ValueError(f"Invalid options for {name}. Expected some of {known}. Received: {unknown}")
    if name == "leaf_dice":
        if dice_weight:
            raise ValueError(
                f"Invalid value for dice_weight. Expected 0 for leaf_dice, which is a Dice itself. "
                f"Received: {dice_weight}"
            )
        return LOSSES[name](**options)
    return LOSSES[name](dice_weight=dice_weight, **options)
