"""A study's record in tables: what both its pages and docs/study.md show."""

from collections.abc import Sequence
from dataclasses import dataclass

from components.trainer.parameters import TrainerParameters
from pipeline.study.cells import cells
from pipeline.study.findings import Finding, findings
from pipeline.study.record import StudyRecord
from pipeline.study.statistics import Difference, Mean, differences, means

Column = tuple[str, str]  # domain and structure


@dataclass(frozen=True)
class SweepPoint:
    """One arm at one value of a sweep, a structure that nobody labelled."""

    sweep: str
    arm: str
    value: float | str
    mean: Mean


@dataclass(frozen=True)
class Summary:
    """Everything in numbers.

    Attributes:
        rows: Title of each arm, in the study's order, and its means in the order of the columns.
        gaps: The comparisons that the study asks for.
    """

    record: StudyRecord
    table: tuple[Mean, ...]
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, tuple[Mean, ...]], ...]
    gaps: tuple[Difference, ...]
    findings: tuple[Finding, ...]
    points: tuple[SweepPoint, ...]

    @property
    def seeds(self) -> list[int]:
        """Of the main table."""
        return sorted({one.seed for one in self.record.main})

    @property
    def missing(self) -> int:
        """How many trainings of the study are not finished."""
        return len(cells(self.record.study)) - len(self.record.results)

    @property
    def budget(self) -> str:
        """Of each arm's training."""
        trainer = TrainerParameters.model_validate(self.record.study.trainer)
        steps = (
            "passes through its images"
            if trainer.steps_per_epoch is None
            else f"epochs of {trainer.steps_per_epoch} steps"
        )
        return f"{trainer.epochs} {steps} with batches of {trainer.batch_size} images"

    @property
    def minutes(self) -> float:
        """Of training and evaluation, one cell after another."""
        return sum(one.seconds for one in self.record.results) / 60


def summarize(record: StudyRecord) -> Summary:
    """Means, differences, findings and sweeps of what is finished."""
    table, gaps = means(record.main), differences(record.main, record.study.comparisons)
    columns = tuple(dict.fromkeys((one.domain, one.structure) for one in table))
    rows = tuple(
        (arm.title, tuple(one for column in columns for one in table
                          if one.name == name and (one.domain, one.structure) == column))
        for name, arm in record.study.arms.items() if any(one.name == name for one in table)
    )  # fmt: skip
    said = tuple(findings(record, table, gaps))
    return Summary(record, tuple(table), columns, rows, tuple(gaps), said, tuple(_points(record)))


def _points(record: StudyRecord) -> list[SweepPoint]:
    """Of every sweep with results; where it says which value the arms have by themselves, theirs of the same seeds."""
    points = []
    for name, asked in record.study.sweeps.items():
        swept = [one for one in record.results if one.sweep == name]
        seeds = {one.seed for one in swept}
        own = [] if asked.own is None else [one for one in record.main if one.arm in asked.arms and one.seed in seeds]
        found = means([*swept, *own])
        for value in _in_order([*asked.named, *([] if asked.own is None else [asked.own])]):
            for arm in asked.arms:
                wanted = arm if value == asked.own else f"{arm}|{name}={value}"
                points += [SweepPoint(name, arm, value, one) for one in found
                           if one.name == wanted and (one.domain, one.structure) in record.hidden]  # fmt: skip
    return points


def _in_order(values: Sequence[float | str]) -> list[float | str]:
    """Numbers by size, names as they stand."""
    numbers = [value for value in values if not isinstance(value, str)]
    return [*sorted(set(numbers))] if len(numbers) == len(values) else list(dict.fromkeys(values))
