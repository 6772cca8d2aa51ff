"""The model channel: what the trainer writes and others read."""

from pathlib import Path

import keras

from components.json_file import write_json
from models.decision import Decision
from models.serving import export
from models.unet import UNetPlan, build_unet

SERVING = "serving"  # the SavedModel that is evaluated and served
NETWORK = "network.keras"  # the network for further training
PLAN = "plan.json"  # what decided the network's shape


def save_model(trained: keras.Model, plan: UNetPlan, decision: Decision, directory: Path) -> None:
    """Write all forms of the network; `trained` may live in a distribution strategy and carry an optimizer."""
    network = build_unet(plan)
    network.set_weights(trained.get_weights())
    export(network, decision, directory / SERVING)
    network.save(directory / NETWORK)
    write_json(directory / PLAN, plan.to_dict())
