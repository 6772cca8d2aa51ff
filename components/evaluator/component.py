"""Evaluator: examples, model → evaluation, blessing."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from PIL import Image

from components.base import Context, Directories, UserError
from components.engine.component import BeamComponent
from components.engine.run import Build
from components.evaluator.artifacts import BLESSING, CASES, LEGEND, METRICS, PICTURES, READ_OUTS, SUMMARY
from components.evaluator.baseline import served_model
from components.evaluator.beam_job import EvaluateFile, EvaluationJob, draw_cases, run_job
from components.evaluator.cases import CaseFiles
from components.evaluator.chosen import chosen
from components.evaluator.ejection import agreements, read_outs
from components.evaluator.gate import judge
from components.evaluator.measure import Picture
from components.evaluator.parameters import EvaluatorParameters
from components.evaluator.scores import Comparison, compare, prediction_rates, score_all
from components.evaluator.summary import describe
from components.evaluator.tables import write_cases, write_read_outs
from components.examples_artifact import ExamplesArtifact
from components.files import local_folder
from components.json_file import write_json
from components.overlay import side_by_side
from components.trainer.model_artifact import SERVING
from data_schemas.vocabulary import DEFAULT_PATH, load_vocabulary

PICTURE_HEIGHT = 256  # pixels


class Evaluator(BeamComponent[EvaluatorParameters]):
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
    neutral = frozenset({"batch_size", "baseline"})

    def execute(self, inputs: Directories, outputs: Directories, context: Context) -> None:
        """Evaluate each image of the split once, the baseline on the same ones, then judge."""
        artifact = ExamplesArtifact.load(inputs["examples"])
        structures = artifact.vocabulary.names
        self._check_structures(structures)
        files = artifact.files(self.parameters.split)
        model = inputs["model"] / SERVING
        cases = self._run(model, structures, files, context.work_dir / "cases")
        comparisons = self._compare(cases, artifact, files, context)
        others: dict[str, CaseFiles] = {
            split: self._run(model, structures, artifact.files(split), context.work_dir / split)
            for split in self.parameters.also
            if split != self.parameters.split and artifact.records(split)
        }
        self._publish(cases, comparisons, others, structures, outputs)
        self._draw(model, files, cases, artifact, outputs["evaluation"] / PICTURES)

    def job(self, place: Path) -> Build:
        """The job on one file of the default vocabulary."""
        names = load_vocabulary(DEFAULT_PATH).names
        evaluate = EvaluateFile(str(place / SERVING), names, self.parameters.batch_size, str(place))
        return EvaluationJob([place / "examples.tfrecord"], evaluate).build

    def _run(self, model: Path, structures: tuple[str, ...], files: list[Path], folder: Path) -> CaseFiles:
        return run_job(model, structures, self.parameters.batch_size, files, folder, self.beam)

    def _publish(
        self, cases: CaseFiles, comparisons: list[Comparison], others: dict[str, CaseFiles],
        structures: tuple[str, ...], outputs: Directories,
    ) -> None:  # fmt: skip
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
        other_splits = {
            split: [asdict(one) for one in score_all(found, structures, parameters.seed, by_view=True)]
            for split, found in others.items()
        }
        write_cases(cases, structures, evaluation / CASES)
        write_read_outs(ejection, evaluation / READ_OUTS)
        write_json(evaluation / METRICS, {"split": parameters.split, **metrics, "other_splits": other_splits})
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
