"""The model channel: what the trainer writes and others read."""

from dataclasses import asdict
from pathlib import Path

import keras

from components.json_file import read_json, write_json
from components.trainer.warm_up import write_warm_up
from data_schemas.vocabulary import Structure, Vocabulary
from models.decision import Decision
from models.plan import UNetPlan
from models.serving import export
from models.unet import build_unet

SERVING = "serving"  # the SavedModel that is evaluated and served
NETWORK = "network.keras"  # the network for further training
PLAN = "plan.json"  # what decided the network's shape
DECISION = "decision.json"  # how its logits become a mask
EXTRA = "assets.extra"  # beside the graph: what TF Serving passes by, but for the warm-up requests
LABELS = Path(EXTRA) / "labels.json"  # what the mask ids mean


def save_model(
    trained: keras.Model, plan: UNetPlan, decision: Decision, vocabulary: Vocabulary, directory: Path,
    keep_aspect: bool = True,
) -> keras.Model:  # fmt: skip
    """Write all forms of the network; `trained` may live in a distribution strategy and carry an optimizer.

    Args:
        keep_aspect: Whether the training images were padded to their size; otherwise they were stretched.

    Returns:
        The network that was written: one head, float32.
    """
    network = build_unet(plan)
    for layer in network.layers:  # by name: training may have had further heads, and another precision
        layer.set_weights(trained.get_layer(layer.name).get_weights())
    export(network, decision, directory / SERVING, keep_aspect)
    labels = directory / SERVING / LABELS
    labels.parent.mkdir()
    structures = [asdict(structure) for structure in vocabulary.structures]
    write_json(labels, {"background": 0, "structures": structures})
    write_warm_up(directory / SERVING / EXTRA, plan.image_size)
    network.save(directory / NETWORK)
    write_json(directory / PLAN, plan.to_dict())
    write_json(directory / DECISION, {"decision": decision})
    return network


def decision_of_model(model: Path) -> Decision:
    """How the logits of a model artifact's network become a mask."""
    decision: Decision = read_json(model / DECISION)["decision"]
    return decision


def read_labels(saved_model: Path) -> Vocabulary:
    """The structures a SavedModel answers with, in the order of their ids.

    Raises:
        FileNotFoundError: The SavedModel was not written by this project.
    """
    return read_labels_file(saved_model / LABELS)


def read_labels_file(file: Path) -> Vocabulary:
    """The structures that a labels.json tells."""
    return Vocabulary(tuple(Structure(**entry) for entry in read_json(file)["structures"]))
