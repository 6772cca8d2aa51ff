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


def five_steps(strategy, name):
    """Losses and first gradients, and the weights after 5 steps of SGD, in a training loop of our own."""
    batches = strategy.experimental_distribute_dataset(tf.data.Dataset.from_tensor_slices(data()).batch(BATCH))
    with strategy.scope():
        model, optimizer, loss = build_model(), keras.optimizers.SGD(0.5), make_loss(name, **LOSSES[name])
        optimizer.build(model.trainable_variables)

    def step(images, labels):
        with tf.GradientTape() as tape:
            value = loss(labels, model(images))
        gradients = tape.gradient(value, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return [value, *gradients]

    distributed_step = tf.function(lambda images, labels: strategy.run(step, (images, labels)))
    outputs = [
        [strategy.reduce(tf.distribute.ReduceOp.SUM, each, axis=None).numpy() for each in distributed_step(*batch)]
        for batch in batches
    ]
    return [[output[0] for output in outputs], *outputs[0][1:], *model.get_weights()]


def keras_reports(strategy, name):
    """Loss and Dice as plain fit and evaluate report them, and the weights after 5 steps of SGD."""
    dataset = tf.data.Dataset.from_tensor_slices(data())
    with strategy.scope():
        model = build_model()
        model.compile(keras.optimizers.SGD(0.5), make_loss(name, **LOSSES[name]), metrics=[PresenceAwareDice(3)])
    history = model.fit(dataset.batch(BATCH), epochs=STEPS, steps_per_epoch=1, verbose=0).history
    uneven = dataset.take(15).batch(BATCH)  # 8 and 7 images: no equal shares for 4 replicas
    return [history["loss"], history["dice"], *model.get_weights(), model.evaluate(uneven, verbose=0)]


if __name__ == "__main__":
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 4)
    path, replicas = sys.argv[1], int(sys.argv[2])
    devices = [f"CPU:{k}" for k in range(replicas)]
    strategy = tf.distribute.MirroredStrategy(devices) if replicas > 1 else tf.distribute.get_strategy()
    everything = {name: five_steps(strategy, name) for name in LOSSES} | {"fit": keras_reports(strategy, "marginal")}
    outcome = {f"{name}/{index}": value for name, values in everything.items() for index, value in enumerate(values)}
    np.savez(path, **outcome)
