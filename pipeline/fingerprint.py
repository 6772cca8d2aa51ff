"""What decides a component's output: the content of its inputs, its parameters, the code it runs, the outside world."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from components.base import Component
from pipeline.source_code import code_digests


def fingerprint(component: Component[Any], input_digests: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Digest of all that can change the output, and the facts it was made from.

    Args:
        input_digests: Content digest of each input channel.

    Returns:
        The key, and each fact as text under a dotted name: inputs.<channel>, parameters.<key>, code.<file> and
        external.<name>.
    """
    parameters = component.parameters.model_dump(mode="json", exclude=set(component.neutral))
    facts = {
        **{f"inputs.{channel}": digest for channel, digest in input_digests.items()},
        **dict(_flat("parameters", parameters)),
        **{f"code.{file}": digest for file, digest in code_digests(type(component).__module__).items()},
        **{f"external.{name}": digest for name, digest in component.external_content().items()},
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16], facts


def _flat(name: str, value: Any) -> list[tuple[str, str]]:
    """A nested value as dotted names and JSON texts."""
    if isinstance(value, dict) and value:
        return [item for key, inner in value.items() for item in _flat(f"{name}.{key}", inner)]
    if isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        return [item for place, inner in enumerate(value) for item in _flat(f"{name}.{place}", inner)]
    return [(name, json.dumps(value))]
