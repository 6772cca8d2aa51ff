"""The configuration of a run: one YAML file, checked whole before any work begins."""

import re
from pathlib import Path
from typing import Any

from pydantic import Field, PositiveInt, ValidationError, field_validator

from components.base import Parameters, UserError
from components.engine.parameters import BeamParameters
from components.evaluator.parameters import EvaluatorParameters
from components.example_gen.parameters import ExampleGenParameters
from components.example_validator.parameters import ExampleValidatorParameters
from components.infra_validator.parameters import InfraValidatorParameters
from components.pusher.parameters import PusherParameters
from components.trainer.parameters import TrainerParameters
from data_schemas.yaml_file import parse_yaml, read_yaml
from pipeline.metadata.connection import MetadataParameters

CONFIGS_DIR = Path(__file__).parent / "configs"


class StatisticsSection(Parameters):
    """What of the statistics is not the trainer's.

    Attributes:
        permutations: Random assignments of presence to domain that the shortcut audit compares with.
    """

    permutations: PositiveInt = 999


class PipelineConfig(Parameters):
    """One pipeline.

    Attributes:
        name: What the pipeline is called in logs.
        run_root: Folder where its artifacts, checkpoints and metadata live.
        artifact_store: A second place for published artifacts, such as s3://bucket/labeldrop: what this run root has
            not made is fetched from there. It holds the images, so it needs the protection that they need.
        parallel: Components that may execute side by side, each in a process of its own; 1 executes them one by one.
        metadata: Where what happened is written down.
        beam: Where ExampleGen, StatisticsGen and Evaluator do their work; cannot change what they write.
        example_gen: Which datasets, and how they are converted.
        statistics_gen: How statistics are made.
        example_validator: What stops a run, and which statistics the examples are compared with.
        trainer: How the network is trained.
        evaluator: How it is judged.
        infra_validator: What the exported model must withstand in a clean process.
        pusher: Where a blessed model goes.
    """

    name: str = Field(min_length=1)
    run_root: str = Field(min_length=1)
    artifact_store: str | None = None
    parallel: PositiveInt = 1
    metadata: MetadataParameters = MetadataParameters()
    beam: BeamParameters = BeamParameters()
    example_gen: ExampleGenParameters
    statistics_gen: StatisticsSection = StatisticsSection()
    example_validator: ExampleValidatorParameters = ExampleValidatorParameters()
    trainer: TrainerParameters = TrainerParameters()
    evaluator: EvaluatorParameters = EvaluatorParameters()
    infra_validator: InfraValidatorParameters = InfraValidatorParameters()
    pusher: PusherParameters

    @field_validator("run_root")
    @classmethod
    def _inside_nothing_important(cls, value: str) -> str:
        if Path(value).resolve() == Path(Path(value).resolve().anchor):
            raise ValueError("expected a directory of its own, not the root of the file system")
        return value


def load_config(path: str | Path, settings: tuple[str, ...] = ()) -> PipelineConfig:
    """Read a configuration and apply `key=value` settings on top of it.

    The top-level key `data_root` is short for `example_gen.data_root`.

    Args:
        settings: Dotted keys, values in YAML: "trainer.epochs=3".

    Raises:
        UserError: Names each key that is wrong, what was received and what was expected.
    """
    try:
        content = read_yaml(path)
    except ValueError as error:
        raise UserError(str(error)) from None
    if not isinstance(content, dict):
        raise UserError(f"{path}: expected a YAML mapping of settings. Received: {content!r}")
    for setting in settings:
        _apply(content, setting)
    if "data_root" in content:
        example_gen = content.setdefault("example_gen", {})
        if isinstance(example_gen, dict):
            example_gen["data_root"] = content.pop("data_root")
    try:
        return PipelineConfig.model_validate(content)
    except ValidationError as error:
        raise UserError(explain(error, str(path))) from None


def explain(error: ValidationError, source: str) -> str:
    """A validation error in one line per key: the key, what was expected, what was received."""
    lines = []
    for problem in error.errors():
        key = ".".join(map(str, problem["loc"]))
        if problem["type"] == "extra_forbidden":
            lines.append(f"  {key}: unknown key; see docs/reference/configuration.md. Received: {problem['input']!r}")
        elif problem["type"] == "missing":
            lines.append(f"  {key}: a value is required and none was given")
        else:
            message = problem["msg"].removeprefix("Value error, ")
            lines.append(f"  {_without_branches(problem['loc'])}: {message}. Received: {problem['input']!r}")
    return f"{source}: the configuration is not valid\n" + "\n".join(lines)


def _without_branches(location: tuple[int | str, ...]) -> str:
    """A dotted key; pydantic also names the branch of a union that it tried, such as `dict[str,float]`."""
    return ".".join(str(part) for part in location if isinstance(part, int) or not re.search(r"[\[-]", part))


def parse_settings(settings: tuple[str, ...]) -> dict[str, Any]:
    """Settings such as "trainer.epochs=3" as a nested mapping.

    Raises:
        UserError: One is not key=value.
    """
    content: dict[str, Any] = {}
    for setting in settings:
        _apply(content, setting)
    return content


def _apply(content: dict[str, Any], setting: str) -> None:
    key, separator, text = setting.partition("=")
    if not separator or not key:
        raise UserError(
            f"Invalid value for --set. Expected key=value, for example trainer.epochs=3. Received: {setting!r}"
        )
    try:
        value = parse_yaml(text)
    except ValueError as error:
        raise UserError(f"Invalid value for --set {key}: {error}") from None
    *parents, last = key.split(".")
    for parent in parents:
        below = content.setdefault(parent, {})
        if not isinstance(below, dict):
            raise UserError(f"Invalid key for --set. Expected {parent!r} to hold further keys. Received: {setting!r}")
        content = below
    content[last] = value
