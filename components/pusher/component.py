"""Pusher: a model that both validators bless → pushed_model."""

import shutil
from pathlib import Path
from typing import Any

from upath import UPath

from components.base import Component, Context, Directories
from components.evaluator.artifacts import METRICS, read_verdict
from components.examples_artifact import ExamplesArtifact
from components.json_file import read_json, write_json
from components.pusher.model_card import CARD, model_card
from components.pusher.models_config import FILE, models_config
from components.pusher.parameters import PusherParameters
from components.pusher.versions import SAVED_MODEL, keep_newest, push, versions
from components.trainer.model_artifact import EXTRA, SERVING
from components.trainer.run_artifact import RUN

PUSHED = "pushed.json"


class Pusher(Component[PusherParameters]):
    """Copies a blessed SavedModel with its card to `<destination>/<version>/` and pushes nothing else.

    Channels:
        examples, model_run, evaluation: What the model card tells of data, training and metrics.
        model: The SavedModel.
        blessing: The evaluator's verdict.
        infra_blessing: Whether it can be served.
        pushed_model: `pushed.json`, the version and where it is, or that nothing was pushed; `serving/`, what was
            pushed.
    """

    name = "Pusher"
    inputs = ("examples", "model", "model_run", "evaluation", "blessing", "infra_blessing")
    outputs = ("pushed_model",)

    def execute(self, inputs: Directories, outputs: Directories, context: Context) -> None:
        """Push when blessed; say plainly when not."""
        verdicts = {channel: read_verdict(inputs[channel]) for channel in ("blessing", "infra_blessing")}
        facts: dict[str, object] = {**verdicts, "pushed": False}
        if set(verdicts.values()) == {"BLESSED"}:
            whole = outputs["pushed_model"] / SERVING
            _complete(inputs, whole)
            target = self._push(whole, context)
            facts |= {"pushed": True, "version": int(target.name), "path": str(target)}
            context.report(f"Pushed {target}")
        else:
            context.report("Nothing pushed: " + ", ".join(f"{name} is {value}" for name, value in verdicts.items()))
        write_json(outputs["pushed_model"] / PUSHED, facts)

    def _push(self, saved_model: Path, context: Context) -> UPath:
        """Push, remove what is too old, and write models.config beside the versions."""
        parameters, destination = self.parameters, UPath(self.parameters.destination)
        target = push(saved_model, destination, parameters.version == "time")
        if parameters.keep_versions is not None:
            for version in keep_newest(destination, parameters.keep_versions):
                context.report(f"Removed version {version}: pusher.keep_versions is {parameters.keep_versions}")
        base_path = parameters.serving_path or str(destination.resolve())
        text = models_config(parameters.serving_name, base_path, versions(destination))
        (destination / FILE).write_text(text, encoding="utf-8")
        return target

    def is_current(self, outputs: Directories) -> bool:
        """A pushed version that somebody deleted is pushed again."""
        facts = read_json(outputs["pushed_model"] / PUSHED)
        return not facts["pushed"] or is_pushed(facts)


def is_pushed(facts: dict[str, Any]) -> bool:
    """Whether the version that `pushed.json` names is still where it was pushed to."""
    return bool(facts["pushed"]) and bool((UPath(facts["path"]) / SAVED_MODEL).is_file())


def _complete(inputs: Directories, target: Path) -> None:
    """The SavedModel with its model card."""
    shutil.copytree(inputs["model"] / SERVING, target)
    metrics, training = read_json(inputs["evaluation"] / METRICS), read_json(inputs["model_run"] / RUN)
    card = model_card(ExamplesArtifact.load(inputs["examples"]), metrics, training)
    (target / EXTRA).mkdir(exist_ok=True)
    (target / EXTRA / CARD).write_text(card, encoding="utf-8")
