"""What a user may set of the report."""

from components.base import Parameters


class ReporterParameters(Parameters):
    """All of it.

    Attributes:
        title: Heading of the report.
    """

    title: str = "labeldrop"
