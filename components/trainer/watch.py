"""How well each structure of each domain is found while training goes on: for curves, never for choosing."""

from collections import defaultdict

import keras
import tensorflow as tf

from components.examples_artifact import ExamplesArtifact
from data_schemas.example_schema import feature_spec, load_schema
from models.decision import Decision, probabilities, structure_ids
from models.metrics import dice_per_structure

BATCH = 16


class DomainDice(keras.callbacks.Callback):
    """Adds `<split>/<domain>/<structure>` to the metrics of each epoch: mean Dice over images that label it."""

    def __init__(self, artifact: ExamplesArtifact, split: str, decision: Decision) -> None:
        super().__init__()
        self._artifact, self._split, self._decision = artifact, split, decision
        self._spec = feature_spec(load_schema(len(artifact.vocabulary)))

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Predict the split with the weights that validation used."""
        sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        files = [str(file) for file in self._artifact.files(self._split)]
        for serialized in tf.data.TFRecordDataset(files).batch(BATCH):
            records = tf.io.parse_example(serialized, self._spec)
            images, masks = (
                tf.stack([tf.io.decode_png(one, channels=1) for one in records[f"{name}/encoded"]])
                for name in ("image", "mask")
            )
            logits = self.model.predict_on_batch(tf.cast(images, tf.float32) / 255.0)
            guesses = structure_ids(probabilities(logits, self._decision))
            dice = dice_per_structure(masks[..., 0], guesses, len(self._artifact.vocabulary)).numpy()
            for row, domain, presence in zip(dice, records["domain"], records["label_presence"], strict=True):
                for name, value, labelled in zip(self._artifact.vocabulary.names, row, presence, strict=True):
                    own = sums[f"{self._split}/{domain.numpy().decode()}/{name}"]
                    own[0] += float(value) * int(labelled)
                    own[1] += int(labelled)
        if logs is not None:
            logs |= {key: total / number for key, (total, number) in sorted(sums.items()) if number}
