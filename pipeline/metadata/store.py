"""What happened, in ML Metadata: artifacts, executions, the run and the node they belong to.

Each fact of a fingerprint is a property of its execution.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from ml_metadata.metadata_store import metadata_store
from ml_metadata.proto import metadata_store_pb2 as pb

from components.base import UserError
from pipeline.metadata.connection import SQLITE_FILE, MetadataParameters, connection
from pipeline.metadata.infos import ArtifactInfo, ExecutionInfo, artifact_info, execution_info

RUN, NODE, PIPELINE = "run", "node", "pipeline"
State = Literal["RUNNING", "COMPLETE", "CACHED", "FAILED"]


class Metadata:
    """The store of one run root."""

    def __init__(self, run_root: Path, parameters: MetadataParameters, create: bool = True) -> None:
        file = run_root / SQLITE_FILE
        if parameters.backend == "sqlite" and not create and not file.is_file():
            raise UserError(
                f"{file}: expected the metadata of a run. Received: no such file. Next step: labeldrop run."
            )
        try:
            self._store = metadata_store.MetadataStore(connection(file, parameters))
        except RuntimeError as error:
            raise UserError(
                f"metadata: expected a {parameters.backend} store that answers. Received: {error}"
            ) from None
        self._types: dict[tuple[str, str], int] = {}

    # Writing

    def start_run(self, pipeline: str, run: str) -> None:
        """Write down a run of a pipeline."""
        self._context(PIPELINE, pipeline)
        self._context(RUN, run)

    def begin(
        self, pipeline: str, run: str, node: str, key: str, facts: Mapping[str, str], inputs: Mapping[str, int],
        state: State = "RUNNING",
    ) -> int:  # fmt: skip
        """Write down an execution with its input artifacts by channel; its id."""
        execution = pb.Execution(
            type_id=self._type("execution", node), last_known_state=pb.Execution.State.Value(state)
        )
        execution.properties["key"].string_value = key
        execution.properties["run"].string_value = run
        for name, value in facts.items():
            execution.custom_properties[name].string_value = value
        stored = {artifact.id: artifact for artifact in self._store.get_artifacts_by_id(list(inputs.values()))}
        events = [(stored[number], _event(pb.Event.INPUT, channel)) for channel, number in inputs.items()]
        contexts = [self._context(*names) for names in ((PIPELINE, pipeline), (RUN, run), (NODE, f"{pipeline}.{node}"))]
        return int(self._store.put_execution(execution, events, contexts)[0])

    def publish(self, execution: int, state: State, outputs: Mapping[str, ArtifactInfo]) -> dict[str, int]:
        """End an execution and attach its output artifacts; new ones are written. Ids by channel."""
        (stored,) = self._store.get_executions_by_id([execution])
        stored.last_known_state = pb.Execution.State.Value(state)
        pairs = [(self._live(info), _event(pb.Event.OUTPUT, channel)) for channel, info in outputs.items()]
        _, artifact_ids, _ = self._store.put_execution(stored, pairs, [])
        return dict(zip(outputs, map(int, artifact_ids), strict=True))

    def fail(self, execution: int) -> None:
        """End an execution that did not succeed."""
        self.publish(execution, "FAILED", {})

    def fail_interrupted(self) -> list[str]:
        """Executions that were never ended, because their process was, become FAILED; their nodes."""
        interrupted = [e for e in self._store.get_executions() if e.last_known_state == pb.Execution.RUNNING]
        for execution in interrupted:
            execution.last_known_state = pb.Execution.FAILED
        if interrupted:
            self._store.put_executions(interrupted)
        return [self._names("execution")[e.type_id] for e in interrupted]

    def forget(self, uris: Sequence[str]) -> None:
        """Artifacts whose files are gone."""
        gone = [artifact for uri in uris for artifact in self._store.get_artifacts_by_uri(uri)]
        for artifact in gone:
            artifact.state = pb.Artifact.DELETED
        if gone:
            self._store.put_artifacts(gone)

    # Reading

    def runs(self) -> list[str]:
        """Runs, oldest first."""
        contexts = self._store.get_contexts_by_type(RUN) if self._known("context", RUN) else []
        return [context.name for context in sorted(contexts, key=lambda context: context.id)]

    def executions(self, run: str | None = None, node: str | None = None) -> list[ExecutionInfo]:
        """Executions of a run or a node, oldest first."""
        names = self._names("execution")
        found = [execution_info(e, names[e.type_id]) for e in self._store.get_executions()]
        return sorted(
            (e for e in found if run in (None, e.run) and node in (None, e.node)), key=lambda execution: execution.id
        )

    def artifacts(self) -> list[ArtifactInfo]:
        """Every artifact, oldest first."""
        names = self._names("artifact")
        found = [artifact_info(a, names[a.type_id]) for a in self._store.get_artifacts()]
        return sorted(found, key=lambda artifact: artifact.id)

    def outputs(self, execution: int) -> dict[str, ArtifactInfo]:
        """Output artifacts of an execution by channel."""
        return self._events(execution, pb.Event.OUTPUT)

    def inputs(self, execution: int) -> dict[str, ArtifactInfo]:
        """Input artifacts of an execution by channel."""
        return self._events(execution, pb.Event.INPUT)

    def producer(self, artifact: int) -> ExecutionInfo | None:
        """The execution that made an artifact, not one that reused it."""
        events = [e for e in self._store.get_events_by_artifact_ids([artifact]) if e.type == pb.Event.OUTPUT]
        names = self._names("execution")
        found = self._store.get_executions_by_id([event.execution_id for event in events])
        made = [e for e in found if e.last_known_state == pb.Execution.COMPLETE] or list(found)
        return execution_info(made[-1], names[made[-1].type_id]) if made else None

    # Plumbing

    def _events(self, execution: int, kind: Any) -> dict[str, ArtifactInfo]:
        events = [e for e in self._store.get_events_by_execution_ids([execution]) if e.type == kind]
        names = self._names("artifact")
        by_id = {a.id: a for a in self._store.get_artifacts_by_id([event.artifact_id for event in events])}
        return {
            event.path.steps[0].key: artifact_info(by_id[event.artifact_id], names[by_id[event.artifact_id].type_id])
            for event in events
        }

    def _live(self, info: ArtifactInfo) -> pb.Artifact:
        """The artifact with these files as it is stored, or a new one; what stood in its place before is gone."""
        before = self._store.get_artifacts_by_uri(info.uri)
        same = [artifact for artifact in before if artifact.properties["digest"].string_value == info.digest]
        replaced = [artifact for artifact in before if artifact not in same]
        for artifact in replaced:
            artifact.state = pb.Artifact.DELETED
        if replaced:
            self._store.put_artifacts(replaced)
        artifact = same[-1] if same else pb.Artifact(type_id=self._type("artifact", info.channel), uri=info.uri)
        artifact.state = pb.Artifact.LIVE
        artifact.properties["digest"].string_value = info.digest
        for name, digest in info.contents.items():
            artifact.custom_properties[name].string_value = digest
        return artifact

    def _context(self, kind: str, name: str) -> pb.Context:
        type_id = self._type("context", kind)
        found = self._store.get_context_by_type_and_name(kind, name)
        if found is None:
            self._store.put_contexts([pb.Context(type_id=type_id, name=name)])
            found = self._store.get_context_by_type_and_name(kind, name)
        return found

    def _type(self, kind: str, name: str) -> int:
        if (kind, name) not in self._types:
            message, columns, put = {
                "artifact": (pb.ArtifactType, ("digest",), self._store.put_artifact_type),
                "execution": (pb.ExecutionType, ("key", "run"), self._store.put_execution_type),
                "context": (pb.ContextType, (), self._store.put_context_type),
            }[kind]
            made = message(name=name)
            for column in columns:
                made.properties[column] = pb.STRING
            self._types[kind, name] = int(put(made))
        return self._types[kind, name]

    def _names(self, kind: str) -> dict[int, str]:
        types = {
            "artifact": self._store.get_artifact_types, "execution": self._store.get_execution_types,
            "context": self._store.get_context_types,
        }[kind]()  # fmt: skip
        return {found.id: found.name for found in types}

    def _known(self, kind: str, name: str) -> bool:
        return name in self._names(kind).values()


def _event(kind: Any, channel: str) -> pb.Event:
    event = pb.Event(type=kind)
    event.path.steps.add().key = channel
    return event
