"""A worker that is not the chief: it joins what all workers share and waits for everything else.

All workers see one run root. The chief runs the pipeline and publishes; the others compute the same fingerprints, wait
until the artifacts before the shared component are published, and execute that one beside the chief.
"""

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from components.base import Component, Context
from components.json_file import read_json
from pipeline.dag import in_order
from pipeline.execution import FACTS, Work
from pipeline.fingerprint import fingerprint

POLL_SECONDS = 0.5


def run_worker(components: Sequence[Component[Any]], run_root: Path, report: Callable[[str], None]) -> None:
    """Take part in every component that workers share, then leave.

    Raises:
        UserError: A component found something the user can mend.
    """
    ordered = in_order(components)
    last = max((place for place, component in enumerate(ordered) if component.shared_by_workers), default=-1)
    for component in ordered:
        component.prepare_process()
    channels: dict[str, Path] = {}
    digests: dict[str, str] = {}
    for component in ordered[: last + 1]:
        key, facts = fingerprint(component, {channel: digests[channel] for channel in component.inputs})
        work = Work(component, run_root, key, facts, {channel: channels[channel] for channel in component.inputs})
        if component.shared_by_workers and not work.published.is_dir():
            report(f"{component.name}: joining the chief")
            _join(work, report)
        report(f"{component.name}: waiting for {work.published}")
        while not work.published.is_dir():
            time.sleep(POLL_SECONDS)
        channels |= work.outputs
        digests |= read_json(work.published / FACTS)["outputs"]


def _join(work: Work, report: Callable[[str], None]) -> None:
    """Execute beside the chief; what this process would write is thrown away."""
    with tempfile.TemporaryDirectory() as aside:
        outputs = {channel: Path(aside) / channel for channel in work.component.outputs}
        for directory in outputs.values():
            directory.mkdir()
        work.component.execute(work.inputs, outputs, Context(work.scratch, Path(aside), report))
