"""`labeldrop flink`: a Flink cluster on this machine."""

from pathlib import Path

import click

from components.base import UserError
from components.engine.flink.cluster import LocalCluster
from components.engine.flink.rest import overview
from components.engine.flink.version import PLACE


def _cluster(folder: str | None, port: int) -> LocalCluster:
    return LocalCluster(Path(folder or PLACE / "cluster").absolute(), port)


def start(folder: str | None, port: int, task_managers: int, slots: int) -> None:
    """Start a JobManager and TaskManagers.

    Raises:
        UserError: Flink or Java is missing, or the cluster does not come up.
    """
    cluster = _cluster(folder, port)
    found = cluster.up(task_managers, slots)
    click.echo(f"Flink {found.version} at {cluster.address}: {found.task_managers} TaskManagers, {found.slots} slots")
    click.echo(f"Use it with --set=beam.engine=flink --set=beam.flink.address={cluster.address}")


def stop(folder: str | None, port: int) -> None:
    """Stop every process of the cluster."""
    cluster = _cluster(folder, port)
    cluster.down()
    click.echo(f"{cluster.folder}: no process runs")


def status(folder: str | None, port: int) -> None:
    """Say what runs.

    Raises:
        UserError: Nothing does.
    """
    cluster = _cluster(folder, port)
    if not cluster.is_running():
        raise UserError(f"{cluster.folder}: no cluster is running. Next step: labeldrop flink up.")
    found = overview(cluster.address)
    processes = [*cluster.job_managers(), *cluster.task_managers()]
    click.echo(
        f"Flink {found.version} at {cluster.address}: {found.task_managers} TaskManagers, {found.free_slots} of "
        f"{found.slots} slots are free; processes {processes}; logs in {cluster.folder / 'log'}"
    )
