"""Label dropout as the parameters ask for it, on the labels that the training data really has."""

from collections.abc import Mapping

from components.base import UserError
from components.examples_artifact import ExamplesArtifact
from components.trainer.parameters import TrainerParameters
from models.label_dropout import LabelDropout


def make_label_dropout(parameters: TrainerParameters, artifact: ExamplesArtifact) -> LabelDropout | None:
    """The stage for the training split; none where the probability is 0.

    Raises:
        UserError: The probability names an unknown structure, or differs by structure in a mode that hides all at once.
    """
    chosen = parameters.label_dropout
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
            seed=parameters.seed, partially_labelled=artifact.partially_labelled("train"), probability=probability,
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
