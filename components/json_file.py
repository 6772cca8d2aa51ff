"""JSON as every artifact stores it: indented, UTF-8, NaN as null."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def write_json(file: Path, content: Any) -> None:
    """Write plain Python types; a number that is not finite becomes null."""
    file.write_text(json.dumps(_finite(content), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def write_json_lines(file: Path, contents: Sequence[Any]) -> None:
    """Write one JSON value a line."""
    lines = [json.dumps(_finite(content), ensure_ascii=False) + "\n" for content in contents]
    file.write_text("".join(lines), encoding="utf-8")


def read_json(file: Path) -> Any:
    """Content of a JSON file."""
    return json.loads(file.read_text(encoding="utf-8"))


def _finite(content: Any) -> Any:
    if isinstance(content, dict):
        return {key: _finite(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_finite(value) for value in content]
    if isinstance(content, float) and not math.isfinite(content):
        return None
    return content
