"""The typical pixel spacing of the training data, for the network's plan."""

import numpy as np
import tensorflow as tf

from models.input_pipeline import Source


def median_spacing(source: Source) -> tuple[float, float] | None:
    """Median row and column spacing in mm over the records that know theirs; none where no record does."""
    spec = {"image/spacing_mm": source.spec["image/spacing_mm"]}
    records = tf.data.TFRecordDataset(list(source.files)).map(lambda record: tf.io.parse_single_example(record, spec))
    spacings = np.array([record["image/spacing_mm"] for record in records.as_numpy_iterator()])
    known = spacings[np.isfinite(spacings).all(axis=1)]
    if not len(known):
        return None
    row, column = np.median(known, axis=0).tolist()
    return row, column
