"""The order of components, from the channels they name."""

from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

from components.base import Component


def in_order(components: Sequence[Component[Any]]) -> list[Component[Any]]:
    """Components so that each stands behind the writers of the channels it reads.

    Raises:
        ValueError: Two components share a name or an output, an input has no writer, or channels run in a circle.
    """
    by_name = {component.name: component for component in components}
    if len(by_name) != len(components):
        raise ValueError(f"Expected unique component names. Received: {[item.name for item in components]}")
    writers: dict[str, str] = {}
    for component in components:
        for channel in component.outputs:
            if channel in writers:
                raise ValueError(
                    f"Expected one writer of channel {channel!r}. Received: {writers[channel]} and {component.name}"
                )
            writers[channel] = component.name
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for component in components:
        unknown = [channel for channel in component.inputs if channel not in writers]
        if unknown:
            raise ValueError(f"{component.name} reads channels that nothing writes: {unknown}")
        sorter.add(component.name, *(writers[channel] for channel in component.inputs))
    try:
        return [by_name[name] for name in sorter.static_order()]
    except CycleError as error:
        raise ValueError(f"Expected channels without a circle. Received: {' -> '.join(error.args[1])}") from None
