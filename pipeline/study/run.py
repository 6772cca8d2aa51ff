"""Running a study: every cell through the same components, skipped where the cache already has it."""

import gc
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras

from components.base import Component
from components.evaluator.artifacts import CASES
from components.evaluator.component import Evaluator
from components.evaluator.parameters import EvaluatorParameters
from components.examples_artifact import ExamplesArtifact
from components.json_file import read_json
from components.label_dropout import make_label_dropout
from components.label_mask.component import LabelMask
from components.statistics_gen.audit import audit
from components.trainer.component import Trainer
from components.trainer.run_artifact import RUN
from pipeline.runner import RunOptions, run_pipeline
from pipeline.study.cells import Cell, cells
from pipeline.study.config import StudyConfig
from pipeline.study.data import full_examples
from pipeline.study.results import CellResult, patient_dice, read_results, write_result

PICTURES = 3
PERMUTATIONS = 99
BATCH = 32


def run_study(study: StudyConfig, report: Callable[[str], None]) -> list[CellResult]:
    """Run what is missing, and return the results of exactly this study's cells.

    Raises:
        UserError: The data or a parameter is at fault.
    """
    root = Path(study.run_root)
    root.mkdir(parents=True, exist_ok=True)
    todo = cells(study)
    spent: list[float] = []
    for number, cell in enumerate(todo, start=1):
        result = _run_cell(cell, root, report)
        write_result(result, root)
        if result.seconds:
            spent.append(result.seconds)
        left = (len(todo) - number) * (sum(spent) / len(spent)) / 60 if spent else 0.0
        place = f"[{number}/{len(todo)}] {cell.name}, seed {cell.seed}"
        report(f"{place}: {_short(result)}; about {left:.0f} min left at most")
    wanted = {(cell.name, cell.seed) for cell in todo}
    return [result for result in read_results(root) if (result.name, result.seed) in wanted]


def _run_cell(cell: Cell, root: Path, report: Callable[[str], None]) -> CellResult:
    said: list[str] = []
    source = full_examples(cell.data, cell.image_size, root, said.append)
    components: list[Component[Any]] = [
        LabelMask(cell.label_mask(str(source))),
        Trainer(cell.trainer),
        Evaluator(EvaluatorParameters(pictures=PICTURES, batch_size=BATCH)),
    ]
    started = time.monotonic()
    said.clear()
    channels = run_pipeline(components, root, said.append, RunOptions(pipeline=f"{cell.name} seed {cell.seed}"))
    trained = any(line.endswith("Trainer: running") for line in said)
    keras.backend.clear_session()
    gc.collect()
    return CellResult(
        cell.name, cell.arm, cell.seed, cell.sweep, cell.value, patient_dice(channels["evaluation"] / CASES),
        read_json(channels["model_run"] / RUN)["epochs"], _audit(channels["examples"], cell),
        str(channels["evaluation"].relative_to(root)),
        time.monotonic() - started if trained else 0.0,
    )  # fmt: skip


def _audit(examples: Path, cell: Cell) -> dict[str, float]:
    """What the shortcut audit says of the labels that this training sees."""
    artifact = ExamplesArtifact.load(examples)
    counts: Counter[tuple[str, tuple[int, ...]]] = Counter()
    for entry in artifact.manifest["counts"]:
        if entry["split"] == "train":
            counts[entry["domain"], tuple(entry["presence"])] += entry["records"]
    dropout = make_label_dropout(cell.trainer.label_dropout, cell.seed, artifact)
    found = audit(counts, artifact.vocabulary.names, dropout, cell.trainer.loss.name, PERMUTATIONS, cell.seed)
    seen = found.after_dropout or found.stored
    return {name: seen[name].cramers_v for name in artifact.vocabulary.names}


def _short(result: CellResult) -> str:
    """Mean Dice of each domain and structure on a line."""
    parts = []
    for domain, structures in result.dice.items():
        means = "/".join(f"{sum(values.values()) / len(values):.3f}" for values in structures.values())
        parts.append(f"{domain} {'/'.join(structures)} {means}")
    return ", ".join(parts)
