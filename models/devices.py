"""Where a network trains: all GPUs, the CPU as one or several logical devices, or several machines."""

import json
import os
from typing import Any

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


def several_workers() -> bool:
    """Whether TF_CONFIG names more than one worker."""
    cluster = _tf_config().get("cluster", {})
    return len(cluster.get("chief", [])) + len(cluster.get("worker", [])) > 1


def is_chief() -> bool:
    """Whether this process is the one that writes: the chief, or the first worker of a cluster without one."""
    task = _tf_config().get("task", {})
    if not several_workers() or task.get("type") == "chief":
        return True
    return not _tf_config()["cluster"].get("chief") and int(task.get("index", 0)) == 0


def multi_worker_strategy() -> tf.distribute.MultiWorkerMirroredStrategy:
    """Connect to the workers that TF_CONFIG names; waits until all are there.

    Must come before TensorFlow does any work in this process.
    """
    return tf.distribute.MultiWorkerMirroredStrategy()


def _tf_config() -> dict[str, Any]:
    return json.loads(os.environ.get("TF_CONFIG") or "{}")
