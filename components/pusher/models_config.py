"""The snippet of models.config that a TF Serving user needs: newest version canary, the one before it stable."""

from collections.abc import Sequence

from google.protobuf import text_format
from tensorflow_serving.config import model_server_config_pb2

FILE = "models.config"


def models_config(name: str, base_path: str, versions: Sequence[int]) -> str:
    """Text for `tensorflow_model_server --model_config_file`: both labelled versions are loaded.

    Args:
        base_path: Where the server sees the versions.
        versions: Those that are there, smallest first; at least one.
    """
    canary = versions[-1]
    stable = versions[-2] if len(versions) > 1 else canary
    config = model_server_config_pb2.ModelServerConfig()
    entry = config.model_config_list.config.add(name=name, base_path=base_path, model_platform="tensorflow")
    entry.model_version_policy.specific.versions.extend(sorted({stable, canary}))
    entry.version_labels["stable"] = stable
    entry.version_labels["canary"] = canary
    return str(text_format.MessageToString(config))
