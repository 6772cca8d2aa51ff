"""A component is one class: channels, parameters, and what it does with directories. This is all it takes."""

from components.base import Component, Parameters
from pipeline.metadata.connection import MetadataParameters
from pipeline.metadata.store import Metadata
from pipeline.runner import run_pipeline


class GreetParameters(Parameters):
    name: str


class Greet(Component[GreetParameters]):
    name, outputs = "Greet", ("greeting",)

    def execute(self, inputs, outputs, context):
        (outputs["greeting"] / "text").write_text(f"hello {self.parameters.name}")


class Shout(Component[Parameters]):
    name, inputs, outputs = "Shout", ("greeting",), ("shout",)

    def execute(self, inputs, outputs, context):
        (outputs["shout"] / "text").write_text((inputs["greeting"] / "text").read_text().upper())


def test_toy_components_run_and_leave_their_lineage(tmp_path):
    channels = run_pipeline([Shout(Parameters()), Greet(GreetParameters(name="echo"))], tmp_path, print)
    assert (channels["shout"] / "text").read_text() == "HELLO ECHO"
    metadata = Metadata(tmp_path, MetadataParameters(), create=False)
    greet, shout = metadata.executions()
    assert (greet.node, greet.facts["parameters.name"], greet.state) == ("Greet", '"echo"', "COMPLETE")
    assert metadata.inputs(shout.id)["greeting"].id == metadata.outputs(greet.id)["greeting"].id
