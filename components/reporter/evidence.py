"""What the report is made of, read from the channels."""

import csv
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components.base import Directories
from components.content import digest_tree
from components.evaluator.artifacts import BLESSING, CASES, LEGEND, METRICS, PICTURES, READ_OUTS
from components.examples_artifact import ExamplesArtifact
from components.json_file import read_json
from components.statistics_artifact import AUDIT, read_tables
from components.trainer.run_artifact import RUN
from data_schemas.record import SPLITS


@dataclass(frozen=True)
class Evidence:
    """One evaluation with all that led to it.

    Attributes:
        metrics: Of the evaluation.
        verdicts: Content of blessing.json by who gave it: gate and serving.
        audit: Of the statistics.
        presence: One row a split, domain and view: those three, records, and records with each label.
        dice: By domain and structure, of each labelled image.
        ejection: By domain and method, ejection fraction of label and prediction of each patient, percent.
        pictures: Each drawn case: file, place, dice, view, frame.
        training: Content of training.json.
        lineage: Channel, where it was published, digest of its content.
    """

    examples: ExamplesArtifact
    metrics: dict[str, Any]
    verdicts: dict[str, dict[str, Any]]
    audit: dict[str, Any]
    presence: list[list[Any]]
    dice: dict[str, dict[str, list[float]]]
    ejection: dict[tuple[str, str], list[tuple[float, float]]]
    pictures: list[dict[str, Any]]
    pictures_folder: Path
    training: dict[str, Any]
    lineage: list[tuple[str, str, str]]


def read_evidence(inputs: Directories) -> Evidence:
    """Read every channel once."""
    examples, evaluation = ExamplesArtifact.load(inputs["examples"]), inputs["evaluation"]
    pictures = evaluation / PICTURES
    return Evidence(
        examples=examples,
        metrics=read_json(evaluation / METRICS),
        verdicts={
            "gate": read_json(inputs["blessing"] / BLESSING),
            "serving": read_json(inputs["infra_blessing"] / BLESSING),
        },
        audit=read_json(inputs["statistics"] / AUDIT),
        presence=_presence(inputs["statistics"]),
        dice=_dice(evaluation / CASES, examples.vocabulary.names),
        ejection=_ejection(evaluation / READ_OUTS),
        pictures=read_json(pictures / LEGEND),
        pictures_folder=pictures,
        training=read_json(inputs["model_run"] / RUN),
        lineage=[
            (channel, "/".join(folder.parts[-3:]), digest_tree(folder)) for channel, folder in sorted(inputs.items())
        ],
    )


def _presence(statistics: Path) -> list[list[Any]]:
    tally, structures = read_tables(statistics)
    rows: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0] * (1 + len(structures)))
    for (split, domain, _, view, _, presence), number in tally.records.items():
        row = rows[split, domain, view]
        for place, bit in enumerate((1, *presence)):
            row[place] += bit * number
    return [[*key, *rows[key]] for key in sorted(rows, key=lambda key: (SPLITS.index(key[0]), key))]


def _dice(file: Path, structures: Sequence[str]) -> dict[str, dict[str, list[float]]]:
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: {name: [] for name in structures})
    with file.open(newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            for name, values in found[row["domain"]].items():
                if row[f"{name}.dice"]:
                    values.append(float(row[f"{name}.dice"]))
    return dict(sorted(found.items()))


def _ejection(file: Path) -> dict[tuple[str, str], list[tuple[float, float]]]:
    found: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    with file.open(newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            if row["ef_prediction"]:
                found[row["domain"], row["method"]].append((float(row["ef_truth"]), float(row["ef_prediction"])))
    return dict(found)
