"""What the gate asks for."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt

from components.base import Parameters


class Threshold(BaseModel):
    """One condition a model must meet.

    Attributes:
        structure: Name from the vocabulary.
        domain: Domain it is asked for; "*" asks for it in each domain of the split.
        minimum: Smallest accepted mean Dice over the labelled images.
        minimum_support: Fewer labelled images than this is "not evaluable", which never passes.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    structure: str
    domain: str = "*"
    minimum: float = Field(ge=0, le=1)
    minimum_support: PositiveInt = 1


class EvaluatorParameters(Parameters):
    """All of the evaluation.

    Attributes:
        split: The split that decides; choose nothing else by it.
        thresholds: The gate. Without any, no model is blessed.
        batch_size: Images per call of the model; cannot change the result.
        pictures: Cases per domain drawn as image, truth and prediction.
    """

    split: Literal["val", "test"] = "test"
    thresholds: tuple[Threshold, ...] = ()
    batch_size: PositiveInt = 16
    pictures: int = Field(default=4, ge=0, le=64)
