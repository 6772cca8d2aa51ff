"""One frame of a source to one stored record: labels to structure ids, size, identity, split."""

import hashlib
import hmac
from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np
import tensorflow as tf

from components.example_gen.readers.base import BadRecordError, Frame
from components.example_gen.source import Source
from data_schemas.dataset_spec import DatasetSpec
from data_schemas.record import SPLITS, Record
from data_schemas.split_rule import FixedSplit, HashSplit, SplitRule
from data_schemas.vocabulary import Vocabulary
from models.geometry import fit_image, fit_mask, fitted_spacing, plan_fit

DIGITS = 16  # hexadecimal digits of an id


@dataclass(frozen=True)
class Identity:
    """Who and what a frame is.

    Attributes:
        patient_id, example_id: Salted hashes.
        annotated: Structures that somebody looked for.
    """

    patient_id: str
    example_id: str
    split: str
    annotated: tuple[str, ...]


@dataclass(frozen=True)
class Converter:
    """Turns frames into records.

    Attributes:
        salt: Key of the hashes that replace the sources' own ids.
        image_size: Rows and columns of the stored pictures.
        keep_aspect: Whether pictures are padded to that size; otherwise they are stretched.
    """

    vocabulary: Vocabulary
    image_size: tuple[int, int]
    salt: bytes
    keep_aspect: bool = True

    def record(self, source: Source, frame: Frame) -> Record:
        """The record of a frame.

        Raises:
            BadRecordError: The mask holds a label the dataset does not map, or the source names no valid split.
        """
        spec, who = source.spec, self.identity(source, frame)
        ids = self.structure_ids(spec, frame.mask, who.annotated)
        image, mask, spacing = self._fitted(frame.image, ids, spec.spacing.apply(frame.spacing_mm))
        return Record(
            image_png=_png(image), mask_png=_png(mask), height=image.shape[0], width=image.shape[1],
            spacing_mm=spacing, label_presence=self.vocabulary.presence(who.annotated), domain=spec.domain,
            dataset=spec.name, view=frame.view, frame=frame.frame, split=who.split, patient_id=who.patient_id,
            example_id=who.example_id,
        )  # fmt: skip

    def identity(self, source: Source, frame: Frame) -> Identity:
        """What a frame is, without its pixels.

        Raises:
            BadRecordError: The source names no valid split, view or annotated structure.
        """
        spec = source.spec
        patient = self.hashed("patient", source.namespace, frame.patient)
        return Identity(
            patient, self.hashed("example", spec.name, frame.record), _split(spec.split, frame.split, patient),
            _annotated(spec, frame),
        )  # fmt: skip

    def structure_ids(self, spec: DatasetSpec, labels: np.ndarray, annotated: tuple[str, ...]) -> np.ndarray:
        """Source labels (H,W) → structure ids (H,W) uint8; what is not annotated becomes background.

        Raises:
            BadRecordError: The mask holds a label the dataset does not map.
        """
        known = {0, *spec.labels, *spec.unused_labels}
        unknown = sorted(set(np.unique(labels).tolist()) - known)
        if unknown:
            raise BadRecordError(f"expected mask labels among {sorted(known)}. Received also: {unknown}")
        ids = np.zeros(256, np.uint8)
        for label, structure in spec.labels.items():
            if structure in annotated:
                ids[label] = self.vocabulary.mask_id(structure)
        return ids[labels]

    def _fitted(
        self, image: np.ndarray, ids: np.ndarray, spacing_mm: tuple[float, float]
    ) -> tuple[np.ndarray, np.ndarray, tuple[float, float]]:
        fitted, mask, spacing = _fitting(self.image_size, self.keep_aspect)(
            image[..., None], ids[..., None], np.asarray(spacing_mm, np.float32)
        )
        rows, columns = spacing.numpy().tolist()
        gray = np.clip(np.rint(fitted.numpy()[..., 0]), 0, 255).astype(np.uint8)
        return gray, mask.numpy()[..., 0], (rows, columns)

    def hashed(self, *parts: str) -> str:
        """Salted hash of some words."""
        return hmac.new(self.salt, "\0".join(parts).encode(), hashlib.sha256).hexdigest()[:DIGITS]


@cache
def _fitting(image_size: tuple[int, int], keep_aspect: bool) -> Any:
    """Image, mask and spacing to the stored size, as one graph: step by step it takes most of a conversion's time."""

    @tf.function(
        input_signature=[
            tf.TensorSpec([None, None, 1], tf.uint8), tf.TensorSpec([None, None, 1], tf.uint8),
            tf.TensorSpec([2], tf.float32),
        ]
    )  # fmt: skip
    def fit_all(image: tf.Tensor, ids: tf.Tensor, spacing: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        shape = tf.shape(image)[:2]
        fit = plan_fit(shape, spacing, image_size, keep_aspect)
        return fit_image(image, fit, image_size), fit_mask(ids, fit, image_size), fitted_spacing(shape, spacing, fit)

    return fit_all


def _annotated(spec: DatasetSpec, frame: Frame) -> tuple[str, ...]:
    if frame.view not in spec.views:
        raise BadRecordError(f"expected a view of the dataset, {list(spec.views)}. Received: {frame.view!r}")
    expected = spec.annotated_in(frame.view)
    if frame.annotated is None:
        return expected
    unknown = sorted(set(frame.annotated) - set(expected))
    if unknown:
        raise BadRecordError(f"expected annotated structures among {list(expected)}. Received also: {unknown}")
    return frame.annotated


def _split(rule: SplitRule, source_split: str | None, patient_id: str) -> str:
    if isinstance(rule, FixedSplit):
        return rule.split
    if isinstance(rule, HashSplit):
        place = int(patient_id, 16) / 16**DIGITS
        return "train" if place < rule.train else "val" if place < rule.train + rule.val else "test"
    if source_split not in SPLITS:
        raise BadRecordError(f"expected a split {SPLITS} from the dataset's own lists. Received: {source_split!r}")
    return source_split


def _png(picture: np.ndarray) -> bytes:
    _, encoded = cv2.imencode(".png", picture)
    return encoded.tobytes()
