"""One record: one image with its partial label, as it is stored in a TFRecord."""

from dataclasses import dataclass

import tensorflow as tf

SPLITS = ("train", "val", "test")
FRAMES = ("ED", "ES", "unknown")


@dataclass(frozen=True)
class Record:
    """One stored image. Field by field the features of example.schema.pbtxt.

    Attributes:
        image_png: PNG bytes, (H,W) uint8.
        mask_png: PNG bytes, (H,W) uint8 structure ids, 0 = background; absent structures' pixels are 0.
        height, width: H and W in pixels.
        spacing_mm: Row and column spacing of the stored image in mm; NaN where the dataset does not say.
        label_presence: Length C; 1 = annotated (even when empty), 0 = nobody looked.
        patient_id: Salted hash, never the source's own id.
        example_id: Stable, unique key.
    """

    image_png: bytes
    mask_png: bytes
    height: int
    width: int
    spacing_mm: tuple[float, float]
    label_presence: tuple[int, ...]
    domain: str
    dataset: str
    view: str
    frame: str
    split: str
    patient_id: str
    example_id: str

    def serialize(self) -> bytes:
        """Bytes of the tf.train.Example, the same for the same record (map keys in sorted order)."""
        features = {
            "image/encoded": _bytes(self.image_png),
            "mask/encoded": _bytes(self.mask_png),
            "image/height": _ints(self.height),
            "image/width": _ints(self.width),
            "image/spacing_mm": tf.train.Feature(float_list=tf.train.FloatList(value=self.spacing_mm)),
            "label_presence": _ints(*self.label_presence),
            **{
                name: _bytes(getattr(self, name).encode())
                for name in ("domain", "dataset", "view", "frame", "split", "patient_id", "example_id")
            },
        }
        example = tf.train.Example(features=tf.train.Features(feature=features))
        return example.SerializeToString(deterministic=True)


def _bytes(value: bytes) -> tf.train.Feature:
    return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))


def _ints(*values: int) -> tf.train.Feature:
    return tf.train.Feature(int64_list=tf.train.Int64List(value=values))
