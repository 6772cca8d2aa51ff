"""Where a network trains: all GPUs, or the CPU as one or several logical devices, always under MirroredStrategy."""

import tensorflow as tf


def configure_devices(logical_cpus: int) -> None:
    """Let GPU memory grow and split the CPU. Must come before TensorFlow does any work in this process.

    Raises:
        RuntimeError: TensorFlow has already started with another number of devices.
    """
    for gpu in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(gpu, True)
    cpu = tf.config.list_physical_devices("CPU")[0]
    if logical_cpus > 1:
        tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * logical_cpus)


def mirrored_strategy() -> tf.distribute.MirroredStrategy:
    """MirroredStrategy over every GPU, or over every logical CPU where there is none."""
    gpus = tf.config.list_logical_devices("GPU")
    devices = gpus or tf.config.list_logical_devices("CPU")
    return tf.distribute.MirroredStrategy([device.name for device in devices])
