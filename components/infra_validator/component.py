"""InfraValidator: model, examples → infra_blessing."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from components.base import Component, Context, Directories
from components.content import digest_file
from components.evaluator.artifacts import BLESSING
from components.evaluator.gate import Reason, Verdict
from components.examples_artifact import ExamplesArtifact
from components.infra_validator.model_server import can_be_alone, check_server, find_program
from components.infra_validator.parameters import InfraValidatorParameters
from components.infra_validator.server_check import PROGRAM
from components.infra_validator.tflite import check_tflite
from components.json_file import read_json, write_json
from components.trainer.model_artifact import EXTRA, NETWORK, SERVING, decision_of_model
from models.decision import probabilities, structure_ids

PROBE = Path(__file__).with_name("probe.py")
REPORT = "report.json"
NOT_RUN = "not run"
REFUSALS = ("InvalidArgumentError",)


@dataclass(frozen=True)
class Probed:
    """What the process that serves answered.

    Attributes:
        facts: Its facts, see probe.py; none where it died.
        answers: mask (B,H,W) and probabilities (B,H,W,1+C).
        error: The end of its error output where it died.
    """

    facts: dict[str, Any] | None
    answers: dict[str, np.ndarray]
    error: str


class InfraValidator(Component[InfraValidatorParameters]):
    """Loads the export in a clean process and asks it as a user of TF Serving would.

    Channels:
        model: The SavedModel, and the Keras network it must agree with.
        examples: Where the requests are taken from.
        infra_blessing: `blessing.json`, the verdict and each reason; `report.json`, what was measured, and which
            tensorflow_model_server was asked.
    """

    name = "InfraValidator"
    inputs = ("model", "examples")
    outputs = ("infra_blessing",)

    def external_content(self) -> dict[str, str]:
        """The probe, which is run and not imported, so that the code's digest does not cover it, and the server."""
        program = find_program(self.parameters.model_server)
        return {"probe": digest_file(PROBE), "model_server": program or NOT_RUN}

    def execute(self, inputs: Directories, outputs: Directories, context: Context) -> None:
        """Ask, compare with the Keras model, judge."""
        requests = self._requests(ExamplesArtifact.load(inputs["examples"]), context.work_dir)
        saved_model = inputs["model"] / SERVING
        probed = self._probe(saved_model, requests, context.work_dir)
        program = find_program(self.parameters.model_server)
        reasons = self._reasons(probed, inputs["model"], requests)
        if probed.facts is not None and program is not None:
            reasons += self._server_reasons(program, saved_model, requests, probed.answers["mask"], context)
        verdict = Verdict(tuple(reasons))
        directory = outputs["infra_blessing"]
        written = [{"passed": reason.passed, "text": reason.text} for reason in reasons]
        write_json(directory / BLESSING, {"verdict": verdict.name, "reasons": written})
        write_json(directory / REPORT, {**(probed.facts or {}), PROGRAM: program or NOT_RUN})
        for reason in reasons:
            context.report(f"  {'pass' if reason.passed else 'FAIL'}  {reason.text}")
        if program is None:
            context.report(f"  {PROGRAM}: not run, none is on PATH and infra_validator.model_server names none")

    def _server_reasons(
        self, program: str, saved_model: Path, requests: Path, expected: np.ndarray, context: Context
    ) -> list[Reason]:
        examples = list(tf.data.TFRecordDataset(str(requests)).as_numpy_iterator())
        contents = {"serving_default": examples, "segment": [_picture(example) for example in examples]}
        wanted, timeout = self.parameters.minimum_agreement, self.parameters.timeout_s
        alone = can_be_alone()
        place = "a network of its own" if alone else "this machine's network: its REST port is open for these seconds"
        context.report(f"  {PROGRAM} is asked in {place}")
        return check_server(program, saved_model, contents, expected, wanted, timeout, context.work_dir, alone)

    def _requests(self, artifact: ExamplesArtifact, scratch: Path) -> Path:
        """A few records of validation as one TFRecord file."""
        target = scratch / "requests.tfrecord"
        records = tf.data.TFRecordDataset([str(file) for file in artifact.files("val")])
        with tf.io.TFRecordWriter(str(target)) as writer:
            for serialized in records.take(self.parameters.examples).as_numpy_iterator():
                writer.write(serialized)
        return target

    def _probe(self, saved_model: Path, requests: Path, scratch: Path) -> Probed:
        answers, facts = scratch / "answers.npz", scratch / "facts.json"
        paths = [path.resolve() for path in (saved_model, requests, answers, facts)]  # the process works elsewhere
        arguments = [*paths[:2], self.parameters.rounds, *paths[2:]]
        try:
            process = subprocess.run(
                [sys.executable, "-I", str(PROBE), *map(str, arguments)], cwd=scratch, capture_output=True, text=True,
                check=False, timeout=self.parameters.timeout_s,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return Probed(None, {}, f"no answer within {self.parameters.timeout_s} s")
        if process.returncode:
            return Probed(None, {}, process.stderr.strip().rpartition("\n")[2])
        with np.load(answers, allow_pickle=False) as found:
            return Probed(read_json(facts), dict(found), "")

    def _reasons(self, probed: Probed, model: Path, requests: Path) -> list[Reason]:
        facts = probed.facts
        if facts is None:
            return [Reason(False, f"a clean process does not serve the model: {probed.error}")]
        reasons = [
            Reason(not facts["project_modules"], "the model is served without this project's code"),
            Reason(facts["segment_agrees"] == 1.0, "both signatures give the same masks"),
            *self._parity(probed.answers, model, requests),
        ]
        for name, kind in facts["refused"].items():
            reasons.append(Reason(kind in REFUSALS, f"a request of {name} gives {kind}"))
        reasons.append(Reason(facts["answers_after_refusal"], "and good requests are still answered after it"))
        limit, p50, p99 = self.parameters.maximum_p99_ms, facts["p50_ms"], facts["p99_ms"]
        text = f"one image takes {p50:.1f} ms (median), {p99:.1f} ms (99th percentile)"
        reasons.append(
            Reason(limit is None or p99 <= limit, text + ("" if limit is None else f", limit {limit:.1f} ms"))
        )
        return reasons

    def _parity(self, answers: dict[str, np.ndarray], model: Path, requests: Path) -> list[Reason]:
        """Against the Keras network on the same stored images, which have its own size."""
        network = keras.models.load_model(model / NETWORK, compile=False)
        images = [tf.io.decode_png(_picture(one), channels=1) for one in tf.data.TFRecordDataset(str(requests))]
        batch = tf.cast(tf.stack(images), tf.float32) / 255.0
        expected = probabilities(network(batch, training=False), decision_of_model(model))
        masks = structure_ids(expected).numpy()
        agreement = float(np.mean(masks == answers["mask"]))
        difference = float(np.abs(expected.numpy() - answers["probabilities"]).max())
        wanted, limit = self.parameters.minimum_agreement, self.parameters.maximum_difference
        return [
            Reason(agreement >= wanted, f"masks agree with the Keras model in {agreement:.2%} of pixels"),
            Reason(difference <= limit, f"probabilities differ from the Keras model's by at most {difference:.1e}"),
            *(
                check_tflite(file, batch.numpy(), masks, self.parameters.minimum_tflite_agreement)
                for file in sorted((model / SERVING / EXTRA).glob("*.tflite"))
            ),
        ]


def _picture(example: bytes) -> bytes:
    """The encoded image in a serialized record."""
    feature = {"image/encoded": tf.io.FixedLenFeature([], tf.string)}
    return bytes(tf.io.parse_single_example(example, feature)["image/encoded"].numpy())
