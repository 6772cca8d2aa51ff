"""Trainer: examples → model, model_run."""

import shutil
from pathlib import Path

import keras

from components.base import Component, Context, Directories, UserError
from components.examples_artifact import ExamplesArtifact
from components.json_file import write_json
from components.trainer.model_artifact import save_model
from components.trainer.parameters import TrainerParameters
from components.trainer.progress import TrainingProgress
from components.trainer.training_state import TrainingState
from data_schemas.example_schema import feature_spec, load_schema
from models.decision import Decision
from models.devices import configure_devices, mirrored_strategy
from models.input_pipeline import Source, evaluation_batches, training_batches
from models.label_dropout import LabelDropout
from models.losses import make_loss
from models.metrics import PresenceAwareDice
from models.unet import UNetPlan, build_unet, make_plan

RUN = "training.json"


class Trainer(Component[TrainerParameters]):
    """Trains one network on every dataset at once.

    Channels:
        examples: TFRecords with splits train and val.
        model: `serving/`, the SavedModel that is evaluated and served; `network.keras`; `plan.json`.
        model_run: `training.json`, the metrics of each epoch; `logs/` for TensorBoard.
    """

    name = "Trainer"
    inputs = ("examples",)
    outputs = ("model", "model_run")

    def prepare_process(self) -> None:
        """Split or free the devices before TensorFlow starts."""
        configure_devices(self.parameters.logical_cpus)

    def execute(self, inputs: Directories, outputs: Directories, context: Context) -> None:
        """Train, or go on from the last checkpoint of this very configuration."""
        keras.utils.set_random_seed(self.parameters.seed + 1)  # beside a global seed of 0 tf.data takes no seed tensor
        artifact = ExamplesArtifact.load(inputs["examples"])
        network_parameters = self.parameters.network
        plan = _plan(artifact, network_parameters.base_features, network_parameters.max_levels)
        state = TrainingState(context.work_dir / "checkpoints", self.parameters.patience)
        model = self._fit(artifact, plan, state, context)
        state.load_best(model)
        save_model(model, plan, decision_of(self.parameters.loss.name), artifact.vocabulary, outputs["model"])
        _save_run(state, context.work_dir / "logs", outputs["model_run"])

    def _fit(self, artifact: ExamplesArtifact, plan: UNetPlan, state: TrainingState, context: Context) -> keras.Model:
        parameters = self.parameters
        train, val = source(artifact, "train"), source(artifact, "val")
        steps = parameters.steps_per_epoch or max(1, train.num_examples // parameters.batch_size)
        strategy = mirrored_strategy()
        self._check_replicas(strategy.num_replicas_in_sync)
        with strategy.scope():
            model = self._compiled(build_unet(plan), steps, plan.num_structures)
            state.restore(model)
        first = len(state.history)
        context.report(
            f"  {model.count_params():,} weights, levels {list(plan.features)}, "
            f"{strategy.num_replicas_in_sync} replica(s), {train.num_examples} training examples"
            + (f", resumed after epoch {first}" if first else "")
        )
        if state.out_of_patience or first >= parameters.epochs:
            return model
        batches = training_batches(
            train, parameters.batch_size, parameters.seed, self._label_dropout(artifact), parameters.augmentation,
            first_batch=first * steps,
        )  # fmt: skip
        model.fit(
            batches, validation_data=evaluation_batches(val, parameters.batch_size), initial_epoch=first,
            epochs=parameters.epochs, steps_per_epoch=steps, verbose=0,
            callbacks=[
                keras.callbacks.TensorBoard(context.work_dir / "logs", write_graph=False),
                TrainingProgress(parameters.epochs, steps, first, context.report),
                state,
            ],
        )  # fmt: skip
        return model

    def _check_replicas(self, replicas: int) -> None:
        if self.parameters.batch_size % replicas:
            raise UserError(
                f"Invalid value for trainer.batch_size. Expected a multiple of the {replicas} replicas, because it is "
                f"the global batch size. Received: {self.parameters.batch_size}"
            )

    def _compiled(self, model: keras.Model, steps: int, num_structures: int) -> keras.Model:
        parameters = self.parameters
        chosen = parameters.optimizer
        schedule = keras.optimizers.schedules.PolynomialDecay(
            chosen.learning_rate, parameters.epochs * steps, 0.0, chosen.decay_power
        )
        optimizer = keras.optimizers.AdamW(
            schedule, weight_decay=chosen.weight_decay, global_clipnorm=chosen.clip_norm,
            use_ema=chosen.average_momentum > 0, ema_momentum=chosen.average_momentum,
        )  # fmt: skip
        loss = make_loss(parameters.loss.name, dice_weight=parameters.loss.dice_weight, **parameters.loss.options)
        dice = PresenceAwareDice(num_structures, decision=decision_of(parameters.loss.name), name="dice")
        model.compile(optimizer, loss, weighted_metrics=[], metrics=[dice])
        return model

    def _label_dropout(self, artifact: ExamplesArtifact) -> LabelDropout | None:
        parameters = self.parameters.label_dropout
        if not parameters.probability:
            return None
        return LabelDropout(
            seed=self.parameters.seed, partially_labelled=artifact.partially_labelled("train"),
            patterns=artifact.presence_patterns("train"), **parameters.model_dump(),
        )  # fmt: skip


def decision_of(loss: str) -> Decision:
    """How logits trained with this loss become a mask."""
    return "sigmoid" if loss == "abce" else "softmax"


def source(artifact: ExamplesArtifact, split: str) -> Source:
    """A split of the artifact as the input pipeline reads it."""
    spec = feature_spec(load_schema(len(artifact.vocabulary)))
    return Source([str(file) for file in artifact.files(split)], artifact.records(split), spec, artifact.image_size)


def _plan(artifact: ExamplesArtifact, base_features: int, max_levels: int) -> UNetPlan:
    try:
        return make_plan(artifact.image_size, len(artifact.vocabulary), base_features, max_levels)
    except ValueError as error:
        raise UserError(f"example_gen.image_size: {error}") from None


def _save_run(state: TrainingState, logs: Path, directory: Path) -> None:
    write_json(directory / RUN, {"best_epoch": state.best_epoch, "epochs": state.history})
    if logs.is_dir():
        shutil.copytree(logs, directory / "logs")
