"""Label dropout: hide labels at random in training, so that which labels are present stops telling the domain.

Source: Islam et al. 2024, "Label Dropout" (arXiv 2403.07818): in training each label that is present, of those that
only some datasets have, is dropped with probability p. Modes other than `independent`, the schedule and keep_one are
ours.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import numpy as np
import tensorflow as tf

from models.partial_labels import check_mask_and_presence, checked_ids
from models.stateless_draws import uniform_draws

Mode = Literal["independent", "joint", "pattern"]
Structures = Literal["partial", "all"]


class LabelDropoutWarning(UserWarning):
    """Label dropout is asked for but cannot drop anything."""


class LinearSchedule(NamedTuple):
    """Factor of the probability: `start` at epoch 0, `end` from epoch `epochs` on, linear in between."""

    start: float
    end: float
    epochs: int


@dataclass(frozen=True)
class LabelDropout:
    """Hides labels in batches of the training data; see `__call__`. Use it after the cache and never in evaluation.

    The draws of an example depend on (seed, epoch, example_id) and nothing else: not on the batch, the order or the
    parallelism.

    Attributes:
        seed: The run's seed.
        partially_labelled: Length C; True for a structure that is present in some and absent in other training
        examples.
        probability: p in [0,1]: one for all structures, one for each of the C, or by 0-based index (others 0).
        mode: independent: each present droppable structure is hidden with p. joint: with p all of them together.
            pattern: with p the example adopts one of the other `patterns`, each as likely: what that pattern lacks is
            hidden.
        structures: Which are droppable: those partially labelled (as published), or all.
        patterns: Presence vectors of the datasets, for mode pattern.
        keep_one: An example that had a present structure keeps at least one, drawn at random where all would be hidden.
        schedule: Changes the probability over epochs.

    Raises:
        ValueError: An argument is out of range.
    """

    seed: int
    partially_labelled: Sequence[bool]
    probability: float | Sequence[float] | Mapping[int, float] = 0.5
    mode: Mode = "independent"
    structures: Structures = "partial"
    patterns: Sequence[Sequence[int]] = ()
    keep_one: bool = False
    schedule: LinearSchedule | tuple[float, float, int] | None = None

    def __post_init__(self) -> None:
        for name, choices in (("mode", get_args(Mode)), ("structures", get_args(Structures))):
            if getattr(self, name) not in choices:
                raise ValueError(
                    f"Invalid value for {name}. Expected one of {choices}. Received: {getattr(self, name)!r}"
                )
        probabilities = self.probabilities
        if not all(0 <= p <= 1 for p in probabilities):
            raise ValueError(f"Invalid value for probability. Expected p in [0, 1]. Received: {self.probability}")
        self._check_mode(probabilities)
        self._check_schedule()
        if any(probabilities) and not any(self.droppable):
            warnings.warn(
                f"Label dropout with probability {self.probability} will hide nothing: no structure is partially "
                f"labelled in the training data. Expected some, or structures='all'.",
                LabelDropoutWarning,
                stacklevel=3,
            )

    @property
    def probabilities(self) -> tuple[float, ...]:
        """p of each structure, length C, before the schedule."""
        size, p = len(self.partially_labelled), self.probability
        if isinstance(p, Mapping):
            if not set(p) <= set(range(size)):
                raise ValueError(
                    f"Invalid keys of probability. Expected indices from 0 to {size - 1}. Received: {list(p)}"
                )
            return tuple(float(p.get(c, 0.0)) for c in range(size))
        if isinstance(p, Sequence):
            if len(p) != size:
                raise ValueError(f"Invalid length of probability. Expected {size} structures. Received: {len(p)}")
            return tuple(map(float, p))
        return (float(p),) * size

    @property
    def droppable(self) -> tuple[bool, ...]:
        """Which structures may be hidden, length C."""
        return tuple(self.structures == "all" or bool(partial) for partial in self.partially_labelled)

    def __call__(
        self, mask: tf.Tensor, presence: tf.Tensor, example_id: tf.Tensor, epoch: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Hide labels: presence becomes 0 and the pixels become background.

        Args:
            mask: uint8 (B,H,W), structure ids.
            presence: Integer (B,C).
            example_id: string (B,), unique keys.
            epoch: Integer, scalar or (B,): how often this example was seen before.

        Raises:
            ValueError: Presence has another length than partially_labelled.
        """
        mask, presence = tf.convert_to_tensor(mask), tf.convert_to_tensor(presence)
        check_mask_and_presence(mask, presence)
        left = self.presence(presence, example_id, epoch)
        visible = tf.pad(tf.cast(left, mask.dtype), [[0, 0], [1, 0]], constant_values=1)
        mask = checked_ids(mask, len(self.partially_labelled))
        mask *= tf.gather(visible, tf.cast(mask, tf.int32), axis=1, batch_dims=1)
        return mask, left

    def presence(self, presence: tf.Tensor, example_id: tf.Tensor, epoch: tf.Tensor) -> tf.Tensor:
        """What is left of the presence (B,C), for encode_partial_labels, which makes background of hidden pixels."""
        size = len(self.partially_labelled)
        if presence.shape[1] != size:
            raise ValueError(f"Invalid length of presence. Expected {size} structures. Received: {presence.shape[1]}")
        kept = self._kept(presence > 0, tf.convert_to_tensor(example_id), tf.convert_to_tensor(epoch))
        return tf.cast(kept, presence.dtype)

    def _kept(self, present: tf.Tensor, example_id: tf.Tensor, epoch: tf.Tensor) -> tf.Tensor:
        """Which of the present structures stay: bool (B,C) → bool (B,C)."""
        structures = range(len(self.partially_labelled))
        p = tf.constant(self.probabilities) * self._factor(epoch)[..., None]
        names = [f"hide {c}" for c in structures] if self.mode == "independent" else ["all"]
        hidden = uniform_draws(self.seed, epoch, example_id, names) < p
        if self.mode == "pattern":
            hidden &= ~self._other_pattern(present, example_id, epoch)
        kept = present & ~(hidden & tf.constant(self.droppable))
        if not self.keep_one:
            return kept
        return self._with_one_kept(
            present, kept, uniform_draws(self.seed, epoch, example_id, [f"keep {c}" for c in structures])
        )

    def _other_pattern(self, present: tf.Tensor, example_id: tf.Tensor, epoch: tf.Tensor) -> tf.Tensor:
        """For each example one of the patterns that differ from its own, each as likely; its own where none does."""
        patterns = tf.constant(np.array(self.patterns, bool))
        draws = uniform_draws(self.seed, epoch, example_id, [f"pattern {k}" for k in range(len(self.patterns))])
        own = tf.reduce_all(patterns == present[:, None, :], axis=-1)
        return tf.gather(patterns, tf.argmax(tf.where(own, -1.0, draws), axis=1))

    @staticmethod
    def _with_one_kept(present: tf.Tensor, kept: tf.Tensor, draws: tf.Tensor) -> tf.Tensor:
        """Bring one present structure back where none is left: the one with the highest draw."""
        best = tf.argmax(tf.where(present, draws, -1.0), axis=1)
        rescued = present & tf.one_hot(best, present.shape[1], on_value=True, off_value=False)
        return tf.where(tf.reduce_any(kept, axis=1, keepdims=True), kept, rescued)

    def _factor(self, epoch: tf.Tensor) -> tf.Tensor:
        """The schedule's factor at this epoch, float32 of the epoch's shape."""
        start, end, epochs = self.schedule or (1.0, 1.0, 1)
        progress = tf.minimum(tf.cast(epoch, tf.float32) / float(epochs), 1.0)
        return start + (end - start) * progress

    def _check_mode(self, probabilities: tuple[float, ...]) -> None:
        if self.mode != "independent" and len(set(probabilities)) > 1:
            raise ValueError(
                f"Invalid value for probability. Expected one number in mode {self.mode}, where structures are hidden "
                f"together. Received: {self.probability}"
            )
        size = len(self.partially_labelled)
        if self.mode == "pattern" and (not self.patterns or any(len(pattern) != size for pattern in self.patterns)):
            raise ValueError(
                f"Invalid value for patterns. Expected at least one presence vector of length {size}. "
                f"Received: {self.patterns}"
            )

    def _check_schedule(self) -> None:
        if self.schedule is None:
            return
        start, end, epochs = self.schedule
        if not (0 <= start <= 1 and 0 <= end <= 1 and epochs >= 1):
            raise ValueError(
                f"Invalid value for schedule. Expected start and end in [0, 1] and at least 1 epoch. "
                f"Received: {self.schedule}"
            )
