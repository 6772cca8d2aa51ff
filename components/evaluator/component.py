"""Evaluator: examples, model → evaluation, blessing."""

import csv
from collections.abc import Sequence
from dataclasses import asdict, astuple
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from rich.table import Table

from components.base import Component, Context, Directories, UserError
from components.evaluator.artifacts import BLESSING, CASES, METRICS, PICTURES, SUMMARY
from components.evaluator.baseline import served_model
from components.evaluator.beam_job import EvaluateFile, draw_cases, run_job
from components.evaluator.gate import Verdict, judge
from components.evaluator.measure import Case
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
        evaluation: `metrics.json`, `cases.csv`, and `pictures/` of image, truth and prediction.
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
        evaluate = self._evaluate(inputs["model"] / SERVING, structures)
        cases = run_job(evaluate, files, context.work_dir, self.parameters.workers)
        comparisons = self._compare(cases, structures, files, context)
        self._publish(cases, comparisons, structures, outputs)
        self._draw(evaluate, files, cases, artifact, outputs["evaluation"] / PICTURES)

    def _publish(
        self, cases: list[Case], comparisons: list[Comparison], structures: tuple[str, ...], outputs: Directories
    ) -> None:
        """Judge, and write down what was measured, the verdict and its reasons."""
        parameters, evaluation = self.parameters, outputs["evaluation"]
        scores, rates = score_all(cases, structures, parameters.seed), prediction_rates(cases, structures)
        verdict = judge(scores, parameters.thresholds, comparisons, rates, parameters.minimum_shortcut_ratio)
        content: dict[str, Sequence[Any]] = {
            "scores": scores,
            "by_view": score_all(cases, structures, parameters.seed, by_view=True),
            "against_baseline": comparisons,
            "prediction_rates": rates,
        }
        metrics = {name: [asdict(one) for one in found] for name, found in content.items()}
        write_cases(cases, structures, evaluation / CASES)
        write_json(evaluation / METRICS, {"split": parameters.split, **metrics})
        write_json(
            outputs["blessing"] / BLESSING,
            {"verdict": verdict.name, "reasons": [asdict(reason) for reason in verdict.reasons]},
        )
        text = describe(scores, verdict, parameters.split)
        (evaluation / SUMMARY).write_text(text + "\n", encoding="utf-8")

    def _evaluate(self, saved_model: Path, structures: tuple[str, ...]) -> EvaluateFile:
        return EvaluateFile(str(saved_model), structures, self.parameters.batch_size)

    def _compare(
        self, cases: list[Case], structures: tuple[str, ...], files: list[Path], context: Context
    ) -> list[Comparison]:
        """Against the model that is served now; nothing where none is, or where it knows other structures."""
        served = served_model(self.parameters.baseline, structures)
        if served is None:
            return []
        context.report(f"  compared with {served} on the same {len(cases)} images")
        with local_folder(served) as folder:
            before = run_job(self._evaluate(folder, structures), files, context.work_dir, self.parameters.workers)
        return compare(cases, before, structures, self.parameters.seed)

    def _check_structures(self, names: tuple[str, ...]) -> None:
        unknown = [item.structure for item in self.parameters.thresholds if item.structure not in names]
        if unknown:
            raise UserError(
                f"Invalid structure in evaluator.thresholds. Expected one of {list(names)}. Received: {unknown}"
            )

    def _draw(
        self, evaluate: EvaluateFile, files: list[Path], cases: list[Case], artifact: ExamplesArtifact, folder: Path
    ) -> None:
        """Worst, median and best cases of each domain, and more between them up to the number asked for."""
        folder.mkdir()
        names = {
            case.example_id: f"{domain}-{place + 1}"
            for domain in sorted({case.domain for case in cases})
            for place, case in enumerate(chosen(cases, domain, self.parameters.pictures))
        }
        for case, picture in draw_cases(evaluate, files, set(names)) if names else ():
            masks = [picture.truth, picture.prediction]
            drawn = side_by_side(picture.image, masks, artifact.vocabulary.colors, PICTURE_HEIGHT)
            Image.fromarray(drawn).save(folder / f"{names[case.example_id]}.png")


def chosen(cases: Sequence[Case], domain: str, number: int) -> list[Case]:
    """Labelled cases of a domain, evenly spread from the worst to the best mean Dice."""
    ranked = sorted(
        (case for case in cases if case.domain == domain and any(case.presence)),
        key=lambda case: (float(np.nanmean(case.dice)), case.example_id),
    )
    places = np.unique(np.rint(np.linspace(0, len(ranked) - 1, min(number, len(ranked)))).astype(int))
    return [ranked[place] for place in places]


def write_cases(cases: Sequence[Case], structures: tuple[str, ...], file: Path) -> None:
    """CSV with one row an image; an empty cell means not labelled, or not to be measured."""
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        columns = [f"{name}.{measure}" for measure in PER_STRUCTURE for name in structures]
        writer.writerow(["example_id", "patient_id", "domain", "view", "frame", "unit", *columns, "enclosed"])
        for case in cases:
            values = [value for measure in PER_STRUCTURE for value in getattr(case, measure)]
            cells = ["" if not np.isfinite(value) else f"{value:.6g}" for value in (*values, case.enclosed)]
            writer.writerow([*astuple(case)[:6], *cells])


def describe(scores: list[Score], verdict: Verdict, split: str) -> str:
    """The Dice table and the verdict with its reasons, as text."""
    structures = list(dict.fromkeys(score.structure for score in scores))
    table = Table("domain", *structures, title=f"Dice on the {split} split, 95 % interval over patients (images)")
    for domain in dict.fromkeys(score.domain for score in scores):
        row = [score for score in scores if score.domain == domain]
        table.add_row(domain, *(_cell(score) for score in row))
    reasons = [f"  {'pass' if reason.passed else 'FAIL'}  {reason.text}" for reason in verdict.reasons]
    return "\n".join([render(table), f"Verdict: {verdict.name}", *reasons])


def _cell(score: Score) -> str:
    if not score.images:
        return "not labelled"
    interval = "" if np.isnan(score.dice_low) else f" [{score.dice_low:.3f}, {score.dice_high:.3f}]"
    return f"{score.dice:.3f}{interval} ({score.images})"
