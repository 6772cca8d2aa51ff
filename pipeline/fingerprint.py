"""What decides a component's output: the content of its inputs, its parameters, the code it runs, the outside world."""

import hashlib
import importlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from components.base import Component
from components.content import digest_file

SHARED_CODE = ("data_schemas", "models")


def fingerprint(component: Component[Any], input_digests: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """Digest of all that can change the output, and the parts it was made from.

    Args:
        input_digests: Content digest of each input channel.
    """
    parameters = component.parameters.model_dump(mode="json", exclude=set(component.neutral))
    parts = {
        "inputs": dict(input_digests),
        "parameters": parameters,
        "code": _code_digest(component),
        "external": component.external_content(),
    }
    text = json.dumps(parts, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16], parts


def _code_digest(component: Component[Any]) -> str:
    package = type(component).__module__.rpartition(".")[0]
    modules = [*SHARED_CODE, package] if package else list(SHARED_CODE)
    total = hashlib.sha256()
    for name in modules:
        root = Path(str(importlib.import_module(name).__file__)).parent
        for file in sorted(root.rglob("*")):
            if file.suffix in {".py", ".yaml", ".pbtxt"}:
                total.update(f"{name}/{file.relative_to(root).as_posix()}\0{digest_file(file)}\n".encode())
    return total.hexdigest()
