"""What decoding, fitting and unfitting cost beside the network: `labeldrop bench serving`."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from components.trainer.parameters import TrainerParameters
from models.plan import make_plan
from models.serving import export
from models.unet import build_unet
from pipeline.bench.side_by_side import Case, Ratio, measure

SIDE, STRUCTURES, BATCHES = 128, 3, (1, 8)
CALLS = {1: 8, 8: 1}  # in one timed case, so that each case takes about as long
NETWORK = "network alone"
SEGMENT = "segment, PNG to mask"


@dataclass(frozen=True)
class ServingBench:
    """What was measured, by batch size, each case against the bare network's forward pass."""

    by_batch: dict[int, list[Ratio]]


def bench_serving(rounds: int, report: Callable[[str], None]) -> ServingBench:
    """Time the exported signature `segment` and the default network on pictures of its own size."""
    network = build_unet(make_plan((SIDE, SIDE), STRUCTURES, TrainerParameters().network.base_features))
    with tempfile.TemporaryDirectory() as folder:
        export(network, "softmax", Path(folder))
        loaded = tf.saved_model.load(folder)
        results = {}
        for batch in BATCHES:
            report(f"Serving, default network, batch {batch} x {SIDE} x {SIDE}")
            cases = _cases(network, loaded.signatures["segment"], batch)
            results[batch] = measure(cases, NETWORK, rounds, warm_up=3, report=report)
    return ServingBench(results)


def _cases(network: keras.Model, segment: Callable[..., dict[str, tf.Tensor]], batch: int) -> dict[str, Case]:
    gray = np.random.default_rng(0).integers(0, 256, (batch, SIDE, SIDE, 1), np.uint8)
    files = tf.constant([tf.io.encode_png(picture).numpy() for picture in gray])
    images = tf.constant(gray, tf.float32) / 255.0
    forward = tf.function(lambda batch_of_images: network(batch_of_images, training=False))

    def alone() -> None:
        for _ in range(CALLS[batch]):
            forward(images).numpy()

    def served() -> None:
        for _ in range(CALLS[batch]):
            segment(image_bytes=files)["mask"].numpy()

    return {NETWORK: alone, SEGMENT: served}
