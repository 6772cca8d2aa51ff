"""ExampleValidator: statistics → anomalies."""

from pathlib import Path

from rich.table import Table
from tensorflow_metadata.proto.v0 import anomalies_pb2, schema_pb2

from components.base import Component, Context, Directories, UserError
from components.content import digest_tree
from components.example_validator.checks import Anomaly, check
from components.example_validator.parameters import ExampleValidatorParameters
from components.statistics_artifact import read_tables
from components.text import render
from data_schemas.example_schema import load_schema

PROTO = "anomalies.pb"
TEXT = "anomalies.txt"
SEVERITIES = {"error": anomalies_pb2.AnomalyInfo.ERROR, "warning": anomalies_pb2.AnomalyInfo.WARNING}


class ExampleValidator(Component[ExampleValidatorParameters]):
    """Holds the statistics against the schema and, where one is given, against the previous span.

    Channels:
        statistics: Of all splits.
        anomalies: `anomalies.pb` (tensorflow_metadata Anomalies) and `anomalies.txt`.
    """

    name = "ExampleValidator"
    inputs = ("statistics",)
    outputs = ("anomalies",)

    def external_content(self) -> dict[str, str]:
        """Content of the previous span's statistics."""
        previous = self.parameters.previous_statistics
        return {} if previous is None else {"previous_statistics": digest_tree(Path(previous))}

    def execute(self, inputs: Directories, outputs: Directories, context: Context) -> None:
        """Check, write down, and stop where the severity asks for it.

        Raises:
            UserError: An anomaly is as severe as `stop_on`.
        """
        tally, structures = read_tables(inputs["statistics"])
        previous = self.parameters.previous_statistics
        schema = load_schema(len(structures))
        before = None if previous is None else read_tables(Path(previous))[0]
        found = check(tally, schema, structures, before)
        text = describe(found)
        (outputs["anomalies"] / PROTO).write_bytes(to_proto(found, schema).SerializeToString(deterministic=True))
        (outputs["anomalies"] / TEXT).write_text(text + "\n", encoding="utf-8")
        context.report(text)
        stopping = {"error": ("error",), "warning": ("error", "warning"), "never": ()}[self.parameters.stop_on]
        severe = [anomaly for anomaly in found if anomaly.severity in stopping]
        if severe:
            raise UserError(
                f"{len(severe)} anomalies in the examples stop the run (example_validator.stop_on: "
                f"{self.parameters.stop_on}):\n"
                + "\n".join(f"  {one.feature}: {one.text}" for one in severe)
                + "\nNext step: mend the data or its dataset file, or set example_validator.stop_on=never."
            )


def to_proto(found: list[Anomaly], schema: schema_pb2.Schema) -> anomalies_pb2.Anomalies:
    """As tensorflow_metadata has it: by feature, with the schema they were held against."""
    answer = anomalies_pb2.Anomalies(baseline=schema)
    for anomaly in found:
        info = answer.anomaly_info[anomaly.feature]
        info.severity = max(info.severity, SEVERITIES[anomaly.severity])
        info.short_description = anomaly.reason
        info.description = f"{info.description} {anomaly.text}.".strip()
        info.reason.add(
            type=anomalies_pb2.AnomalyInfo.CUSTOM_VALIDATION, short_description=anomaly.reason, description=anomaly.text
        )
    return answer


def describe(found: list[Anomaly]) -> str:
    """For people."""
    if not found:
        return "  No anomalies."
    table = Table("severity", "feature", "anomaly", title="Anomalies")
    for anomaly in found:
        table.add_row(anomaly.severity, anomaly.feature, anomaly.text)
    return render(table)
