"""The local runner: each component in order, skipped when nothing that can change its output has changed.

Below the run root:
    artifacts/<node>/<fingerprint>/<channel>/   published outputs beside fingerprint.json: complete, or not there at all
    work/<node>/<fingerprint>/                  what an interrupted execution left; the component may resume from it
    private/                                    secrets of the run, such as the patient salt; never part of an artifact
"""

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from components.base import Component, Context
from components.content import digest_tree
from components.durable import publish
from components.json_file import read_json, write_json
from pipeline.artifact_store import ArtifactStore
from pipeline.dag import in_order
from pipeline.fingerprint import fingerprint
from pipeline.lock import run_lock

FACTS = "fingerprint.json"


def run_pipeline(
    components: Sequence[Component[Any]], run_root: Path, report: Callable[[str], None],
    artifact_store: str | None = None,
) -> dict[str, Path]:  # fmt: skip
    """Run or reuse every component.

    Args:
        artifact_store: Where published artifacts are copied to and, where this run root lacks them, fetched from.

    Returns:
        The published directory of each channel.

    Raises:
        UserError: Another run holds the run root, or a component found something the user can mend.
    """
    ordered = in_order(components)
    for component in ordered:
        component.prepare_process()
    with run_lock(run_root):
        store = None if artifact_store is None else ArtifactStore(artifact_store, FACTS)
        run = _Run(run_root, report, store)
        for position, component in enumerate(ordered, 1):
            run.bring_up(component, f"[{position}/{len(ordered)}] {component.name}")
        return run.channels


@dataclass
class _Run:
    """What is known while components are brought up one after the other."""

    root: Path
    report: Callable[[str], None]
    store: ArtifactStore | None
    channels: dict[str, Path] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)

    def bring_up(self, component: Component[Any], label: str) -> None:
        """Reuse the component's published outputs, or execute it and publish them."""
        inputs = {channel: self.digests[channel] for channel in component.inputs}
        key, parts = fingerprint(component, inputs)
        published = self.root / "artifacts" / component.name / key
        outputs = {channel: published / channel for channel in component.outputs}
        aside = self.root / "work" / component.name / key / "outputs"
        if self.store and not published.is_dir() and self.store.fetch(component.name, key, published, aside):
            self.report(f"{label}: fetched from the artifact store")
        if published.is_dir() and component.is_current(outputs):
            self.report(f"{label}: nothing changed, reused {published}")
        else:
            self.report(f"{label}: running")
            started = time.monotonic()
            self._execute(component, key, parts, published)
            if self.store:
                self.store.put(component.name, key, published)
            self.report(f"{label}: done in {time.monotonic() - started:.1f} s")
        self.channels |= outputs
        self.digests |= read_json(published / FACTS)["outputs"]

    def _execute(self, component: Component[Any], key: str, parts: dict[str, Any], published: Path) -> None:
        work = self.root / "work" / component.name / key
        aside = work / "outputs"
        for leftover in (aside, published):  # half-written, or published and no longer current
            shutil.rmtree(leftover, ignore_errors=True)
        outputs = {channel: aside / channel for channel in component.outputs}
        for directory in outputs.values():
            directory.mkdir(parents=True)
        (work / "scratch").mkdir(exist_ok=True)
        private = self.root / "private"
        private.mkdir(mode=0o700, exist_ok=True)
        inputs = {channel: self.channels[channel] for channel in component.inputs}
        component.execute(inputs, outputs, Context(work / "scratch", private, self.report))
        digests = {channel: digest_tree(directory) for channel, directory in outputs.items()}
        write_json(aside / FACTS, {"fingerprint": parts, "outputs": digests})
        publish(aside, published)
        shutil.rmtree(work)
