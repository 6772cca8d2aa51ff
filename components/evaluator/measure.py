"""Measures of one image: the prediction of the very SavedModel that would be served, held against its label."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from components.evaluator.cavity import Cavity, measure_cavity
from components.evaluator.distances import outline_distances
from components.evaluator.topology import enclosed_share, pieces
from models.metrics import dice_per_structure

ENCLOSED = ("LV", "MYO")  # inner and outer structure, where the vocabulary has both
CAVITY = "LV"  # whose volume is read, where the vocabulary has it
APICAL = ("2CH", "4CH")  # views that show its long axis


@dataclass(frozen=True)
class Picture:
    """What is drawn of a case: (H,W) uint8 each; truth is 0 where a structure is absent."""

    image: np.ndarray
    truth: np.ndarray
    prediction: np.ndarray


@dataclass(frozen=True)
class Case:
    """One evaluated image in numbers; length C where not said otherwise, NaN where a structure was not labelled.

    Attributes:
        unit: mm where the spacing is known, else px; areas are in its square.
        presence: Which structures were labelled.
        hd95, asd: NaN too where the truth or the prediction is empty.
        area_truth, area_prediction: area_prediction is known of every structure.
        pieces: Of the prediction.
        enclosed, enclosed_truth: Scalars, share of the inner structure's surroundings that the outer one fills in the
            prediction, and in the label where both are labelled.
        cavity_truth, cavity_prediction: Of the left ventricle in an apical view, where it was labelled and not empty.
    """

    example_id: str
    patient_id: str
    domain: str
    view: str
    frame: str
    unit: str
    presence: tuple[bool, ...]
    dice: tuple[float, ...]
    hd95: tuple[float, ...]
    asd: tuple[float, ...]
    area_truth: tuple[float, ...]
    area_prediction: tuple[float, ...]
    pieces: tuple[int, ...]
    enclosed: float
    enclosed_truth: float
    cavity_truth: Cavity | None = None
    cavity_prediction: Cavity | None = None


Predict = Callable[..., dict[str, tf.Tensor]]


def evaluate_batch(
    predict: Predict, serialized: tf.Tensor, spec: dict[str, tf.io.FixedLenFeature], structures: tuple[str, ...]
) -> Iterator[tuple[Case, Picture]]:
    """Predict and measure a batch of serialized records."""
    records = {key: value.numpy() for key, value in tf.io.parse_example(serialized, spec).items()}
    predictions = predict(examples=serialized)["mask"].numpy()
    for index, prediction in enumerate(predictions):
        image, truth = (
            tf.io.decode_png(records[f"{name}/encoded"][index], channels=1).numpy()[..., 0]
            for name in ("image", "mask")
        )
        text = {key: records[key][index].decode() for key in ("example_id", "patient_id", "domain", "view", "frame")}
        presence = records["label_presence"][index].astype(bool)
        picture = Picture(image, truth, prediction)
        yield measure(text, picture, presence, records["image/spacing_mm"][index], structures), picture


def measure(
    text: dict[str, str], picture: Picture, presence: np.ndarray, spacing_mm: np.ndarray, structures: tuple[str, ...]
) -> Case:
    """All measures of one prediction.

    Args:
        text: example_id, patient_id, domain, view and frame.
        presence: (C,) bool.
        spacing_mm: (2,), NaN where it is not known.
    """
    known = bool(np.isfinite(spacing_mm).all())
    spacing = (float(spacing_mm[0]), float(spacing_mm[1])) if known else (1.0, 1.0)
    truths = [picture.truth == number for number in range(1, len(structures) + 1)]
    guesses = [picture.prediction == number for number in range(1, len(structures) + 1)]
    dice = np.asarray(dice_per_structure(picture.truth[None], picture.prediction[None], len(structures)))[0]
    distances = [
        outline_distances(truth, guess, spacing) if labelled else None
        for truth, guess, labelled in zip(truths, guesses, presence, strict=True)
    ]
    pixel = spacing[0] * spacing[1]
    place = structures.index(CAVITY) if CAVITY in structures and text["view"] in APICAL else None
    cavities = (None, None) if place is None or not presence[place] else (
        measure_cavity(truths[place], spacing), measure_cavity(guesses[place], spacing)
    )  # fmt: skip
    return Case(
        **text, unit="mm" if known else "px", presence=tuple(map(bool, presence)),
        dice=_where(presence, dice), hd95=tuple(np.nan if d is None else d.hd95 for d in distances),
        asd=tuple(np.nan if d is None else d.asd for d in distances),
        area_truth=_where(presence, [truth.sum() * pixel for truth in truths]),
        area_prediction=tuple(float(guess.sum() * pixel) for guess in guesses),
        pieces=tuple(pieces(guess) for guess in guesses),
        enclosed=_enclosed(guesses, structures, np.ones_like(presence)),
        enclosed_truth=_enclosed(truths, structures, presence),
        cavity_truth=cavities[0], cavity_prediction=cavities[1],
    )  # fmt: skip


def _where(presence: np.ndarray, values: np.ndarray | list[float]) -> tuple[float, ...]:
    return tuple(float(value) if labelled else float("nan") for value, labelled in zip(values, presence, strict=True))


def _enclosed(masks: list[np.ndarray], structures: tuple[str, ...], presence: np.ndarray) -> float:
    places = [structures.index(name) for name in ENCLOSED if name in structures]
    if len(places) < len(ENCLOSED) or not presence[places].all():
        return float("nan")
    return enclosed_share(*(masks[place] for place in places))
