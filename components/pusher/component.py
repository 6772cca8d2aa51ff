"""Pusher: model, blessing → pushed_model."""

import shutil
from pathlib import Path
from typing import Any

from upath import UPath

from components.base import Component, Context, Directories
from components.content import digest_tree
from components.durable import publish
from components.evaluator.artifacts import read_verdict
from components.files import upload
from components.json_file import read_json, write_json
from components.pusher.parameters import PusherParameters
from components.trainer.model_artifact import SERVING

PUSHED = "pushed.json"
SAVED_MODEL = "saved_model.pb"  # TF Serving takes a version for whole once it is there


class Pusher(Component[PusherParameters]):
    """Copies a blessed SavedModel to `<destination>/<version>/` and pushes nothing else.

    Channels:
        model: The SavedModel.
        blessing: The evaluator's verdict.
        infra_blessing: Whether it can be served.
        pushed_model: `pushed.json`, the version and where it is, or that nothing was pushed.
    """

    name = "Pusher"
    inputs = ("model", "blessing", "infra_blessing")
    outputs = ("pushed_model",)

    def execute(self, inputs: Directories, outputs: Directories, context: Context) -> None:
        """Push when blessed; say plainly when not."""
        verdicts = {channel: read_verdict(inputs[channel]) for channel in ("blessing", "infra_blessing")}
        facts: dict[str, object] = {**verdicts, "pushed": False}
        if set(verdicts.values()) == {"BLESSED"}:
            target = push(inputs["model"] / SERVING, UPath(self.parameters.destination))
            facts |= {"pushed": True, "version": int(target.name), "path": str(target)}
            context.report(f"Pushed {target}")
        else:
            context.report("Nothing pushed: " + ", ".join(f"{name} is {value}" for name, value in verdicts.items()))
        write_json(outputs["pushed_model"] / PUSHED, facts)

    def is_current(self, outputs: Directories) -> bool:
        """A pushed version that somebody deleted is pushed again."""
        facts = read_json(outputs["pushed_model"] / PUSHED)
        return not facts["pushed"] or is_pushed(facts)


def is_pushed(facts: dict[str, Any]) -> bool:
    """Whether the version that `pushed.json` names is still where it was pushed to."""
    return bool(facts["pushed"]) and bool((UPath(facts["path"]) / SAVED_MODEL).is_file())


def push(saved_model: Path, destination: UPath) -> UPath:
    """Copy a SavedModel to the next version, so that TF Serving never sees half of one.

    In a folder it is copied aside and renamed; an object store has no renaming, and saved_model.pb goes there last. The
    highest version is taken where it is this very model: a push that was cut off after it is not made twice.

    Returns:
        The version's directory.
    """
    destination.mkdir(parents=True, exist_ok=True)
    entries = destination.iterdir() if destination.is_dir() else ()  # an empty place in a store is not there
    versions = [int(entry.name) for entry in entries if entry.name.isdecimal()]
    highest = destination / str(max(versions, default=0))
    digest = digest_tree(saved_model)
    if isinstance(destination, Path) and highest.is_dir() and digest_tree(highest) == digest:
        return highest
    target = destination / str(max(versions, default=0) + 1)
    if not isinstance(destination, Path):
        upload(saved_model, target, last=SAVED_MODEL)
        return target
    aside = destination / f".pushing-{digest[:16]}"
    shutil.rmtree(aside, ignore_errors=True)  # of a push that was cut off
    shutil.copytree(saved_model, aside)
    publish(aside, Path(target))
    return target
