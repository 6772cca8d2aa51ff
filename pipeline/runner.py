"""The local runner: each component in order, skipped when nothing that can change its output has changed.

Below the run root:
    artifacts/<node>/<fingerprint>/<channel>/   published outputs beside fingerprint.json: complete, or not there at all
    work/<node>/<fingerprint>/                  what an interrupted execution left; the component may resume from it
    private/                                    secrets of the run, such as the patient salt; never part of an artifact
    metadata.sqlite                             what ran, when, from what: see pipeline.metadata
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from components.base import Component, UserError
from components.json_file import read_json
from pipeline.artifact_store import ArtifactStore
from pipeline.dag import in_order, select
from pipeline.disk import full_disk_is_told
from pipeline.execution import FACTS, Work, execute, execute_apart
from pipeline.fingerprint import fingerprint
from pipeline.lock import run_lock
from pipeline.metadata.connection import MetadataParameters
from pipeline.metadata.store import Metadata
from pipeline.quiet import be_quiet
from pipeline.run_record import RunRecord, new_run_id


@dataclass(frozen=True)
class RunOptions:
    """How a run is made; nothing here changes an output.

    Attributes:
        pipeline: Its name in the metadata.
        artifact_store: Where published artifacts are copied to and, where this run root lacks them, fetched from.
        parallel: Components that may execute side by side; with more than 1 each has a process of its own.
        force: Nodes that execute whatever the cache says.
        first: Only this node and what depends on it; the outputs before it are the latest ones.
        last: Only this node and what it depends on.
    """

    pipeline: str = "pipeline"
    artifact_store: str | None = None
    metadata: MetadataParameters = field(default_factory=MetadataParameters)
    parallel: int = 1
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
    with full_disk_is_told(run_root), run_lock(run_root):
        record = RunRecord(Metadata(run_root, options.metadata), options.pipeline, new_run_id())
        for node in record.start():
            report(f"{node}: an earlier execution was interrupted and is marked FAILED")
        store = None if options.artifact_store is None else ArtifactStore(options.artifact_store, FACTS)
        run = _Run(run_root, report, record, store, options.force)
        for component in before:
            run.take_latest(component)
        run.labels = {c.name: f"[{place}/{len(wanted)}] {c.name}" for place, c in enumerate(wanted, 1)}
        if options.parallel == 1:
            for component in wanted:
                component.prepare_process()
            run.one_by_one(wanted)
        else:
            run.side_by_side(wanted, options.parallel)
        return run.channels


@dataclass(frozen=True)
class _Started:
    """A component that is brought up: its work, its execution in the metadata, whether it is reused, and since when."""

    work: Work
    execution: int
    cached: bool
    since: float


@dataclass
class _Run:
    """What is known while components are brought up."""

    root: Path
    report: Callable[[str], None]
    record: RunRecord
    store: ArtifactStore | None
    force: tuple[str, ...]
    labels: dict[str, str] = field(default_factory=dict)
    channels: dict[str, Path] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)

    def one_by_one(self, components: Sequence[Component[Any]]) -> None:
        """All of them in this process."""
        for component in components:
            started = self._start(component)
            try:
                if not started.cached:
                    execute(started.work, self.report)
            except BaseException:
                self.record.fail(started.execution)
                raise
            self._finish(started)

    def side_by_side(self, components: Sequence[Component[Any]], parallel: int) -> None:
        """Each as soon as what it reads is there, in a process of its own."""
        waiting, running = list(components), dict[Future[None], _Started]()
        context = get_context("spawn")
        with ProcessPoolExecutor(parallel, mp_context=context, initializer=be_quiet, max_tasks_per_child=1) as pool:
            while waiting or running:
                for component in [c for c in waiting if set(c.inputs) <= self.channels.keys()]:
                    waiting.remove(component)
                    started = self._start(component)
                    if started.cached:
                        self._finish(started)
                        break  # what reads it may be ready now
                    running[pool.submit(execute_apart, started.work)] = started
                else:
                    self._collect(running)

    def _collect(self, running: dict[Future[None], _Started]) -> None:
        """Wait for the next component that ends; the first that fails stops the run."""
        ended, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in ended:
            started = running.pop(future)
            try:
                future.result()
            except BaseException:
                for failed in (started, *running.values()):
                    self.record.fail(failed.execution)
                for other in running:
                    other.cancel()
                raise
            self._finish(started)

    def _start(self, component: Component[Any]) -> _Started:
        """Decide whether the component's published outputs can be reused."""
        label = self.labels[component.name]
        key, facts = fingerprint(component, {channel: self.digests[channel] for channel in component.inputs})
        inputs = {channel: self.channels[channel] for channel in component.inputs}
        work = Work(component, self.root, key, facts, inputs)
        if (
            self.store
            and not work.published.is_dir()
            and self.store.fetch(component.name, key, work.published, work.aside)
        ):
            self.report(f"{label}: fetched from the artifact store")
        cached = component.name not in self.force and work.published.is_dir() and component.is_current(work.outputs)
        execution = self.record.begin(component.name, key, facts, component.inputs)
        self.report(f"{label}: nothing changed, reused {work.published}" if cached else f"{label}: running")
        return _Started(work, execution, cached, time.monotonic())

    def _finish(self, started: _Started) -> None:
        """Its outputs are published."""
        work = started.work
        if not started.cached:
            self.report(f"{self.labels[work.component.name]}: done in {time.monotonic() - started.since:.1f} s")
            if self.store:
                self.store.put(work.component.name, work.key, work.published)
        facts = self._take(work.component, work.published)
        self.record.end(started.execution, work.outputs, facts, started.cached)

    def take_latest(self, component: Component[Any]) -> None:
        """The outputs of the component's latest execution, whatever has changed since.

        Raises:
            UserError: There is none, or its files are gone.
        """
        for execution in reversed(self.record.metadata.executions(node=component.name)):
            published = Work(component, self.root, execution.key, {}, {}).published
            if execution.state in ("COMPLETE", "CACHED") and published.is_dir():
                self._take(component, published)
                outputs = self.record.metadata.outputs(execution.id)
                self.record.ids |= {channel: artifact.id for channel, artifact in outputs.items()}
                self.report(f"{component.name}: the latest outputs are taken, {published}")
                return
        raise UserError(f"{component.name}: expected outputs of an earlier run. Received: none. Next step: run it too.")

    def _take(self, component: Component[Any], published: Path) -> dict[str, Any]:
        """Make the outputs known to what reads them; the facts beside them."""
        facts: dict[str, Any] = read_json(published / FACTS)
        self.channels |= {channel: published / channel for channel in component.outputs}
        self.digests |= facts["outputs"]
        return facts
