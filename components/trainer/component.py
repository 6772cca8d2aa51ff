"""Trainer: examples → model, model_run."""

import shutil
import tempfile
from pathlib import Path

import keras
import tensorflow as tf

from components.base import Component, Context, Directories, UserError
from components.examples_artifact import ExamplesArtifact
from components.json_file import write_json
from components.label_dropout import make_label_dropout
from components.trainer.model_artifact import SERVING, save_model
from components.trainer.optimizer import make_optimizer
from components.trainer.parameters import TrainerParameters
from components.trainer.progress import TrainingProgress
from components.trainer.run_artifact import RUN
from components.trainer.spacing import median_spacing
from components.trainer.tflite import write_tflite
from components.trainer.training_state import TrainingState
from components.trainer.watch import DomainDice
from data_schemas.example_schema import feature_spec, load_schema
from models.decision import Decision
from models.deep_supervision import DeeplySupervised
from models.devices import configure_devices, is_chief, mirrored_strategy, multi_worker_strategy, several_workers
from models.input_pipeline import Share, Source, evaluation_batches, training_batches
from models.losses import make_loss
from models.metrics import PresenceAwareDice
from models.plan import UNetPlan, make_plan
from models.unet import build_unet


class Trainer(Component[TrainerParameters]):
    """Trains one network on every dataset at once.

    Channels:
        examples: TFRecords with splits train and val.
        model: `serving/`, the SavedModel that is evaluated and served, with what the model means, warm-up requests and
            TFLite files in its assets.extra; `network.keras`; `plan.json`.
        model_run: `training.json`, the metrics of each epoch; `logs/` for TensorBoard.
    """

    name = "Trainer"
    inputs = ("examples",)
    outputs = ("model", "model_run")
    shared_by_workers = True
    neutral = frozenset({"logical_cpus"})

    def prepare_process(self) -> None:
        """Split or free the devices, or join the other workers, before TensorFlow starts."""
        configure_devices(self.parameters.logical_cpus)
        self._workers = multi_worker_strategy() if several_workers() else None

    def execute(self, inputs: Directories, outputs: Directories, context: Context) -> None:
        """Train, or go on from the last checkpoint of this very configuration.

        With several workers all of them train, and the chief alone fills the outputs.
        """
        keras.utils.set_random_seed(self.parameters.seed + 1)  # beside a global seed of 0 tf.data takes no seed tensor
        artifact = ExamplesArtifact.load(inputs["examples"])
        plan = _plan(artifact, self.parameters)
        strategy = self._workers or mirrored_strategy()
        self._check_replicas(strategy.num_replicas_in_sync)
        checkpoints = context.work_dir / "checkpoints"
        with tempfile.TemporaryDirectory() as aside:
            own = checkpoints if is_chief() else Path(aside)
            state = TrainingState(own, self.parameters.patience, resume_from=checkpoints)
            with strategy.scope():
                model = self._compiled(plan, self._steps(artifact))
                state.restore(model)
            self._fit(model, artifact, strategy, state, context)
        if not is_chief():
            return
        state.load_best(model)
        trained = model.network if isinstance(model, DeeplySupervised) else model
        decision = decision_of(self.parameters.loss.name)
        network = save_model(trained, plan, decision, artifact.vocabulary, outputs["model"], artifact.keep_aspect)
        write_tflite(network, decision, self.parameters.tflite, source(artifact, "val"), outputs["model"] / SERVING)
        _save_run(state, self.parameters, context.work_dir / "logs", outputs["model_run"])

    def _fit(
        self, model: keras.Model, artifact: ExamplesArtifact, strategy: tf.distribute.Strategy, state: TrainingState,
        context: Context,
    ) -> None:  # fmt: skip
        parameters, steps, first = self.parameters, self._steps(artifact), len(state.history)
        context.report(
            f"  {model.count_params():,} weights, {strategy.num_replicas_in_sync} replica(s), "
            f"{artifact.records('train')} training examples" + (f", resumed after epoch {first}" if first else "")
        )
        if state.out_of_patience or first >= parameters.epochs:
            return
        shown: list[keras.callbacks.Callback] = [
            keras.callbacks.TensorBoard(context.work_dir / "logs", write_graph=False),
            TrainingProgress(parameters.epochs, steps, first, context.report),
        ]
        if parameters.watch is not None and self._workers is None:
            shown.append(DomainDice(artifact, parameters.watch, decision_of(parameters.loss.name)))
        training, validation = self._batches(artifact, strategy, first * steps)
        try:
            model.fit(
                training, validation_data=validation, initial_epoch=first, epochs=parameters.epochs,
                steps_per_epoch=steps, validation_steps=-(-artifact.records("val") // parameters.batch_size), verbose=0,
                callbacks=[*(shown if is_chief() else []), state],
            )  # fmt: skip
        except tf.errors.InvalidArgumentError as error:
            raise _explained(error) from error

    def _steps(self, artifact: ExamplesArtifact) -> int:
        return self.parameters.steps_per_epoch or max(1, artifact.records("train") // self.parameters.batch_size)

    def _batches(
        self, artifact: ExamplesArtifact, strategy: tf.distribute.Strategy, first_batch: int
    ) -> tuple[tf.data.Dataset, tf.data.Dataset]:
        """Training and validation batches; with several workers each one's share of the former, all of the latter."""
        parameters = self.parameters
        label_dropout = make_label_dropout(parameters.label_dropout, parameters.seed, artifact)

        def training(share: Share) -> tf.data.Dataset:
            return training_batches(
                source(artifact, "train"), parameters.batch_size, parameters.seed, label_dropout,
                parameters.augmentation, first_batch, share,
            )  # fmt: skip

        def validation() -> tf.data.Dataset:
            return evaluation_batches(source(artifact, "val"), parameters.batch_size)

        if self._workers is None:
            return training(Share()), validation()
        per_replica = parameters.batch_size // strategy.num_replicas_in_sync
        return (
            strategy.distribute_datasets_from_function(
                lambda own: training(Share(own.input_pipeline_id, own.num_input_pipelines)).rebatch(per_replica)
            ),
            strategy.distribute_datasets_from_function(lambda own: validation()),
        )

    def _check_replicas(self, replicas: int) -> None:
        if self.parameters.batch_size % replicas:
            raise UserError(
                f"Invalid value for trainer.batch_size. Expected a multiple of the {replicas} replicas, because it is "
                f"the global batch size. Received: {self.parameters.batch_size}"
            )

    def _compiled(self, plan: UNetPlan, steps: int) -> keras.Model:
        parameters = self.parameters
        loss = make_loss(parameters.loss.name, dice_weight=parameters.loss.dice_weight, **parameters.loss.options)
        dice = PresenceAwareDice(plan.num_structures, decision=decision_of(parameters.loss.name), name="dice")
        keras.mixed_precision.set_global_policy(parameters.precision)
        try:
            model = DeeplySupervised(plan) if parameters.network.deep_supervision else build_unet(plan)
            optimizer = make_optimizer(parameters.optimizer, parameters.epochs * steps)
            model.compile(optimizer, loss, weighted_metrics=[], metrics=[dice])
        finally:
            keras.mixed_precision.set_global_policy("float32")
        return model


def decision_of(loss: str) -> Decision:
    """How logits trained with this loss become a mask."""
    return "sigmoid" if loss == "abce" else "softmax"


def source(artifact: ExamplesArtifact, split: str) -> Source:
    """A split of the artifact as the input pipeline reads it."""
    spec = feature_spec(load_schema(len(artifact.vocabulary)))
    return Source([str(file) for file in artifact.files(split)], artifact.records(split), spec, artifact.image_size)


def _plan(artifact: ExamplesArtifact, parameters: TrainerParameters) -> UNetPlan:
    network = parameters.network
    try:
        return make_plan(
            artifact.image_size, len(artifact.vocabulary), network.base_features, network.max_levels,
            median_spacing(source(artifact, "train")),
        )  # fmt: skip
    except ValueError as error:
        raise UserError(f"example_gen.image_size: {error}") from None


def _explained(error: tf.errors.InvalidArgumentError) -> Exception:
    """What the user can mend as a user error, anything else as it is."""
    if "is not finite" in error.message:
        return UserError(
            "The loss became infinite or not a number. Expected finite logits. Next step: lower "
            "trainer.optimizer.learning_rate or clip_norm, or use trainer.precision float32 or mixed_bfloat16."
        )
    return error


def _save_run(state: TrainingState, parameters: TrainerParameters, logs: Path, directory: Path) -> None:
    content = {"parameters": parameters.model_dump(mode="json"), "best_epoch": state.best_epoch}
    write_json(directory / RUN, {**content, "epochs": state.history})
    if logs.is_dir():
        shutil.copytree(logs, directory / "logs")
