"""What a user may set of the statistics."""

from pydantic import PositiveInt

from components.base import Parameters
from components.label_dropout import LabelDropoutParameters


class StatisticsGenParameters(Parameters):
    """All of it; loss, label_dropout and seed are the trainer's.

    Attributes:
        loss: The loss that will be used, for the advice.
        label_dropout: Label dropout as it will be used, for the audit of what training sees.
        seed: Of the draws of label dropout and of the permutation test.
        permutations: Random assignments of presence to domain that the audit compares with.
    """

    loss: str
    label_dropout: LabelDropoutParameters
    seed: int
    permutations: PositiveInt = 999
