"""The order of components, from the channels they name."""

from collections.abc import Iterable, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

from components.base import Component, UserError


def in_order(components: Sequence[Component[Any]]) -> list[Component[Any]]:
    """Components so that each stands behind the writers of the channels it reads, else in the order given.

    Raises:
        ValueError: Two components share a name or an output, an input has no writer, or channels run in a circle.
    """
    upstream = _upstream(components)
    try:
        TopologicalSorter(upstream).prepare()
    except CycleError as error:
        raise ValueError(f"Expected channels without a circle. Received: {' -> '.join(error.args[1])}") from None
    ordered: list[Component[Any]] = []
    waiting = list(components)
    while waiting:
        done = {component.name for component in ordered}
        ready = next(component for component in waiting if upstream[component.name] <= done)
        ordered.append(ready)
        waiting.remove(ready)
    return ordered


def select(
    ordered: Sequence[Component[Any]], first: str | None, last: str | None
) -> tuple[list[Component[Any]], list[Component[Any]]]:
    """Components to bring up, and those before `first` whose latest outputs are taken as they are.

    Args:
        first: This one and what depends on it are brought up; none means all.
        last: Only this one and what it depends on; none means all.

    Raises:
        UserError: A name is no component's.
    """
    for name in (first, last):
        if name is not None and name not in [component.name for component in ordered]:
            names = [component.name for component in ordered]
            raise UserError(f"Invalid component name. Expected one of {names}. Received: {name!r}")
    upstream = _upstream(ordered)
    wanted = {component.name for component in ordered} if last is None else _closure(last, upstream)
    if first is None:
        return [component for component in ordered if component.name in wanted], []
    below = {name for name in wanted if first in _closure(name, upstream)}
    return (
        [component for component in ordered if component.name in below],
        [component for component in ordered if component.name in wanted - below],
    )


def _closure(name: str, upstream: dict[str, set[str]]) -> set[str]:
    """A component and all it depends on."""
    return {name}.union(*(_closure(before, upstream) for before in upstream[name]))


def _upstream(components: Iterable[Component[Any]]) -> dict[str, set[str]]:
    """Names of the components that write what each one reads."""
    everything = list(components)
    if len({component.name for component in everything}) != len(everything):
        raise ValueError(f"Expected unique component names. Received: {[item.name for item in everything]}")
    writers: dict[str, str] = {}
    for component in everything:
        for channel in component.outputs:
            if channel in writers:
                raise ValueError(
                    f"Expected one writer of channel {channel!r}. Received: {writers[channel]} and {component.name}"
                )
            writers[channel] = component.name
    for component in everything:
        unknown = [channel for channel in component.inputs if channel not in writers]
        if unknown:
            raise ValueError(f"{component.name} reads channels that nothing writes: {unknown}")
    return {component.name: {writers[channel] for channel in component.inputs} for component in everything}
