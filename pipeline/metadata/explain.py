"""Why a node ran or did not: what differed from the nearest earlier execution."""

from collections.abc import Mapping
from dataclasses import dataclass

from components.base import UserError
from pipeline.metadata.infos import ExecutionInfo
from pipeline.metadata.store import Metadata


@dataclass(frozen=True)
class Change:
    """One fact that differs; none where a side has no such fact."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Explanation:
    """A node's last execution.

    Attributes:
        nearest: The earlier execution that differs least; none where there is no earlier one.
        changes: What differs from it.
    """

    execution: ExecutionInfo
    nearest: ExecutionInfo | None
    changes: tuple[Change, ...]


def explain(metadata: Metadata, node: str) -> Explanation:
    """Explain a node in the last run that brought it up.

    Raises:
        UserError: No run ever did.
    """
    executions = metadata.executions(node=node)
    if not executions:
        known = sorted({execution.node for execution in metadata.executions()})
        raise UserError(f"Invalid node. Expected one of {known}. Received: {node!r}")
    *earlier, last = executions
    if not earlier:
        return Explanation(last, None, ())
    nearest = min(reversed(earlier), key=lambda execution: len(changes(execution.facts, last.facts)))
    return Explanation(last, nearest, changes(nearest.facts, last.facts))


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Change, ...]:
    """Facts that differ, by name."""
    names = sorted(before.keys() | after.keys())
    return tuple(
        Change(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)
    )
