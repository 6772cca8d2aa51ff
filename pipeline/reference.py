"""The reference of the configuration, written from the parameter classes: `python -m pipeline.reference > FILE`."""

import inspect
import json
import re
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from pipeline.config import PipelineConfig

REPOSITORY = Path(__file__).parent.parent
HEADER = """# Configuration

Made by `make reference` from the parameter classes. A configuration is one YAML file; `--set key=value` changes a key
of it, the value in YAML. The top-level key `data_root` is short for `example_gen.data_root`. Unknown keys are refused.
"""


def render_reference() -> str:
    """The whole page as Markdown: one section per group of keys."""
    return "\n".join([HEADER, *_sections("", PipelineConfig)]).rstrip() + "\n"


def _sections(prefix: str, model: type[BaseModel]) -> list[str]:
    summary, meanings = _documentation(model)
    lines = [f"## {prefix.rstrip('.') or 'top level'}\n", f"{summary}\n", "| key | type | default | meaning |"]
    lines.append("| --- | --- | --- | --- |")
    below: list[str] = []
    for name, field in model.model_fields.items():
        lines.append(
            f"| `{prefix}{name}` | {_type(field)} | {_default(field)} | {meanings.get(name, '').replace('|', '/')} |"
        )
        for nested in _models(field.annotation):
            mark = "[]" if get_origin(field.annotation) is tuple else ""
            below += _sections(f"{prefix}{name}{mark}.", nested)
    return [*lines, "", *below]


def _models(annotation: Any) -> list[type[BaseModel]]:
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in get_args(annotation) for model in _models(argument)]


def _type(field: FieldInfo) -> str:
    limits = ", ".join(str(limit) for limit in field.metadata if re.match(r"(Ge|Gt|Le|Lt|MinLen)\(", str(limit)))
    return _name(field.annotation) + (f" ({limits})" if limits else "")


def _name(annotation: Any) -> str:
    """A type as a reader of YAML thinks of it."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _name(arguments[0])
    if origin is Literal:
        return " or ".join(map(str, arguments))
    if origin in (Union, UnionType):
        return " or ".join(map(_name, arguments))
    if origin is tuple:
        return f"list of {_name(arguments[0])}" if arguments[-1] is ... else f"[{', '.join(map(_name, arguments))}]"
    if origin is dict:
        return f"mapping of {_name(arguments[0])} to {_name(arguments[1])}"
    if annotation is type(None):
        return "none"
    return getattr(annotation, "__name__", str(annotation))


def _default(field: FieldInfo) -> str:
    if field.default is PydanticUndefined:
        return "required"
    if isinstance(field.default, BaseModel):
        return "see below"
    return f"`{json.dumps(field.default).replace(str(REPOSITORY) + '/', '')}`"


def _documentation(model: type[BaseModel]) -> tuple[str, dict[str, str]]:
    """First paragraph of the class docstring, and the text of each name in its Attributes section."""
    docstring = inspect.getdoc(model) or ""
    head, _, attributes = docstring.partition("Attributes:")
    meanings: dict[str, str] = {}
    for names, text in re.findall(r"^ {4}([\w, ]+): (.*(?:\n {8}.*)*)", attributes, flags=re.MULTILINE):
        meanings |= {name.strip(): " ".join(text.split()) for name in names.split(",")}
    return " ".join(head.split()), meanings


if __name__ == "__main__":
    print(render_reference(), end="")
