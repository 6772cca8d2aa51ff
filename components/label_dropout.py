"""What a user may set of label dropout, and the stage that follows from it on the labels that the data really has."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt

from components.base import UserError
from components.examples_artifact import ExamplesArtifact
from models.label_dropout import LabelDropout

Fraction = Annotated[float, Field(ge=0, le=1)]


class ScheduleParameters(BaseModel):
    """Linear change of the label dropout probability over passes through the training data.

    Attributes:
        start: Factor of the probability in the first pass.
        end: Factor from pass `epochs` on.
        epochs: Passes until the end is reached.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    start: Fraction = 1.0
    end: Fraction = 1.0
    epochs: PositiveInt


class LabelDropoutParameters(BaseModel):
    """How often labels are hidden in training: see models.label_dropout.

    Attributes:
        probability: Chance that a present label is hidden; one number, or one by structure name (others 0). 0 switches
            label dropout off.
        mode: independent hides each structure by itself, joint all of them together, pattern adopts the presence of
            another dataset.
        structures: partial hides only structures that some training records lack (as published), all hides any.
        keep_one: An image that has labels keeps at least one of them.
        schedule: How the probability changes during training; none leaves it as it is.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    probability: Fraction | dict[str, Fraction] = 0.0
    mode: Literal["independent", "joint", "pattern"] = "independent"
    structures: Literal["partial", "all"] = "partial"
    keep_one: bool = False
    schedule: ScheduleParameters | None = None


def make_label_dropout(chosen: LabelDropoutParameters, seed: int, artifact: ExamplesArtifact) -> LabelDropout | None:
    """The stage for the training split; none where the probability is 0.

    Raises:
        UserError: The probability names an unknown structure, or differs by structure in a mode that hides all at once.
    """
    probability: float | Mapping[int, float]
    if isinstance(chosen.probability, dict):
        probability = {_index(artifact, name): p for name, p in chosen.probability.items()}
        if not any(probability.values()):
            return None
    else:
        probability = chosen.probability
        if not probability:
            return None
    schedule = chosen.schedule
    try:
        return LabelDropout(
            seed=seed, partially_labelled=artifact.partially_labelled("train"), probability=probability,
            mode=chosen.mode, structures=chosen.structures, patterns=artifact.presence_patterns("train"),
            keep_one=chosen.keep_one,
            schedule=None if schedule is None else (schedule.start, schedule.end, schedule.epochs),
        )  # fmt: skip
    except ValueError as error:
        raise UserError(f"trainer.label_dropout: {error}") from None


def _index(artifact: ExamplesArtifact, structure: str) -> int:
    names = artifact.vocabulary.names
    if structure not in names:
        raise UserError(
            f"Invalid key of trainer.label_dropout.probability. Expected one of {list(names)}. Received: {structure!r}"
        )
    return names.index(structure)
