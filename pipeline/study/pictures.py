"""The same test images as each arm sees them: the shortcut and its cure, for people."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import tensorflow as tf
from PIL import Image

from components.evaluator.beam_job import draw_cases
from components.examples_artifact import ExamplesArtifact
from components.overlay import side_by_side
from components.trainer.model_artifact import SERVING
from data_schemas.example_schema import feature_spec, load_schema

FOLDER = "pictures"
SHOWN, HEIGHT, BATCH = 2, 192, 16


@dataclass(frozen=True)
class Drawn:
    """A picture of image, label and prediction side by side.

    Attributes:
        number: Which of the shown test images of the domain.
    """

    arm: str
    domain: str
    number: int
    file: Path

    def caption(self, titles: dict[str, str]) -> str:
        """For the report."""
        return f"{titles.get(self.arm, self.arm)}, image {self.number} of {self.domain}"


def draw_arm(arm: str, examples: Path, model: Path, domain: str, study_root: Path) -> None:
    """Draw some test images of a domain, the same ones for each arm."""
    artifact = ExamplesArtifact.load(examples)
    files = artifact.files("test")
    spec = feature_spec(load_schema(len(artifact.vocabulary)))
    found = []
    for serialized in tf.data.TFRecordDataset([str(file) for file in files]).batch(BATCH):
        records = tf.io.parse_example(serialized, spec)
        pairs = zip(records["domain"].numpy(), records["example_id"].numpy(), strict=True)
        found += [name.decode() for where, name in pairs if where.decode() == domain]
    found.sort()
    wanted = [found[len(found) * (place + 1) // (SHOWN + 1)] for place in range(SHOWN)] if found else []
    folder = study_root / FOLDER
    folder.mkdir(exist_ok=True)
    for case, picture in draw_cases(model / SERVING, artifact.vocabulary.names, BATCH, files, set(wanted)):
        row = side_by_side(picture.image, [picture.truth, picture.prediction], artifact.vocabulary.colors, HEIGHT)
        Image.fromarray(row).save(folder / f"{arm}-{domain}-{wanted.index(case.example_id) + 1}.png")


def drawn_pictures(study_root: Path, arms: Sequence[str]) -> list[Drawn]:
    """What is there of these arms, image by image, the arms in their order."""
    found = []
    for file in (study_root / FOLDER).glob("*-*-*.png"):
        arm, domain, number = file.stem.rsplit("-", 2)
        if arm in arms:
            found.append(Drawn(arm, domain, int(number), file))
    return sorted(found, key=lambda one: (one.domain, one.number, arms.index(one.arm)))
