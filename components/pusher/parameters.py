"""Where a blessed model goes."""

from typing import Annotated, Literal

from pydantic import Field

from components.base import Parameters


class PusherParameters(Parameters):
    """All of the pushing.

    Attributes:
        destination: Base directory a TF Serving model is configured with; versions are numbered below it. May be in an
            object store, such as s3://bucket/models/heart.
        version: next numbers versions one after another, time takes the seconds since 1970 (UTC).
        keep_versions: How many of the newest versions stay, all where none is given; at least the two that the labels
            stable and canary name.
        serving_name: The name that models.config gives the model.
        serving_path: Where the server sees the destination, for models.config; none takes the destination itself.
    """

    destination: str
    version: Literal["next", "time"] = "next"
    keep_versions: Annotated[int, Field(ge=2)] | None = None
    serving_name: str = Field(default="labeldrop", min_length=1)
    serving_path: str | None = None
