"""What a person sees while training: a bar with an estimate on a terminal, one line an epoch everywhere else."""

import time
from collections.abc import Callable

import keras
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from components.trainer.training_state import MONITOR


class TrainingProgress(keras.callbacks.Callback):
    """Progress over all batches of all epochs."""

    def __init__(self, epochs: int, steps_per_epoch: int, first_epoch: int, report: Callable[[str], None]) -> None:
        super().__init__()
        self._epochs, self._steps, self._first, self._report = epochs, steps_per_epoch, first_epoch, report
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            TimeRemainingColumn(), transient=True, disable=not Console().is_terminal,
        )  # fmt: skip

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Start the bar where a resumed run stands."""
        self._started = time.monotonic()
        self._bar.start()
        self._task = self._bar.add_task(
            "training", total=self._epochs * self._steps, completed=self._first * self._steps
        )

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """One batch further."""
        self._bar.advance(self._task)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Say how the epoch went and how long the rest will take."""
        logs = logs or {}
        done = epoch + 1 - self._first
        left = (time.monotonic() - self._started) / done * (self._epochs - epoch - 1)
        self._report(
            f"  epoch {epoch + 1}/{self._epochs}  loss {logs['loss']:.4f}  "
            f"validation Dice {logs[MONITOR]:.4f}  about {left / 60:.1f} min left"
        )

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        """Remove the bar."""
        self._bar.stop()
