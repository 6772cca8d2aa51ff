"""`labeldrop predict`."""

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import numpy as np
from PIL import Image
from upath import UPath

from components.base import UserError
from components.files import local_copy, upload
from components.overlay import overlay
from pipeline.prediction.inputs import InputError, InputFile, open_input
from pipeline.prediction.model import PushedModel
from pipeline.prediction.segmenter import Segmenter


def predict_files(model_dir: str, images: tuple[str, ...], out: str) -> None:
    """Write a mask and an overlay for each file; a bad file is named and the others are still done.

    Model, images and output may be in a folder or an object store.

    Raises:
        UserError: The model cannot be used, two files share a name, or at least one file could not be segmented.
    """
    segment_files(PushedModel(model_dir), images, out)


def segment_files(model: Segmenter, images: tuple[str, ...], out: str) -> None:
    """The same with any segmenter."""
    failures: list[str] = []
    with ExitStack() as copies:
        inputs = _open_all(images, copies, failures)
        target = UPath(out)
        folder = target if isinstance(target, Path) else Path(copies.enter_context(TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        for image, file in inputs.items():
            try:
                click.echo(f"{image} -> {target / _predict_one(model, file, folder).name}")
            except InputError as error:
                text = str(error)
                failures.append(text if text.startswith(image) else f"{image}: {text}")
        if folder is not target:
            upload(folder, target)
    if failures:
        raise UserError("\n".join([f"{len(failures)} of {len(images)} files could not be segmented:", *failures]))


def _open_all(images: tuple[str, ...], copies: ExitStack, failures: list[str]) -> dict[str, InputFile]:
    """Each image as a local file; what cannot be opened is added to the failures."""
    inputs: dict[str, InputFile] = {}
    names: dict[str, str] = {}
    for image in images:
        path = UPath(image)
        if not path.is_file():
            failures.append(f"{image}: expected a file. Received: no such file")
            continue
        try:
            file = open_input(copies.enter_context(local_copy(path)))
        except InputError as error:
            failures.append(str(error))
            continue
        if file.stem in names:
            raise UserError(
                f"Expected files with different names, because outputs are named after them. "
                f"Received: {names[file.stem]} and {image}"
            )
        names[file.stem] = image
        inputs[image] = file
    return inputs


def _predict_one(model: Segmenter, file: InputFile, out: Path) -> Path:
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
