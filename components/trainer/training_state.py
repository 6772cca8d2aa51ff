"""The checkpoint a killed training resumes from: weights, optimizer and history in one atomic unit an epoch."""

import json
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

MONITOR = "val_dice"  # presence-aware validation Dice decides which epoch is best


class TrainingState(keras.callbacks.Callback):
    """Saves a checkpoint after each epoch, keeps the best weights, and stops when they no longer improve.

    The history is a variable of the checkpoint itself, so that weights and history can never disagree.
    """

    def __init__(self, directory: Path, patience: int | None, resume_from: Path | None = None) -> None:
        """Keep the state in `directory`; begin with that of `resume_from`, where another worker keeps it."""
        super().__init__()
        self._directory = directory
        self._resume_from = resume_from or directory
        self._directory.mkdir(parents=True, exist_ok=True)
        self._patience = patience
        self._saved_history = tf.Variable("[]", dtype=tf.string, trainable=False)

    def restore(self, model: keras.Model) -> None:
        """Bring model, optimizer and history to the last saved epoch; nothing happens where there is none."""
        model.optimizer.build(model.trainable_variables)
        checkpoint = tf.train.Checkpoint(model=model, optimizer=model.optimizer, history=self._saved_history)
        self._manager = tf.train.CheckpointManager(checkpoint, str(self._directory / "last"), max_to_keep=2)
        last = tf.train.latest_checkpoint(str(self._resume_from / "last"))
        if last:
            checkpoint.restore(last).assert_existing_objects_matched()

    @property
    def history(self) -> list[dict[str, Any]]:
        """One dictionary of metrics an epoch, in order."""
        return json.loads(self._saved_history.numpy())

    @property
    def best_epoch(self) -> int:
        """The epoch, counted from 0, with the highest validation Dice."""
        values = [epoch[MONITOR] for epoch in self.history]
        return values.index(max(values))

    @property
    def out_of_patience(self) -> bool:
        """Whether training should stop early."""
        return bool(self._patience and self.history and len(self.history) - 1 - self.best_epoch >= self._patience)

    def load_best(self, model: keras.Model) -> None:
        """Give the model the weights of the best epoch."""
        model.load_weights(str(self._best_file(self.best_epoch)))

    def on_test_begin(self, logs: dict[str, float] | None = None) -> None:
        """Validate what would be served: the averaged weights, where the optimizer keeps an average."""
        self._trained = self.model.get_weights()
        optimizer = getattr(self.model.optimizer, "inner_optimizer", self.model.optimizer)  # inside of loss scaling
        optimizer.finalize_variable_values(self.model.trainable_variables)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Record the epoch; the best weights are on disk before the checkpoint that names them."""
        metrics = {name: float(value) for name, value in (logs or {}).items()}
        history = [*self.history, {"epoch": epoch, **metrics}]
        self._saved_history.assign(json.dumps(history))
        if self.best_epoch == epoch:
            self.model.save_weights(str(self._best_file(epoch)))
        self.model.set_weights(self._trained)
        self._manager.save(checkpoint_number=epoch)
        for file in self._directory.glob("best-*.h5"):
            if file != self._best_file(self.best_epoch):
                file.unlink()
        if self.out_of_patience:
            self.model.stop_training = True

    def _best_file(self, epoch: int) -> Path:
        return self._directory / f"best-{epoch:05d}.h5"
