"""Where an artifact comes from: the executions and artifacts that made it, back to the source files."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from components.base import UserError
from components.content import digest_tree
from pipeline.metadata.infos import ArtifactInfo, ExecutionInfo
from pipeline.metadata.store import Metadata


@dataclass(frozen=True)
class Origin:
    """An artifact and what it was made from.

    Attributes:
        execution: What made it; none where that was never written down.
        inputs: Origins of that execution's inputs.
    """

    artifact: ArtifactInfo
    execution: ExecutionInfo | None
    inputs: tuple["Origin", ...]

    def all(self) -> Iterator["Origin"]:
        """This one and everything before it, each artifact once."""
        seen: set[int] = set()
        pending = [self]
        while pending:
            origin = pending.pop(0)
            if origin.artifact.id not in seen:
                seen.add(origin.artifact.id)
                yield origin
                pending += origin.inputs


def trace(metadata: Metadata, artifact: ArtifactInfo) -> Origin:
    """Follow an artifact back."""
    execution = metadata.producer(artifact.id)
    inputs = metadata.inputs(execution.id) if execution else {}
    return Origin(artifact, execution, tuple(trace(metadata, before) for before in inputs.values()))


def find(metadata: Metadata, name_or_path: str) -> ArtifactInfo:
    """An artifact by its number, its channel (the latest), its directory, or a copy of one, such as a served model.

    Raises:
        UserError: The store knows none.
    """
    artifacts = metadata.artifacts()
    path = Path(name_or_path)
    if name_or_path.isdecimal() and not path.exists():
        found = [artifact for artifact in artifacts if artifact.id == int(name_or_path)]
    elif path.is_dir():
        place, digest = str(path.resolve()), digest_tree(path)
        found = [a for a in artifacts if a.uri == place or digest in (a.digest, *a.contents.values())]
    else:
        found = [artifact for artifact in artifacts if artifact.channel == name_or_path]
    if not found:
        channels = sorted({artifact.channel for artifact in artifacts})
        raise UserError(
            f"Invalid artifact. Expected its number, one of the channels {channels}, or a directory whose content the "
            f"store knows. Received: {name_or_path!r}"
        )
    return found[-1]
