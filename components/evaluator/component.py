"""Evaluator: examples, model → evaluation, blessing."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from rich.table import Table

from components.base import Component, Context, Directories, UserError
from components.evaluator.artifacts import BLESSING, CASES, LEGEND, METRICS, PICTURES, READ_OUTS, SUMMARY
from components.evaluator.baseline import served_model
from components.evaluator.beam_job import draw_cases, run_job
from components.evaluator.cases import CaseFiles
from components.evaluator.chosen import chosen
from components.evaluator.ejection import Agreement, ReadOut, agreements, read_outs
from components.evaluator.gate import Verdict, judge
from components.evaluator.measure import Case, Picture
from components.evaluator.parameters import EvaluatorParameters
from components.evaluator.scores import Comparison, Score, compare, prediction_rates, score_all
from components.examples_artifact import ExamplesArtifact
from components.files import local_folder
from components.json_file import write_json
from components.overlay import side_by_side
from components.text import render
from components.trainer.model_artifact import SERVING

PICTURE_HEIGHT = 256  # pixels
PER_STRUCTURE = ("dice", "hd95", "asd", "area_truth", "area_prediction", "pieces")


class Evaluator(Component[EvaluatorParameters]):
    """Measures the SavedModel that would be served, and decides whether it may be.

    The baseline is the model that is served at the time of the evaluation. It is no part of the fingerprint: a verdict
    stands although another model has been pushed since.

    Channels:
        examples: The split that decides.
        model: The SavedModel.
        evaluation: `metrics.json`, `cases.csv`, `read_outs.csv` (volumes and ejection fractions of each patient), and
            `pictures/` of image, truth and prediction.
        blessing: `blessing.json`, the verdict and each reason.
    """

    name = "Evaluator"
    inputs = ("examples", "model")
    outputs = ("evaluation", "blessing")
    neutral = frozenset({"batch_size", "workers", "baseline"})

    def execute(self, inputs: Directories, outputs: Directories, context: Context) -> None:
        """Evaluate each image of the split once, the baseline on the same ones, then judge."""
        artifact = ExamplesArtifact.load(inputs["examples"])
        structures = artifact.vocabulary.names
        self._check_structures(structures)
        files = artifact.files(self.parameters.split)
        model = inputs["model"] / SERVING
        cases = self._run(model, structures, files, context.work_dir / "cases")
        comparisons = self._compare(cases, artifact, files, context)
        self._publish(cases, comparisons, structures, outputs)
        self._draw(model, files, cases, artifact, outputs["evaluation"] / PICTURES)

    def _run(self, model: Path, structures: tuple[str, ...], files: list[Path], folder: Path) -> CaseFiles:
        return run_job(model, structures, self.parameters.batch_size, files, folder, self.parameters.workers)

    def _publish(
        self, cases: CaseFiles, comparisons: list[Comparison], structures: tuple[str, ...], outputs: Directories
    ) -> None:
        """Judge, and write down what was measured, the verdict and its reasons."""
        parameters, evaluation = self.parameters, outputs["evaluation"]
        scores, rates = score_all(cases, structures, parameters.seed), prediction_rates(cases, structures)
        verdict = judge(scores, parameters.thresholds, comparisons, rates, parameters.minimum_shortcut_ratio)
        ejection = read_outs(cases)
        agreed = agreements(ejection, parameters.seed)
        content: dict[str, Sequence[Any]] = {
            "scores": scores,
            "by_view": score_all(cases, structures, parameters.seed, by_view=True),
            "against_baseline": comparisons,
            "prediction_rates": rates,
            "ejection_fraction": agreed,
        }
        metrics = {name: [asdict(one) for one in found] for name, found in content.items()}
        write_cases(cases, structures, evaluation / CASES)
        write_read_outs(ejection, evaluation / READ_OUTS)
        write_json(evaluation / METRICS, {"split": parameters.split, **metrics})
        write_json(
            outputs["blessing"] / BLESSING,
            {"verdict": verdict.name, "reasons": [asdict(reason) for reason in verdict.reasons]},
        )
        text = describe(scores, agreed, verdict, parameters.split)
        (evaluation / SUMMARY).write_text(text + "\n", encoding="utf-8")

    def _compare(
        self, cases: CaseFiles, artifact: ExamplesArtifact, files: list[Path], context: Context
    ) -> list[Comparison]:
        """Against the model that is served now; nothing where none is, or where it knows other structures."""
        structures = artifact.vocabulary.names
        served = served_model(self.parameters.baseline, structures)
        if served is None:
            return []
        context.report(f"  compared with {served} on the same {artifact.records(self.parameters.split)} images")
        with local_folder(served) as folder:
            before = self._run(folder, structures, files, context.work_dir / "baseline")
        return compare(cases, before, structures, self.parameters.seed)

    def _check_structures(self, names: tuple[str, ...]) -> None:
        unknown = [item.structure for item in self.parameters.thresholds if item.structure not in names]
        if unknown:
            raise UserError(
                f"Invalid structure in evaluator.thresholds. Expected one of {list(names)}. Received: {unknown}"
            )

    def _draw(self, model: Path, files: list[Path], cases: CaseFiles, artifact: ExamplesArtifact, folder: Path) -> None:
        """Worst, median and best cases of each domain, and more between them up to the number asked for."""
        folder.mkdir()
        wanted = chosen(cases, self.parameters.pictures)
        names = artifact.vocabulary.names
        drawn: dict[str, Picture] = {}
        if wanted:
            found = draw_cases(model, names, self.parameters.batch_size, files, wanted)
            drawn = {case.example_id: picture for case, picture in found}
        legend = []
        for example_id, picture in drawn.items():
            file = folder / f"{wanted[example_id].name}.png"
            masks = [picture.truth, picture.prediction]
            row = side_by_side(picture.image, masks, artifact.vocabulary.colors, PICTURE_HEIGHT)
            Image.fromarray(row).save(file)
            legend.append({"file": file.name, **asdict(wanted[example_id])})
        write_json(folder / LEGEND, sorted(legend, key=lambda entry: str(entry["file"])))


def write_cases(cases: Iterable[Case], structures: tuple[str, ...], file: Path) -> None:
    """CSV with one row an image; an empty cell means not labelled, or not to be measured."""
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        columns = [f"{name}.{measure}" for measure in PER_STRUCTURE for name in structures]
        writer.writerow(["example_id", "patient_id", "domain", "view", "frame", "unit", *columns, "enclosed"])
        for case in cases:
            values = [value for measure in PER_STRUCTURE for value in getattr(case, measure)]
            cells = ["" if not np.isfinite(value) else f"{value:.6g}" for value in (*values, case.enclosed)]
            text = (case.example_id, case.patient_id, case.domain, case.view, case.frame, case.unit)
            writer.writerow([*text, *cells])


def write_read_outs(found: Iterable[ReadOut], file: Path) -> None:
    """CSV with one row a patient and method; volumes in ml, ejection fractions in percent."""
    names = [entry.name for entry in fields(ReadOut)]
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(names)
        for one in found:
            values = [getattr(one, name) for name in names]
            writer.writerow(
                [value if isinstance(value, str) else f"{value:.6g}" if np.isfinite(value) else "" for value in values]
            )


def describe(scores: list[Score], agreed: list[Agreement], verdict: Verdict, split: str) -> str:
    """The Dice table, ejection fractions, and the verdict with its reasons, as text."""
    structures = list(dict.fromkeys(score.structure for score in scores))
    table = Table("domain", *structures, title=f"Dice on the {split} split, 95 % interval over patients (images)")
    for domain in dict.fromkeys(score.domain for score in scores):
        row = [score for score in scores if score.domain == domain]
        table.add_row(domain, *(_cell(score) for score in row))
    reasons = [f"  {'pass' if reason.passed else 'FAIL'}  {reason.text}" for reason in verdict.reasons]
    clinical = [
        f"Ejection fraction, {one.method}, {one.domain}: mean absolute error {one.error:.1f} points, bias "
        f"{one.bias:+.1f}, limits of agreement {one.lower:+.1f} to {one.upper:+.1f} ({one.patients} patients, "
        f"{one.missed} missed)"
        for one in agreed
    ]
    return "\n".join([render(table), *clinical, f"Verdict: {verdict.name}", *reasons])


def _cell(score: Score) -> str:
    if not score.images:
        return "not labelled"
    interval = "" if np.isnan(score.dice_low) else f" [{score.dice_low:.3f}, {score.dice_high:.3f}]"
    return f"{score.dice:.3f}{interval} ({score.images})"
