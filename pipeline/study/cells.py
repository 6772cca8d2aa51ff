"""The cells of a study: every arm and every value of a sweep, with every seed."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from components.base import UserError
from components.label_mask.parameters import LabelMaskParameters
from components.trainer.parameters import TrainerParameters
from pipeline.config import explain
from pipeline.study.config import Arm, CamusData, PhantomData, StudyConfig, Sweep


@dataclass(frozen=True)
class Cell:
    """One training.

    Attributes:
        name: Of the arm, with the sweep's value where there is one: "acce", "acce|p=0.3".
        sweep, value: Which sweep, and what it calls the value; None where the cell belongs to the main table.
        drawn: Domains of which test images are drawn for the report.
    """

    name: str
    arm: str
    seed: int
    sweep: str | None
    value: Any
    data: PhantomData | CamusData
    image_size: tuple[int, int]
    mask: dict[str, Any]
    trainer: TrainerParameters
    drawn: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The same for cells that ask for the very same training on the very same data, wherever they run."""
        data = self.data.model_dump(mode="json", exclude={"root"})  # where the files stand changes nothing
        asked = [data, self.image_size, self.mask, self.trainer.model_dump(mode="json"), self.seed]
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:16]

    def label_mask(self, source: str) -> LabelMaskParameters:
        """Of this cell, on published examples."""
        return LabelMaskParameters.model_validate({"source": source, "seed": self.seed, **self.mask})


def cells(study: StudyConfig) -> list[Cell]:
    """All of them, seeds outermost, so that an interrupted study has whole seeds; sweeps last.

    Raises:
        UserError: A sweep's key or value is at fault.
    """
    main = [
        _cell(study, name, arm, seed, None, None, study.model_dump())
        for seed in study.seeds
        for name, arm in study.arms.items()
    ]
    try:
        return [*main, *(cell for name, sweep in study.sweeps.items() for cell in _swept(study, name, sweep))]
    except ValidationError as error:
        raise UserError(explain(error, f"the sweeps of {study.name}")) from None


def _swept(study: StudyConfig, name: str, sweep: Sweep) -> Iterator[Cell]:
    for seed in sweep.seeds or study.seeds:
        for called, value in sweep.named.items():
            for arm in sweep.arms:
                content = study.model_dump()
                content["arm"] = content["arms"][arm]
                *parents, last = sweep.key.split(".")
                place = content["arm"]["trainer"] if parents[:1] == ["trainer"] else content
                for parent in parents[1:] if parents[:1] == ["trainer"] else parents:
                    place = place.setdefault(parent, {})
                place[last] = value
                changed = Arm.model_validate(content["arm"])
                yield _cell(study, arm, changed, seed, name, called, content)


def _cell(
    study: StudyConfig, name: str, arm: Arm, seed: int, sweep: str | None, value: Any, content: dict[str, Any]
) -> Cell:
    whole = StudyConfig.model_validate({key: content[key] for key in StudyConfig.model_fields})
    hide = {} if arm.labels == "full" else whole.partial
    mask = {"hide": hide, "keep": arm.keep, "shuffle": arm.labels == "shuffled", "drop": arm.drop}
    trainer = study.trainer_of(arm, seed=seed)
    label = name if sweep is None else f"{name}|{sweep}={value}"
    drawn = tuple(study.partial) if sweep is None and seed == study.seeds[0] else ()
    return Cell(label, name, seed, sweep, value, whole.data, whole.image_size, mask, trainer, drawn)
