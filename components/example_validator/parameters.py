"""What a user may set of the validation."""

from typing import Literal

from components.base import Parameters


class ExampleValidatorParameters(Parameters):
    """All of it; thresholds of drift stand in data_schemas/example.schema.pbtxt.

    Attributes:
        stop_on: Severity from which the run stops; never only writes the anomalies down.
        previous_statistics: Directory of the statistics of the previous span, to compare with; none compares with none.
    """

    stop_on: Literal["error", "warning", "never"] = "error"
    previous_statistics: str | None = None
