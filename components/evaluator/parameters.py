"""What the gate asks for."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt, model_validator

from components.base import Parameters


class Threshold(BaseModel):
    """What a model must meet for one structure; at least one limit.

    Attributes:
        structure: Name from the vocabulary.
        domain: Domain it is asked for; "*" asks for it in each domain of the split.
        minimum: Smallest accepted mean Dice over the labelled images.
        on: Whether the minimum is asked of the mean (value) or of the lower end of its interval (lower).
        maximum_hd95_mm: Largest accepted mean 95 % Hausdorff distance; not evaluable where the spacing is not known.
        maximum_asd_mm: Largest accepted mean surface distance; the same.
        maximum_drop: How much worse in Dice than the baseline the lower end of the paired interval may be; passes where
            there is no baseline yet.
        minimum_support: Fewer labelled images than this is "not evaluable", which never passes.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    structure: str
    domain: str = "*"
    minimum: float | None = Field(default=None, ge=0, le=1)
    on: Literal["value", "lower"] = "value"
    maximum_hd95_mm: PositiveFloat | None = None
    maximum_asd_mm: PositiveFloat | None = None
    maximum_drop: float | None = Field(default=None, ge=0, le=1)
    minimum_support: PositiveInt = 1

    @model_validator(mode="after")
    def _asks_for_something(self) -> "Threshold":
        if all(limit is None for limit in (self.minimum, self.maximum_hd95_mm, self.maximum_asd_mm, self.maximum_drop)):
            raise ValueError("expected at least one of minimum, maximum_hd95_mm, maximum_asd_mm and maximum_drop")
        return self


class EvaluatorParameters(Parameters):
    """All of the evaluation.

    Attributes:
        split: The split that decides; choose nothing else by it.
        also: Further splits that are scored for comparison; the gate does not see them. A split without records is left
            out.
        thresholds: The gate. Without any, no model is blessed.
        minimum_shortcut_ratio: A structure that some domains label must be predicted in the others at least this often,
            as a share of how often it is predicted where it is labelled; none does not ask.
        baseline: Where served models are pushed to: the highest version is compared with on the same examples. The run
            takes pusher.destination.
        seed: Of the intervals.
        batch_size: Images per call of the model; cannot change the result.
        pictures: Cases per domain drawn as image, truth and prediction: evenly spread from worst to best; an
            odd number has the median among them.
    """

    split: Literal["val", "test"] = "test"
    also: tuple[Literal["train", "val", "test"], ...] = ("val",)
    thresholds: tuple[Threshold, ...] = ()
    minimum_shortcut_ratio: float | None = Field(default=None, ge=0, le=1)
    baseline: str | None = None
    seed: int = 0
    batch_size: PositiveInt = 16
    pictures: int = Field(default=5, ge=0, le=64)
