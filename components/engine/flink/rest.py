"""What Flink's REST interface tells about a cluster."""

from dataclasses import dataclass
from typing import Any

import requests

from components.base import UserError
from components.engine.flink.version import FLINK

SECONDS = 5


@dataclass(frozen=True)
class Overview:
    """A cluster at one moment."""

    version: str
    task_managers: int
    slots: int
    free_slots: int


def overview(address: str) -> Overview:
    """Ask the JobManager.

    Raises:
        UserError: Nobody answers, or it is no JobManager.
    """
    said = _get(address, "overview")
    return Overview(said["flink-version"], said["taskmanagers"], said["slots-total"], said["slots-available"])


def jobs(address: str) -> list[str]:
    """Ids of all jobs that the JobManager remembers, the newest last."""
    listed = _get(address, "jobs/overview")["jobs"]
    return [job["jid"] for job in sorted(listed, key=lambda job: int(job["start-time"]))]


def task_managers_of(address: str, job: str) -> set[str]:
    """Ids of the TaskManagers that ran a subtask of a job."""
    return {
        manager["taskmanager-id"]
        for vertex in _get(address, f"jobs/{job}")["vertices"]
        for manager in _get(address, f"jobs/{job}/vertices/{vertex['id']}/taskmanagers")["taskmanagers"]
    }


def check_cluster(address: str, slots: int) -> None:
    """Refuse a cluster that cannot run a job of so many parallel subtasks.

    Raises:
        UserError: It is not there, of another version, or has too few free slots.
    """
    found = overview(address)
    if not found.version.startswith(f"{FLINK}."):
        raise UserError(
            f"{address}: expected a cluster of Flink {FLINK}. Received: {found.version}. Next step: start one of that "
            "version; Beam's job server speaks to no other."
        )
    if found.free_slots < slots:
        raise UserError(
            f"{address}: expected {slots} free slots, as beam.workers asks for. Received: {found.free_slots} of "
            f"{found.slots} on {found.task_managers} TaskManagers. Next step: start another TaskManager, wait for "
            "other jobs, or lower beam.workers."
        )


def _get(address: str, path: str) -> Any:
    try:
        answer = requests.get(f"http://{address}/v1/{path}", timeout=SECONDS)
        answer.raise_for_status()
        return answer.json()
    except (requests.RequestException, ValueError) as error:
        raise UserError(
            f"{address}: expected the REST interface of a Flink JobManager. Received: {type(error).__name__}. Next "
            "step: start a cluster with `labeldrop flink up`, or set beam.flink.address."
        ) from None
