"""Reading YAML safely: no object construction, and a repeated key is an error instead of a silent overwrite."""

from pathlib import Path
from typing import Any

import yaml
from upath import UPath


class _UniqueKeyLoader(yaml.SafeLoader):
    """SafeLoader that refuses a mapping with the same key twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                line = key_node.start_mark.line + 1
                raise yaml.YAMLError(f"line {line}: expected each key once. Received a second: {key!r}")
            seen.add(key)
        return super().construct_mapping(node, deep)


def parse_yaml(text: str) -> Any:
    """Content of a YAML text as plain Python types.

    Raises:
        ValueError: Not valid YAML, or a key stands twice in one mapping.
    """
    try:
        return yaml.load(text, Loader=_UniqueKeyLoader)
    except yaml.YAMLError as error:
        raise ValueError(f"expected valid YAML. Received: {error}") from None


def read_yaml(path: str | Path | UPath) -> Any:
    """Content of a YAML file, local or in an object store, as plain Python types.

    Raises:
        ValueError: The file is missing, not UTF-8, not valid YAML, or repeats a key.
    """
    try:
        text = UPath(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: expected a readable UTF-8 YAML file. Received: {error}") from None
    try:
        return parse_yaml(text)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
