"""The local runner: each component in order, skipped when nothing that can change its output has changed.

Below the run root:
    artifacts/<node>/<fingerprint>/<channel>/   published outputs beside fingerprint.json: complete, or not there at all
    work/<node>/<fingerprint>/                  what an interrupted execution left; the component may resume from it
    private/                                    secrets of the run, such as the patient salt; never part of an artifact
    metadata.sqlite                             what ran, when, from what: see pipeline.metadata
"""

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from components.base import Component, Context, UserError
from components.content import digest_tree
from components.durable import publish
from components.json_file import read_json, write_json
from pipeline.artifact_store import ArtifactStore
from pipeline.dag import in_order, select
from pipeline.fingerprint import fingerprint
from pipeline.lock import run_lock
from pipeline.metadata.connection import MetadataParameters
from pipeline.metadata.store import Metadata
from pipeline.run_record import RunRecord, new_run_id

FACTS = "fingerprint.json"


@dataclass(frozen=True)
class RunOptions:
    """How a run is made; nothing here changes an output.

    Attributes:
        pipeline: Its name in the metadata.
        artifact_store: Where published artifacts are copied to and, where this run root lacks them, fetched from.
        force: Nodes that execute whatever the cache says.
        first: Only this node and what depends on it; the outputs before it are the latest ones.
        last: Only this node and what it depends on.
    """

    pipeline: str = "pipeline"
    artifact_store: str | None = None
    metadata: MetadataParameters = field(default_factory=MetadataParameters)
    force: tuple[str, ...] = ()
    first: str | None = None
    last: str | None = None


def run_pipeline(
    components: Sequence[Component[Any]], run_root: Path, report: Callable[[str], None],
    options: RunOptions = RunOptions(),
) -> dict[str, Path]:  # fmt: skip
    """Run or reuse every component.

    Returns:
        The published directory of each channel.

    Raises:
        UserError: Another run holds the run root, a name is no component's, or a component found something the user
            can mend.
    """
    ordered = in_order(components)
    wanted, before = select(ordered, options.first, options.last)
    for name in options.force:
        select(ordered, name, None)
    for component in wanted:
        component.prepare_process()
    with run_lock(run_root):
        record = RunRecord(Metadata(run_root, options.metadata), options.pipeline, new_run_id())
        for node in record.start():
            report(f"{node}: an earlier execution was interrupted and is marked FAILED")
        store = None if options.artifact_store is None else ArtifactStore(options.artifact_store, FACTS)
        run = _Run(run_root, report, record, store, options.force)
        for component in before:
            run.take_latest(component)
        for position, component in enumerate(wanted, 1):
            run.bring_up(component, f"[{position}/{len(wanted)}] {component.name}")
        return run.channels


@dataclass
class _Run:
    """What is known while components are brought up one after the other."""

    root: Path
    report: Callable[[str], None]
    record: RunRecord
    store: ArtifactStore | None
    force: tuple[str, ...]
    channels: dict[str, Path] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)

    def bring_up(self, component: Component[Any], label: str) -> None:
        """Reuse the component's published outputs, or execute it and publish them."""
        key, facts = fingerprint(component, {channel: self.digests[channel] for channel in component.inputs})
        published = self._place(component, key)
        outputs = {channel: published / channel for channel in component.outputs}
        if self.store and not published.is_dir():
            aside = self.root / "work" / component.name / key / "outputs"
            if self.store.fetch(component.name, key, published, aside):
                self.report(f"{label}: fetched from the artifact store")
        cached = component.name not in self.force and published.is_dir() and component.is_current(outputs)
        execution = self.record.begin(component.name, key, facts, component.inputs)
        if cached:
            self.report(f"{label}: nothing changed, reused {published}")
        else:
            self.report(f"{label}: running")
            started = time.monotonic()
            try:
                self._execute(component, key, facts, published)
            except BaseException:
                self.record.fail(execution)
                raise
            self.report(f"{label}: done in {time.monotonic() - started:.1f} s")
        self._take(component, published)
        self.record.end(execution, outputs, self.digests, cached)

    def take_latest(self, component: Component[Any]) -> None:
        """The outputs of the component's latest execution, whatever has changed since.

        Raises:
            UserError: There is none, or its files are gone.
        """
        for execution in reversed(self.record.metadata.executions(node=component.name)):
            published = self._place(component, execution.key)
            if execution.state in ("COMPLETE", "CACHED") and published.is_dir():
                self._take(component, published)
                outputs = self.record.metadata.outputs(execution.id)
                self.record.ids |= {channel: artifact.id for channel, artifact in outputs.items()}
                self.report(f"{component.name}: the latest outputs are taken, {published}")
                return
        raise UserError(f"{component.name}: expected outputs of an earlier run. Received: none. Next step: run it too.")

    def _place(self, component: Component[Any], key: str) -> Path:
        return self.root / "artifacts" / component.name / key

    def _take(self, component: Component[Any], published: Path) -> None:
        self.channels |= {channel: published / channel for channel in component.outputs}
        self.digests |= read_json(published / FACTS)["outputs"]

    def _execute(self, component: Component[Any], key: str, facts: dict[str, str], published: Path) -> None:
        work = self.root / "work" / component.name / key
        aside = work / "outputs"
        shutil.rmtree(aside, ignore_errors=True)
        outputs = {channel: aside / channel for channel in component.outputs}
        for directory in outputs.values():
            directory.mkdir(parents=True)
        (work / "scratch").mkdir(exist_ok=True)
        private = self.root / "private"
        private.mkdir(mode=0o700, exist_ok=True)
        inputs = {channel: self.channels[channel] for channel in component.inputs}
        component.execute(inputs, outputs, Context(work / "scratch", private, self.report))
        digests = {channel: digest_tree(directory) for channel, directory in outputs.items()}
        write_json(aside / FACTS, {"fingerprint": facts, "outputs": digests})
        if published.is_dir():  # forced, or no longer current
            shutil.rmtree(published)
        publish(aside, published)
        shutil.rmtree(work)
        if self.store:
            self.store.put(component.name, key, published)
