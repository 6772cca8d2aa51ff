"""Evaluator: examples, model → evaluation, blessing."""

from dataclasses import asdict
from pathlib import Path

from PIL import Image
from rich.table import Table

from components.base import Component, Context, Directories, UserError
from components.evaluator.artifacts import BLESSING, CASES, METRICS, PICTURES, SUMMARY
from components.evaluator.gate import Score, Verdict, judge
from components.evaluator.measure import Case, evaluate_cases
from components.evaluator.parameters import EvaluatorParameters
from components.evaluator.summary import Summary
from components.examples_artifact import ExamplesArtifact
from components.json_file import write_json
from components.overlay import Color, side_by_side
from components.text import render
from components.trainer.model_artifact import SERVING
from data_schemas.example_schema import feature_spec, load_schema

PICTURE_HEIGHT = 256  # pixels


class Evaluator(Component[EvaluatorParameters]):
    """Measures the SavedModel that would be served, and decides whether it may be.

    Channels:
        examples: The split that decides.
        model: The SavedModel.
        evaluation: `metrics.json`, `cases.csv`, and `pictures/` of image, truth and prediction.
        blessing: `blessing.json`, the verdict and each reason.
    """

    name = "Evaluator"
    inputs = ("examples", "model")
    outputs = ("evaluation", "blessing")
    neutral = frozenset({"batch_size"})

    def execute(self, inputs: Directories, outputs: Directories, context: Context) -> None:
        """Evaluate each image of the split once, then judge."""
        artifact = ExamplesArtifact.load(inputs["examples"])
        self._check_structures(artifact)
        summary = Summary(artifact.vocabulary.names)
        pictures = outputs["evaluation"] / PICTURES
        pictures.mkdir()
        drawn: dict[str, int] = {}
        spec = feature_spec(load_schema(len(artifact.vocabulary)))
        files = artifact.files(self.parameters.split)
        for case in evaluate_cases(inputs["model"] / SERVING, files, spec, self.parameters.batch_size):
            summary.add(case)
            number = drawn.get(case.domain, 0)
            if number < self.parameters.pictures and case.presence.any():
                _draw(case, artifact.vocabulary.colors, pictures / f"{case.domain}-{number + 1}.png")
                drawn[case.domain] = number + 1
        self._publish(summary, outputs)

    def _publish(self, summary: Summary, outputs: Directories) -> None:
        scores = summary.scores()
        verdict = judge(scores, self.parameters.thresholds)
        summary.write_cases(outputs["evaluation"] / CASES)
        write_json(
            outputs["evaluation"] / METRICS,
            {"split": self.parameters.split, "scores": [asdict(score) for score in scores]},
        )
        write_json(
            outputs["blessing"] / BLESSING,
            {"verdict": verdict.name, "reasons": [asdict(reason) for reason in verdict.reasons]},
        )
        text = describe(scores, verdict, self.parameters.split)
        (outputs["evaluation"] / SUMMARY).write_text(text + "\n", encoding="utf-8")

    def _check_structures(self, artifact: ExamplesArtifact) -> None:
        names = artifact.vocabulary.names
        unknown = [item.structure for item in self.parameters.thresholds if item.structure not in names]
        if unknown:
            raise UserError(
                f"Invalid structure in evaluator.thresholds. Expected one of {list(names)}. Received: {unknown}"
            )


def describe(scores: list[Score], verdict: Verdict, split: str) -> str:
    """The Dice table and the verdict with its reasons, as text."""
    structures = list(dict.fromkeys(score.structure for score in scores))
    table = Table("domain", *structures, title=f"Dice on the {split} split (images)")
    for domain in dict.fromkeys(score.domain for score in scores):
        row = [score for score in scores if score.domain == domain]
        table.add_row(domain, *(f"{s.dice:.3f} ({s.images})" if s.images else "not labelled" for s in row))
    reasons = [f"  {'pass' if reason.passed else 'FAIL'}  {reason.text}" for reason in verdict.reasons]
    return "\n".join([render(table), f"Verdict: {verdict.name}", *reasons])


def _draw(case: Case, colors: tuple[Color, ...], file: Path) -> None:
    picture = side_by_side(case.image, [case.truth, case.prediction], colors, PICTURE_HEIGHT)
    Image.fromarray(picture).save(file)
