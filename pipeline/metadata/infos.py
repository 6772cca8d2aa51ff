"""What is remembered of artifacts and executions."""

from collections.abc import Mapping
from dataclasses import dataclass

from ml_metadata.proto import metadata_store_pb2 as pb


@dataclass(frozen=True)
class ArtifactInfo:
    """One artifact.

    Attributes:
        contents: Digest of each entry directly below it, by name.
    """

    id: int
    channel: str
    uri: str
    digest: str
    state: str
    contents: Mapping[str, str]


@dataclass(frozen=True)
class ExecutionInfo:
    """One execution of a node, also one that only reused what was there.

    Attributes:
        key: The fingerprint.
        facts: What it was made from, by dotted name.
        run: The run it belongs to.
        started_ms, ended_ms: Milliseconds since 1970.
    """

    id: int
    node: str
    key: str
    state: str
    run: str
    facts: Mapping[str, str]
    started_ms: int
    ended_ms: int


def execution_info(stored: pb.Execution, node: str) -> ExecutionInfo:
    """An execution as it is stored."""
    facts = {name: value.string_value for name, value in stored.custom_properties.items()}
    return ExecutionInfo(
        stored.id, node, stored.properties["key"].string_value, pb.Execution.State.Name(stored.last_known_state),
        stored.properties["run"].string_value, facts, stored.create_time_since_epoch,
        stored.last_update_time_since_epoch,
    )  # fmt: skip


def artifact_info(stored: pb.Artifact, channel: str) -> ArtifactInfo:
    """An artifact as it is stored."""
    contents = {name: value.string_value for name, value in stored.custom_properties.items()}
    state = pb.Artifact.State.Name(stored.state)
    return ArtifactInfo(stored.id, channel, stored.uri, stored.properties["digest"].string_value, state, contents)
