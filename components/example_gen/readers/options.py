"""Kinds of values that readers' options have in common."""

import re
from pathlib import PurePosixPath
from typing import Annotated

from pydantic import AfterValidator, Field


def _stays_inside(value: str) -> str:
    path = PurePosixPath(value)
    if path.is_absolute() or ".." in path.parts:
        raise ValueError("expected a path below the dataset's root")
    return value


def _names_the_patient(value: str) -> str:
    try:
        groups = re.compile(value).groupindex
    except re.error as error:
        raise ValueError(f"expected a regular expression ({error})") from None
    if "patient" not in groups:
        raise ValueError("expected a group (?P<patient>...), so that splits can be made by patient")
    return value


def _in_order(value: tuple[float, float]) -> tuple[float, float]:
    if not value[0] < value[1]:
        raise ValueError("expected [black, white] with black < white")
    return value


Below = Annotated[str, AfterValidator(_stays_inside)]
PatientPattern = Annotated[str, AfterValidator(_names_the_patient)]
Window = Annotated[tuple[float, float], Field(description="black, white"), AfterValidator(_in_order)]
