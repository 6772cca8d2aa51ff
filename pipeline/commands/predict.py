"""`labeldrop predict`."""

from pathlib import Path

import click
import numpy as np
from PIL import Image

from components.base import UserError
from components.overlay import overlay
from pipeline.prediction.inputs import InputError, InputFile, open_input
from pipeline.prediction.model import PushedModel


def predict_files(model_dir: str, images: tuple[str, ...], out: str) -> None:
    """Write a mask and an overlay for each file; a bad file is named and the others are still done.

    Raises:
        UserError: The model cannot be used, two files share a name, or at least one file could not be segmented.
    """
    inputs, failures = _open_all(images)
    model = PushedModel(Path(model_dir))
    Path(out).mkdir(parents=True, exist_ok=True)
    for file in inputs:
        try:
            click.echo(f"{file.path} -> {_predict_one(model, file, Path(out))}")
        except InputError as error:
            failures.append(str(error))
    if failures:
        raise UserError("\n".join([f"{len(failures)} of {len(images)} files could not be segmented:", *failures]))


def _open_all(images: tuple[str, ...]) -> tuple[list[InputFile], list[str]]:
    inputs: dict[str, InputFile] = {}
    failures = []
    for path in images:
        try:
            file = open_input(Path(path))
        except InputError as error:
            failures.append(str(error))
            continue
        if file.stem in inputs:
            raise UserError(
                f"Expected files with different names, because outputs are named after them. "
                f"Received: {inputs[file.stem].path} and {path}"
            )
        inputs[file.stem] = file
    return list(inputs.values()), failures


def _predict_one(model: PushedModel, file: InputFile, out: Path) -> Path:
    masks: list[np.ndarray] = []
    overlays: list[Image.Image] = []
    for frame in file.frames():
        mask = model.segment(frame, file.spacing_mm)
        masks.append(mask)
        overlays.append(Image.fromarray(overlay(frame, mask, model.vocabulary.colors)))
    if len(overlays) == 1:
        overlays[0].save(out / f"{file.stem}_overlay.png")
    else:
        overlays[0].save(
            out / f"{file.stem}_overlay.gif", save_all=True, append_images=overlays[1:], duration=40, loop=0
        )
    return file.write_masks(masks, out)
