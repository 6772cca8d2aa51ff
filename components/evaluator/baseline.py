"""The model that is served now, which a new one must not be much worse than."""

import json

from upath import UPath

from components.trainer.model_artifact import LABELS


def served_model(destination: str | None, structures: tuple[str, ...]) -> UPath | None:
    """The highest version below the destination; none where there is none, or one of other structures."""
    if destination is None or not UPath(destination).is_dir():
        return None
    versions = [int(entry.name) for entry in UPath(destination).iterdir() if entry.name.isdecimal()]
    highest = UPath(destination) / str(max(versions, default=0))
    labels = highest / LABELS.as_posix()
    if not versions or not labels.is_file():
        return None
    known = tuple(entry["name"] for entry in json.loads(labels.read_text(encoding="utf-8"))["structures"])
    return highest if known == structures else None
