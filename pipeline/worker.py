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
from pipeline.execution import FACTS
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
        key, _ = fingerprint(component, {channel: digests[channel] for channel in component.inputs})
        published = run_root / "artifacts" / component.name / key
        if component.shared_by_workers and not published.is_dir():
            report(f"{component.name}: joining the chief")
            _join(component, channels, run_root / "work" / component.name / key / "scratch", report)
        report(f"{component.name}: waiting for {published}")
        while not published.is_dir():
            time.sleep(POLL_SECONDS)
        channels |= {channel: published / channel for channel in component.outputs}
        digests |= read_json(published / FACTS)["outputs"]


def _join(component: Component[Any], channels: dict[str, Path], work: Path, report: Callable[[str], None]) -> None:
    """Execute beside the chief; what this process would write is thrown away."""
    with tempfile.TemporaryDirectory() as aside:
        outputs = {channel: Path(aside) / channel for channel in component.outputs}
        for directory in outputs.values():
            directory.mkdir()
        inputs = {channel: channels[channel] for channel in component.inputs}
        component.execute(inputs, outputs, Context(work, Path(aside), report))
