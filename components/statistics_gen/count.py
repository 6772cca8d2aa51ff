"""Counting one serialized record."""

from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np
import tensorflow as tf
from tensorflow_metadata.proto.v0 import schema_pb2

from components.base import UserError
from components.statistics_gen.tally import AREA_BINS, GRAY_LEVELS, Tally

KINDS = {schema_pb2.BYTES: "bytes_list", schema_pb2.INT: "int64_list", schema_pb2.FLOAT: "float_list"}


def count(tally: Tally, serialized: bytes, schema: schema_pb2.Schema, structures: tuple[str, ...]) -> Tally:
    """Add one tf.Example to a tally; one that does not follow the schema is counted by what is wrong with it."""
    features = tf.train.Example.FromString(serialized).features.feature
    problems = _problems(features, schema)
    tally.features.update(problems)
    if any(kind != "unknown" for kind, _ in problems):
        return tally
    text = {
        name: features[name].bytes_list.value[0].decode()
        for name in ("split", "domain", "dataset", "view", "frame", "patient_id", "example_id")
    }
    presence = tuple(features["label_presence"].int64_list.value)
    where = (text["split"], text["domain"])
    tally.records[*where, text["dataset"], text["view"], text["frame"], presence] += 1
    tally.patients.setdefault(text["patient_id"], set()).add(text["split"])
    spacing = features["image/spacing_mm"].float_list.value
    known = np.isfinite(spacing).all()
    tally.spacings[where, f"{spacing[0]:.3g} x {spacing[1]:.3g}" if known else "unknown"] += 1
    image, mask = (_decoded(features[f"{name}/encoded"].bytes_list.value[0]) for name in ("image", "mask"))
    tally.sizes[where, int(image.shape[0]), int(image.shape[1])] += 1
    part = Tally(gray={where: np.bincount(image.ravel(), minlength=GRAY_LEVELS)})
    _count_areas(part, where, mask, presence, structures, text["example_id"])
    return tally.merge(part)


def _problems(features: Mapping[str, Any], schema: schema_pb2.Schema) -> list[tuple[str, str]]:
    """Features that are missing, of another type or length, or in no schema."""
    found: list[tuple[str, str]] = []
    expected = {feature.name: feature for feature in schema.feature}
    for name, feature in expected.items():
        if name not in features:
            found.append(("missing", name))
            continue
        value = features[name]
        kind = KINDS[feature.type]
        length = int(np.prod([dim.size for dim in feature.shape.dim], dtype=int))
        if value.WhichOneof("kind") != kind or len(getattr(value, kind).value) != length:
            found.append(("type", name))
    found += [("unknown", name) for name in features if name not in expected]
    return found


def _decoded(encoded: bytes) -> np.ndarray:
    picture = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_UNCHANGED)
    if picture is None or picture.ndim != 2 or picture.dtype != np.uint8:
        raise UserError("Invalid picture in a record. Expected an 8-bit gray PNG. Next step: run ExampleGen again.")
    return picture


def _count_areas(
    part: Tally, where: tuple[str, str], mask: np.ndarray, presence: tuple[int, ...], structures: tuple[str, ...],
    example_id: str,
) -> None:  # fmt: skip
    pixels = np.bincount(mask.ravel(), minlength=len(structures) + 1)
    for index, structure in enumerate(structures):
        fraction = pixels[index + 1] / mask.size
        if presence[index]:
            histogram = np.zeros(AREA_BINS, np.int64)
            histogram[min(int(fraction * AREA_BINS), AREA_BINS - 1)] = 1
            part.areas[where, structure] = histogram
        elif fraction:
            part.contradictions[structure] += 1
            part.contradicting.append(example_id)
