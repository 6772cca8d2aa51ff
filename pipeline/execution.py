"""Executing one component aside and publishing what it wrote, in this process or in one of its own."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components.base import Component, Context
from components.content import digest_tree
from components.durable import publish
from components.json_file import write_json

FACTS = "fingerprint.json"


@dataclass(frozen=True)
class Work:
    """One execution.

    Attributes:
        key, facts: The fingerprint and what it was made from.
        inputs: Published directory of each input channel.
    """

    component: Component[Any]
    run_root: Path
    key: str
    facts: Mapping[str, str]
    inputs: Mapping[str, Path]

    @property
    def published(self) -> Path:
        """Where the outputs go."""
        return self.run_root / "artifacts" / self.component.name / self.key

    @property
    def aside(self) -> Path:
        """Where they are written."""
        return self.run_root / "work" / self.component.name / self.key / "outputs"

    @property
    def scratch(self) -> Path:
        """What survives a kill."""
        return self.aside.with_name("scratch")

    @property
    def outputs(self) -> dict[str, Path]:
        """Published directory of each output channel."""
        return {channel: self.published / channel for channel in self.component.outputs}


def execute(work: Work, report: Callable[[str], None]) -> None:
    """Execute and publish.

    Raises:
        UserError: The component found something the user can mend.
    """
    component, aside = work.component, work.aside
    shutil.rmtree(aside, ignore_errors=True)
    outputs = {channel: aside / channel for channel in component.outputs}
    for directory in outputs.values():
        directory.mkdir(parents=True)
    private = work.run_root / "private"
    work.scratch.mkdir(exist_ok=True)
    private.mkdir(mode=0o700, exist_ok=True)
    component.execute(work.inputs, outputs, Context(work.scratch, private, report))
    digests = {channel: digest_tree(directory) for channel, directory in outputs.items()}
    contents = {channel: _contents(directory) for channel, directory in outputs.items()}
    write_json(aside / FACTS, {"fingerprint": dict(work.facts), "outputs": digests, "contents": contents})
    if work.published.is_dir():  # forced, or no longer current
        shutil.rmtree(work.published)
    publish(aside, work.published)
    shutil.rmtree(aside.parent)


def execute_apart(work: Work) -> None:
    """The same in a process that was started for it, which prints its own progress."""
    work.component.prepare_process()
    name = work.component.name
    execute(work, lambda line: print(f"  {name}: {line.strip()}", flush=True))


def _contents(directory: Path) -> dict[str, str]:
    """Digest of each folder directly in an artifact, so that a copy of one can be recognised by its content."""
    return {entry.name: digest_tree(entry) for entry in sorted(directory.iterdir()) if entry.is_dir()}
