"""Deep supervision: the loss also on coarser levels of the decoder, each weighing half of the one above it.

Source: as in nnU-Net (Isensee et al. 2021). Labels are subsampled, so that ids stay ids and presence stays presence.
"""

from typing import Any

import keras
import tensorflow as tf

from models.plan import UNetPlan
from models.unet import build_heads


class DeeplySupervised(keras.Model):
    """A U-Net for training. What it reports as loss and metrics is of the full resolution alone.

    Attributes:
        network: The U-Net with all its heads.

    The gradient is that of Σ_k w_k L_k with w_k = 2^-k / Σ_j 2^-j over the heads k, finest first.
    """

    def __init__(self, plan: UNetPlan) -> None:
        super().__init__(name="deeply_supervised")
        images, heads = build_heads(plan)
        self.network = keras.Model(images, [head.logits for head in heads])
        self._strides = [head.stride for head in heads]
        total = sum(0.5**level for level in range(len(heads)))
        self._shares = [0.5**level / total for level in range(len(heads))]
        self.build((None, *plan.image_size, 1))

    def call(self, inputs: tf.Tensor, training: bool | None = None) -> list[tf.Tensor]:
        """Images (B,H,W,1) → the logits of each head, finest first."""
        outputs = self.network(inputs, training=training)
        return outputs if isinstance(outputs, list) else [outputs]

    def compute_loss(self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None) -> tf.Tensor:
        """The weighted sum over heads: y (B,H,W,C) partial labels, y_pred the logits of each head."""
        finest, *coarser = y_pred
        total = self._shares[0] * super().compute_loss(x, y, finest, sample_weight)
        for logits, (rows, columns), weight in zip(coarser, self._strides[1:], self._shares[1:], strict=True):
            total += weight * self.loss(y[:, ::rows, ::columns, :], logits)
        return total

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any) -> dict[str, Any]:
        """Metrics of the finest head."""
        return super().compute_metrics(x, y, y_pred[0], sample_weight)
