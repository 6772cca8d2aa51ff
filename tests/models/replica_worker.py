"""Not a test: trains under R replicas on logical CPUs and writes what came out. See test_replicas.py."""

import sys

import keras
import numpy as np
import tensorflow as tf

from models.losses import make_loss
from models.metrics import PresenceAwareDice
from models.partial_labels import encode_partial_labels

LOSSES = {
    "cce": {},
    "acce": {"dice_weight": 1.0},
    "marginal": {"dice_weight": 0.5, "exclusion_weight": 0.5},
    "abce": {"dice_weight": 1.0},
    "leaf_dice": {},
}
STEPS, BATCH = 5, 8


def data():
    """Five batches; with 4 replicas the first sees images without any label, the last only complete ones."""
    random = np.random.default_rng(0)
    mask = random.integers(0, 4, (STEPS * BATCH, 5, 6)).astype(np.uint8)
    one_batch = [[0, 0, 0], [0, 0, 0], [1, 0, 0], [0, 0, 1], [0, 1, 1], [1, 0, 0], [1, 1, 1], [1, 1, 1]]
    images = random.normal(size=(*mask.shape, 1)).astype(np.float32) + mask[..., None]
    return images, encode_partial_labels(mask, np.tile(one_batch, (STEPS, 1)))


def build_model():
    keras.utils.set_random_seed(3)
    image = keras.Input((5, 6, 1))
    x = keras.layers.Conv2D(3, 3, padding="same", activation="tanh")(image)
    return keras.Model(image, keras.layers.Conv2D(4, 3, padding="same")(x))


def results(replicas, name):
    """Loss and gradients of the first batch, then losses, weights and validation after 5 steps of SGD."""
    devices = [f"CPU:{k}" for k in range(replicas)]
    strategy = tf.distribute.MirroredStrategy(devices) if replicas > 1 else tf.distribute.get_strategy()
    images, labels = data()
    dataset = tf.data.Dataset.from_tensor_slices((images, labels)).batch(BATCH)
    with strategy.scope():
        model, loss = build_model(), make_loss(name, **LOSSES[name])
        model.compile(keras.optimizers.SGD(0.5), loss, metrics=[PresenceAwareDice(3)])
    first = next(iter(strategy.experimental_distribute_dataset(dataset.take(1))))
    value, gradients = value_and_gradients(strategy, model, loss, first)
    batches = [model.fit(dataset.skip(step).take(1), verbose=0).history for step in range(STEPS)]
    uneven = dataset.unbatch().take(15).batch(BATCH)  # 8 and 7 images: no equal shares for 4 replicas
    validation = model.evaluate(uneven, verbose=0)
    return [
        value, *gradients, [batch["loss"][0] for batch in batches], [batch["dice"][0] for batch in batches],
        *model.get_weights(), validation,
    ]  # fmt: skip


def value_and_gradients(strategy, model, loss, batch):
    def step(images, labels):
        with tf.GradientTape() as tape:
            value = loss(labels, model(images))
        return [value, *tape.gradient(value, model.trainable_variables)]

    per_replica = tf.function(lambda images, labels: strategy.run(step, (images, labels)))(*batch)
    value, *gradients = [strategy.reduce(tf.distribute.ReduceOp.SUM, each, axis=None).numpy() for each in per_replica]
    return value, gradients


if __name__ == "__main__":
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 4)
    path, replicas = sys.argv[1:]
    outcome = {f"{name}/{index}": value for name in LOSSES for index, value in enumerate(results(int(replicas), name))}
    np.savez(path, **outcome)
