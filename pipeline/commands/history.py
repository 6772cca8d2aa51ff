"""`labeldrop runs`, `lineage`, `diff`, `explain` and `gc`: what the metadata of a configuration's run root tells."""

from datetime import UTC, datetime
from pathlib import Path

import click
from rich.table import Table
from rich.tree import Tree

from components.base import UserError
from components.content import digest_text
from components.text import render
from pipeline.config import PipelineConfig, load_config
from pipeline.lock import run_lock
from pipeline.metadata.explain import Change, changes, explain
from pipeline.metadata.garbage import find_garbage, remove
from pipeline.metadata.infos import ExecutionInfo
from pipeline.metadata.lineage import Origin, find, trace
from pipeline.metadata.picture import draw_lineage
from pipeline.metadata.store import Metadata

SHOWN = ("parameters.label_dropout", "parameters.loss", "external.")


def _open(config: str, settings: tuple[str, ...]) -> tuple[PipelineConfig, Metadata]:
    loaded = load_config(config, settings)
    return loaded, Metadata(Path(loaded.run_root), loaded.metadata, create=False)


def show_runs(config: str, settings: tuple[str, ...]) -> None:
    """Each run and what its nodes did."""
    _, metadata = _open(config, settings)
    table = Table("run", "started (UTC)", "took", "executed", "reused", "failed")
    for run in metadata.runs():
        executions = metadata.executions(run=run)
        nodes = {state: [e.node for e in executions if e.state == state] for state in ("COMPLETE", "CACHED", "FAILED")}
        cells = [", ".join(nodes[state]) for state in ("COMPLETE", "CACHED", "FAILED")]
        table.add_row(run, *_times(executions), *cells)
    click.echo(render(table))


def _times(executions: list[ExecutionInfo]) -> tuple[str, str]:
    if not executions:
        return "", ""
    start, end = min(e.started_ms for e in executions), max(e.ended_ms for e in executions)
    return f"{datetime.fromtimestamp(start / 1000, UTC):%Y-%m-%d %H:%M:%S}", f"{(end - start) / 1000:.1f} s"


def show_lineage(config: str, settings: tuple[str, ...], artifact: str, picture: str | None) -> None:
    """What made an artifact, as a tree and as a picture."""
    _, metadata = _open(config, settings)
    origin = trace(metadata, find(metadata, artifact))
    click.echo(render(_tree(origin)))
    if picture:
        Path(picture).write_text(draw_lineage(origin), encoding="utf-8")
        click.echo(f"Picture: {picture}")


def _tree(origin: Origin) -> Tree:
    artifact, execution = origin.artifact, origin.execution
    tree = Tree(f"{artifact.channel} {artifact.id}: {artifact.uri}, content {artifact.digest[:16]}")
    if execution is None:
        return tree
    branch = tree.add(f"made by {execution.node}, fingerprint {execution.key}, run {execution.run}")
    for name, value in sorted(execution.facts.items()):
        if name.startswith(SHOWN):
            branch.add(f"{name} = {value}")
    code = {name: value for name, value in sorted(execution.facts.items()) if name.startswith("code.")}
    branch.add(f"code = {digest_text(str(code))[:16]}, of {len(code)} files that fingerprint.json lists")
    for before in origin.inputs:
        branch.add(_tree(before))
    return tree


def show_diff(config: str, settings: tuple[str, ...], first: str, second: str) -> None:
    """What two runs were made from, where it differs."""
    _, metadata = _open(config, settings)
    runs = metadata.runs()
    for run in (first, second):
        if run not in runs:
            raise UserError(f"Invalid run. Expected one of {runs}. Received: {run!r}")
    before, after = (
        {execution.node: execution for execution in metadata.executions(run=run)} for run in (first, second)
    )
    for node in dict.fromkeys((*before, *after)):
        if node not in before or node not in after:
            click.echo(f"{node}: only in {first if node in before else second}")
            continue
        found = changes(before[node].facts, after[node].facts)
        click.echo(f"{node}: {'the same' if not found else f'{len(found)} facts differ'}")
        _print(found)


def show_explanation(config: str, settings: tuple[str, ...], node: str) -> None:
    """Why the node ran in its last run, or did not."""
    _, metadata = _open(config, settings)
    told = explain(metadata, node)
    did = {"CACHED": "reused what was there", "COMPLETE": "executed", "FAILED": "failed", "RUNNING": "is running"}
    click.echo(f"{node} in run {told.execution.run}: {did[told.execution.state]} (fingerprint {told.execution.key})")
    if told.nearest is None:
        click.echo("It was the first time.")
    elif told.changes:
        click.echo(f"Against run {told.nearest.run}, the nearest earlier one, {len(told.changes)} facts differ:")
        _print(told.changes)
    elif told.execution.state == "CACHED":
        click.echo(f"Nothing differs from run {told.nearest.run}.")
    else:
        click.echo(
            f"Nothing differs from run {told.nearest.run} ({told.nearest.state}): it was forced, its outputs "
            "were gone, or they no longer stood for the outside world."
        )


def _print(found: tuple[Change, ...]) -> None:
    for change in found:
        click.echo(f"  {change.name}: {change.before or 'not there'} -> {change.after or 'not there'}")


def collect_garbage(config: str, settings: tuple[str, ...], keep_runs: int, yes: bool) -> None:
    """Show what nothing needs, and remove it with `yes`."""
    loaded, metadata = _open(config, settings)
    root = Path(loaded.run_root)
    with run_lock(root):
        garbage = find_garbage(metadata, root, keep_runs)
        for directory, size in garbage.directories.items():
            click.echo(f"  {directory}  {size / 1e6:.1f} MB")
        total = sum(garbage.directories.values()) / 1e6
        needed = f"that neither the last {keep_runs} runs nor a pushed model needs"
        click.echo(f"{len(garbage.directories)} directories, {total:.1f} MB {needed}")
        if yes:
            remove(garbage, metadata)
            click.echo("Removed.")
        elif garbage.directories:
            click.echo("Nothing was removed. Next step: the same command with --yes")
