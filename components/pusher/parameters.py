"""Where a blessed model goes."""

from components.base import Parameters


class PusherParameters(Parameters):
    """All of the pushing.

    Attributes:
        destination: Base directory a TF Serving model is configured with; versions are numbered below it. May be in an
            object store, such as s3://bucket/models/heart.
    """

    destination: str
