"""Plain softmax cross entropy: what is missing counts as background. The wrong thing to do, kept as a baseline."""

import keras

from models.losses.softmax_loss import SoftmaxLoss


@keras.saving.register_keras_serializable(package="labeldrop")
class CategoricalCrossEntropy(SoftmaxLoss):
    """Categorical cross entropy of the full softmax, logits z (B,H,W,1+C), any float dtype:

        -log p_k,   p = softmax(z),   k = annotated structure, or 0 for every other pixel, be it missing or not

    Source: the naive baseline in Islam et al. 2024 (arXiv 2403.07818). Images without any annotated structure do not
    count, which is our reading.
    """

    def __init__(self, dice_weight: float = 0.0, name: str = "cce") -> None:
        super().__init__(dice_weight, name)
