"""The optimizer that the parameters ask for."""

import keras

from components.trainer.parameters import OptimizerParameters


def make_optimizer(chosen: OptimizerParameters, total_steps: int) -> keras.optimizers.Optimizer:
    """AdamW, or SGD with Nesterov momentum; gradients are clipped by their global norm.

    Weights are averaged by Keras itself: tensorflow-addons' MovingAverage wraps only the optimizers of Keras' old kind,
    which have no decoupled weight decay.
    """
    schedule = keras.optimizers.schedules.PolynomialDecay(chosen.learning_rate, total_steps, 0.0, chosen.decay_power)
    common = {
        "learning_rate": schedule,
        "weight_decay": chosen.weight_decay,
        "global_clipnorm": chosen.clip_norm,
        "use_ema": chosen.average_momentum > 0,
        "ema_momentum": chosen.average_momentum,
    }
    if chosen.name == "sgd":
        return keras.optimizers.SGD(momentum=chosen.momentum, nesterov=chosen.momentum > 0, **common)
    return keras.optimizers.AdamW(**common)
