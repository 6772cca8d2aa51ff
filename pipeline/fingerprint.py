"""What decides a component's output: the content of its inputs, its parameters, the code it runs, the outside world."""

import hashlib
import importlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from components.base import Component

SHARED_CODE = ("data_schemas", "models")


def digest_tree(directory: Path) -> str:
    """SHA-256 over the names and contents of all files below a directory."""
    total = hashlib.sha256()
    for file in sorted(path for path in directory.rglob("*") if path.is_file()):
        total.update(f"{file.relative_to(directory).as_posix()}\0{digest_file(file)}\n".encode())
    return total.hexdigest()


def digest_file(file: Path) -> str:
    """SHA-256 of a file's content."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


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
