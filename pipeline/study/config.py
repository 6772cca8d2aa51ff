"""A study: one YAML file that names data, arms, sweeps, seeds and comparisons."""

import re
from copy import deepcopy
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError, model_validator

from components.base import UserError
from components.trainer.parameters import TrainerParameters
from data_schemas.yaml_file import read_yaml
from pipeline.config import explain
from pipeline.phantom.settings import PatientCounts

DOMAINS = ("alpha", "beta")
SWEPT = ("data", "partial", "arm", "trainer")


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PhantomData(_Section):
    """Two synthetic scanners, every structure labelled in both.

    Attributes:
        shift: Strength of the difference between them.
        alpha, beta: Patients of each scanner.
    """

    kind: Literal["phantom"]
    shift: float = Field(default=1.0, ge=0, le=2)
    alpha: PatientCounts
    beta: PatientCounts
    seed: int = Field(default=2024, ge=0)


class CamusData(_Section):
    """Real CAMUS patients; every second one of them re-rendered as a second scanner, test patients as both.

    Attributes:
        root: The folder with database_nifti/ and database_split/.
    """

    kind: Literal["camus"]
    root: str


Data = Annotated[PhantomData | CamusData, Field(discriminator="kind")]


class Arm(_Section):
    """One way of training.

    Attributes:
        title: For the report.
        labels: partial hides what `partial` names, shuffled deals the same presence out anew, full hides nothing.
        drop: Domains that training does not see.
        keep: Share of the partial domain's patients that keep all labels.
        trainer: Differences from the study's trainer.
    """

    title: str
    labels: Literal["partial", "shuffled", "full"] = "partial"
    drop: tuple[str, ...] = ()
    keep: float = Field(default=0.0, ge=0, le=1)
    trainer: dict[str, Any] = Field(default_factory=dict)


class Sweep(_Section):
    """One arm, or several, with one value after another.

    Attributes:
        title: What is varied, for the report.
        arms: Names of arms.
        key: Dotted: below data, partial, arm (keep, ...) or trainer.
        values: What it takes; by a name for the report where the value itself is none.
        own: The value, or its name, that the arms have by themselves: their results stand in the sweep too.
        seeds: Instead of the study's.
    """

    title: str
    arms: tuple[str, ...]
    key: str
    values: tuple[int | float | str, ...] | dict[str, Any]
    own: int | float | str | None = None
    seeds: tuple[int, ...] | None = None

    @property
    def named(self) -> dict[Any, Any]:
        """Value by what the report calls it."""
        return self.values if isinstance(self.values, dict) else {value: value for value in self.values}


class Comparison(_Section):
    """Whether one arm is better than another in a domain, by structure."""

    arm: str
    than: str
    domain: str
    structures: tuple[str, ...]


class Recipe(_Section):
    """The training that the study recommends, and what it is held against.

    Attributes:
        uppers: Arms that see every label; the better one of them is the bound.
    """

    arm: str
    uppers: tuple[str, ...] = Field(min_length=1)


class StudyConfig(_Section):
    """All of it.

    Attributes:
        partial: Structures by domain that nobody labelled.
        image_size: Of the stored pictures.
        trainer: What all arms share; the budget is the same in each.
        seeds: Of initial weights, order and label dropout.
        recipe: What is recommended.
        curves: Arms whose training curves are drawn; none draws all.
        presets: Smaller studies: other values of the keys here.
    """

    name: str = Field(min_length=1)
    title: str
    run_root: str
    data: Data
    partial: dict[str, tuple[str, ...]]
    image_size: tuple[PositiveInt, PositiveInt]
    trainer: dict[str, Any]
    seeds: tuple[int, ...] = Field(min_length=1)
    arms: dict[str, Arm] = Field(min_length=1)
    sweeps: dict[str, Sweep] = Field(default_factory=dict)
    comparisons: tuple[Comparison, ...] = ()
    recipe: Recipe | None = None
    curves: tuple[str, ...] = ()
    presets: dict[str, dict[str, Any]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _fits_together(self) -> "StudyConfig":
        named = [name for one in self.comparisons for name in (one.arm, one.than)]
        named += [name for sweep in self.sweeps.values() for name in sweep.arms] + [*self.curves]
        named += [self.recipe.arm, *self.recipe.uppers] if self.recipe else []
        wrong = [name for name in (*self.arms, *self.sweeps) if not re.fullmatch(r"\w+", name)]
        if wrong:
            raise ValueError(f"expected names of letters, digits and _ for arms and sweeps. Received: {wrong}")
        wrong = [sweep.key for sweep in self.sweeps.values() if sweep.key.split(".")[0] not in SWEPT]
        if wrong:
            raise ValueError(f"expected keys of sweeps below one of {SWEPT}. Received: {wrong}")
        wrong = [one.domain for one in self.comparisons if one.domain not in DOMAINS]
        if wrong:
            raise ValueError(f"expected comparisons in one of {DOMAINS}. Received: {wrong}")
        unknown = sorted({*named} - {*self.arms})
        if unknown:
            raise ValueError(f"expected arms of {sorted(self.arms)}. Received: {unknown}")
        for arm in self.arms.values():
            self.trainer_of(arm)
        return self

    def trainer_of(self, arm: Arm, **over: Any) -> TrainerParameters:
        """What an arm trains with: the study's keys, the arm's on top, and these on top of both."""
        return TrainerParameters.model_validate({**merged(self.trainer, arm.trainer), **over})


def merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """A nested mapping with the values of another one on top; an empty mapping there empties what it names."""
    result = deepcopy(base)
    for key, value in over.items():
        both = isinstance(value, dict) and value and isinstance(result.get(key), dict)
        result[key] = merged(result[key], value) if both else value
    return result


def load_study(path: str | Path, preset: str | None = None, settings: dict[str, Any] | None = None) -> StudyConfig:
    """Read a study file.

    Args:
        preset: One of its presets.
        settings: Further values, on top of both.

    Raises:
        UserError: Names each key that is wrong.
    """
    try:
        content = read_yaml(path)
    except ValueError as error:
        raise UserError(str(error)) from None
    if not isinstance(content, dict):
        raise UserError(f"{path}: expected a YAML mapping. Received: {content!r}")
    presets = content.get("presets") or {}
    if preset is not None:
        if preset not in presets:
            raise UserError(f"Invalid preset. Expected one of {sorted(presets)} of {path}. Received: {preset!r}")
        content = _with_preset(content, presets[preset])
    try:
        return StudyConfig.model_validate(merged(content, settings or {}))
    except ValidationError as error:
        raise UserError(explain(error, str(path))) from None


def _with_preset(content: dict[str, Any], preset: dict[str, Any]) -> dict[str, Any]:
    """The preset's keys on top; a list under `arms` or `sweeps` keeps only those named."""
    chosen = {key: preset[key] for key in ("arms", "sweeps") if isinstance(preset.get(key), list)}
    rest = {key: value for key, value in preset.items() if key not in chosen}
    result = merged(content, rest)
    for key, names in chosen.items():
        result[key] = {name: result[key][name] for name in names}
    kept = result["arms"]
    result["comparisons"] = [one for one in result.get("comparisons", ()) if one["arm"] in kept and one["than"] in kept]
    result["curves"] = [name for name in result.get("curves", ()) if name in kept]
    recipe = result.get("recipe")
    if recipe and recipe["arm"] in kept:
        result["recipe"] = {**recipe, "uppers": [name for name in recipe["uppers"] if name in kept]}
    else:
        result.pop("recipe", None)
    return result
