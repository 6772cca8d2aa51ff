"""One cell through LabelMask, Trainer and Evaluator."""

import time
from collections import Counter
from pathlib import Path
from typing import Any

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
from pipeline.study.cells import Cell
from pipeline.study.data import full_examples
from pipeline.study.pictures import draw_arm
from pipeline.study.results import CellResult, file_name, patient_dice

BATCH = 32
PERMUTATIONS = 99


def run_cell(cell: Cell, study_root: Path) -> CellResult:
    """Run it, or take what an earlier run of the very same cell published.

    Raises:
        UserError: The data or a parameter is at fault.
    """
    source = full_examples(cell.data, cell.image_size, study_root, lambda line: print(line, flush=True))
    root = study_root / "cells" / file_name(cell.name, cell.seed)
    components: list[Component[Any]] = [
        LabelMask(cell.label_mask(str(source))),
        Trainer(cell.trainer),
        Evaluator(EvaluatorParameters(pictures=0, batch_size=BATCH, also=())),
    ]
    said: list[str] = []
    started = time.monotonic()
    channels = run_pipeline(components, root, said.append, RunOptions(pipeline=f"{cell.name} seed {cell.seed}"))
    trained = any(line.endswith("Trainer: running") for line in said)
    for domain in cell.drawn:
        draw_arm(cell.arm, channels["examples"], channels["model"], domain, study_root)
    return CellResult(
        cell.name, cell.arm, cell.seed, cell.sweep, cell.value, patient_dice(channels["evaluation"] / CASES),
        read_json(channels["model_run"] / RUN)["epochs"], _audit(channels["examples"], cell),
        str(channels["evaluation"].relative_to(study_root)), time.monotonic() - started if trained else 0.0, cell.key,
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
