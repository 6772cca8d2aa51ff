"""Run in a process of its own that has TensorFlow and nothing of this project: load the export, call both signatures.

    python -I probe.py SAVED_MODEL REQUESTS.tfrecord ROUNDS ANSWERS.npz FACTS.json

It imports nothing of this project, so that what it can do a TF Serving user can.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

Signature = Callable[..., dict[str, Any]]
BAD_REQUESTS = {
    "not an image": b"hello",
    "an empty file": b"",
    "a truncated PNG": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
}


def main(saved_model: str, requests: str, rounds: str, answers: str, facts: str) -> None:
    """Answer the requests, refuse the bad ones, measure latency; write masks, probabilities and facts."""
    model = tf.saved_model.load(saved_model)
    serving, segment = (model.signatures[name] for name in ("serving_default", "segment"))
    examples = list(tf.data.TFRecordDataset(requests).as_numpy_iterator())
    by_example = serving(examples=tf.constant(examples))
    feature = {"image/encoded": tf.io.FixedLenFeature([], tf.string)}
    images = [tf.io.parse_single_example(example, feature)["image/encoded"].numpy() for example in examples]
    by_image = segment(image_bytes=tf.constant(images))
    refused = {name: _refusal(segment, content) for name, content in BAD_REQUESTS.items()}
    again = segment(image_bytes=tf.constant(images[:1]))["mask"].numpy()
    latencies = _latencies(segment, images[0], int(rounds))
    np.savez(answers, **{name: by_example[name].numpy() for name in ("mask", "probabilities", "size")})
    found = {
        "tensorflow": tf.__version__,
        "project_modules": sorted(name for name in sys.modules if name.split(".")[0] in ("components", "models")),
        "segment_agrees": float(np.mean(by_image["mask"].numpy() == by_example["mask"].numpy())),
        "refused": refused,
        "answers_after_refusal": bool(np.array_equal(again, by_image["mask"].numpy()[:1])),
        "p50_ms": float(np.percentile(latencies, 50)),
        "p99_ms": float(np.percentile(latencies, 99)),
    }
    Path(facts).write_text(json.dumps(found), encoding="utf-8")


def _refusal(segment: Signature, content: bytes) -> str:
    """Kind of error that a bad request gives; "answered" where it gives none."""
    try:
        segment(image_bytes=tf.constant([content]))
    except tf.errors.OpError as error:
        return type(error).__name__
    return "answered"


def _latencies(segment: Signature, image: bytes, rounds: int) -> list[float]:
    """Milliseconds of each request of one image, after one that does not count."""
    times = []
    for _ in range(rounds + 1):
        started = time.perf_counter()
        segment(image_bytes=tf.constant([image]))["mask"].numpy()
        times.append(1000 * (time.perf_counter() - started))
    return times[1:]


if __name__ == "__main__":
    main(*sys.argv[1:])
