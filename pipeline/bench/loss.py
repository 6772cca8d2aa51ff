"""What partial losses, label dropout and augmentation cost: `labeldrop bench loss`."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from components.base import Context
from components.example_gen.component import ExampleGen
from components.examples_artifact import ExamplesArtifact
from components.label_dropout import make_label_dropout
from components.trainer.component import source
from components.trainer.parameters import TrainerParameters
from data_schemas.yaml_file import read_yaml
from models.augmentation import Augmentation
from models.input_pipeline import Source, training_batches
from models.label_dropout import LabelDropout
from models.losses import make_loss
from models.partial_labels import encode_partial_labels
from models.plan import make_plan
from models.unet import build_unet
from pipeline.bench.side_by_side import Case, Ratio, measure
from pipeline.config import CONFIGS_DIR, load_config
from pipeline.phantom.generate import generate
from pipeline.phantom.settings import PhantomSettings

BATCH, SIDE, STRUCTURES = 8, 128, 3
INPUT_BATCHES = 200  # batches of the input pipeline that are timed at once
WITHOUT = "without label dropout"
KERAS = "Keras cross entropy"
LOSSES: dict[str, dict[str, float]] = {
    "cce": {}, "acce": {}, "marginal": {}, "abce": {}, "leaf_dice": {},
    "marginal + exclusion": {"exclusion_weight": 1.0},
    "acce + Dice": {"dice_weight": 1.0}, "marginal + Dice": {"dice_weight": 1.0}, "abce + Dice": {"dice_weight": 1.0},
}  # fmt: skip


@dataclass(frozen=True)
class LossBench:
    """What was measured.

    Attributes:
        steps: Training step with each loss, against Keras' own cross entropy.
        bare_inputs: Input pipeline that does nothing else, without and with label dropout.
        full_inputs: Input pipeline with every augmentation, without and with label dropout.
        input_to_step: Images per second of the full input pipeline ÷ images per second of the training step.
    """

    steps: list[Ratio]
    bare_inputs: list[Ratio]
    full_inputs: list[Ratio]
    input_to_step: float


def bench_loss(rounds: int, report: Callable[[str], None]) -> LossBench:
    """Time a training step of the default network per loss, and the input pipeline per stage, at 8 × 128 × 128."""
    report("Training step, default network, batch 8 x 128 x 128")
    steps = measure(_steps(), KERAS, rounds, warm_up=3, report=report)
    report("Input pipeline")
    with tempfile.TemporaryDirectory() as folder:
        examples = _phantom_examples(Path(folder))
        camus = Augmentation.model_validate(read_yaml(CONFIGS_DIR / "camus.yaml")["trainer"]["augmentation"])
        bare, full = (
            measure(_inputs(examples, augmentation), WITHOUT, rounds, warm_up=2, report=report)
            for augmentation in (None, camus)
        )
    step_ms = next(step.median_ms for step in steps if step.case == "marginal + Dice")
    return LossBench(steps, bare, full, step_ms / (full[-1].median_ms / INPUT_BATCHES))


def _steps() -> dict[str, Case]:
    random = np.random.default_rng(0)
    images = tf.constant(random.random((BATCH, SIDE, SIDE, 1), np.float32))
    masks = random.integers(0, 1 + STRUCTURES, (BATCH, SIDE, SIDE))
    presence = np.ones((BATCH, STRUCTURES), np.int64)
    presence[BATCH // 2 :, 1:] = 0
    partial = encode_partial_labels(masks, presence)
    plain = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    cases = {KERAS: _step(plain, images, tf.constant(masks))}
    for name, options in LOSSES.items():
        cases[name] = _step(make_loss(name.split(" ")[0], **options), images, partial)
    return cases


def _step(loss: keras.losses.Loss, images: tf.Tensor, labels: tf.Tensor) -> Case:
    network = build_unet(make_plan((SIDE, SIDE), STRUCTURES, TrainerParameters().network.base_features))
    network.compile(keras.optimizers.AdamW(1e-4), loss)
    run = network.make_train_function()
    batches = iter(tf.data.Dataset.from_tensors((images, labels)).repeat())
    return lambda: run(batches)["loss"].numpy()


def _inputs(examples: ExamplesArtifact, augmentation: Augmentation | None) -> dict[str, Case]:
    train = source(examples, "train")
    parameters = TrainerParameters.model_validate({"label_dropout": {"probability": 0.5}})
    dropout = make_label_dropout(parameters.label_dropout, parameters.seed, examples)
    return {WITHOUT: _batches(train, None, augmentation), "with label dropout": _batches(train, dropout, augmentation)}


def _batches(train: Source, dropout: LabelDropout | None, augmentation: Augmentation | None) -> Case:
    stream: Iterator[Any] = iter(training_batches(train, BATCH, 0, dropout, augmentation))

    def take() -> None:
        for _ in range(INPUT_BATCHES):
            next(stream)

    return take


def _phantom_examples(folder: Path) -> ExamplesArtifact:
    """A small phantom at 128 × 128, converted."""
    content = read_yaml(CONFIGS_DIR / "phantom.yaml")
    for domain in ("alpha", "beta"):
        content[domain]["patients"] = {"train": 16, "val": 1, "test": 1}
    generate(PhantomSettings.model_validate(content), folder / "phantom")
    settings = (f"data_root={folder}/phantom", f"example_gen.image_size=[{SIDE},{SIDE}]")
    parameters = load_config(CONFIGS_DIR / "quickstart.yaml", settings).example_gen
    for name in ("examples", "work"):
        (folder / name).mkdir()
    ExampleGen(parameters).execute(
        {}, {"examples": folder / "examples"}, Context(folder / "work", folder / "work", lambda line: None)
    )
    return ExamplesArtifact.load(folder / "examples")
