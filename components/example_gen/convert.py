"""One frame of a source to one stored record: labels to structure ids, size, identity, split."""

import hashlib
import hmac
from dataclasses import dataclass

import cv2
import numpy as np
import tensorflow as tf

from components.example_gen.readers.base import BadRecordError, Frame
from components.example_gen.source import Source
from data_schemas.dataset_spec import DatasetSpec, FixedSplit, HashSplit, SplitRule
from data_schemas.record import SPLITS, Record
from data_schemas.vocabulary import Vocabulary
from models.geometry import fit_image, fit_mask, fitted_spacing, plan_fit

DIGITS = 16  # hexadecimal digits of an id


@dataclass(frozen=True)
class Converter:
    """Turns frames into records.

    Attributes:
        salt: Key of the hashes that replace the sources' own ids.
        image_size: Rows and columns of the stored pictures.
    """

    vocabulary: Vocabulary
    image_size: tuple[int, int]
    salt: bytes

    def record(self, source: Source, frame: Frame) -> Record:
        """The record of a frame.

        Raises:
            BadRecordError: The mask holds a label the dataset does not map, or the source names no valid split.
        """
        spec = source.spec
        patient = self._hashed("patient", source.namespace, frame.patient)
        annotated = _annotated(spec, frame)
        image, mask, spacing = self._fitted(frame, self._structure_ids(spec, frame.mask, annotated))
        return Record(
            image_png=_png(image), mask_png=_png(mask), height=image.shape[0], width=image.shape[1],
            spacing_mm=spacing, label_presence=self.vocabulary.presence(annotated), domain=spec.domain,
            dataset=spec.name, view=frame.view, frame=frame.frame, split=_split(spec.split, frame.split, patient),
            patient_id=patient, example_id=self._hashed("example", spec.name, frame.record),
        )  # fmt: skip

    def _structure_ids(self, spec: DatasetSpec, labels: np.ndarray, annotated: tuple[str, ...]) -> np.ndarray:
        """Source labels (H,W) → structure ids (H,W) uint8; what is not annotated becomes background."""
        unknown = sorted(set(np.unique(labels).tolist()) - set(spec.labels) - {0})
        if unknown:
            raise BadRecordError(f"expected mask labels among {[0, *sorted(spec.labels)]}. Received also: {unknown}")
        ids = np.zeros(256, np.uint8)
        for label, structure in spec.labels.items():
            if structure in annotated:
                ids[label] = self.vocabulary.mask_id(structure)
        return ids[labels]

    def _fitted(self, frame: Frame, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray, tuple[float, float]]:
        shape, spacing = tf.constant(frame.image.shape), tf.constant(frame.spacing_mm, tf.float32)
        fit = plan_fit(shape, spacing, self.image_size)
        image = fit_image(tf.constant(frame.image[..., None]), fit, self.image_size)
        mask = fit_mask(tf.constant(ids[..., None]), fit, self.image_size)
        rows, columns = fitted_spacing(shape, spacing, fit).numpy().tolist()
        gray = np.clip(np.rint(image.numpy()[..., 0]), 0, 255).astype(np.uint8)
        return gray, mask.numpy()[..., 0], (rows, columns)

    def _hashed(self, *parts: str) -> str:
        return hmac.new(self.salt, "\0".join(parts).encode(), hashlib.sha256).hexdigest()[:DIGITS]


def _annotated(spec: DatasetSpec, frame: Frame) -> tuple[str, ...]:
    if frame.annotated is None:
        return spec.annotated
    unknown = sorted(set(frame.annotated) - set(spec.annotated))
    if unknown:
        raise BadRecordError(f"expected annotated structures among {list(spec.annotated)}. Received also: {unknown}")
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
