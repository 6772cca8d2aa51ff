"""A real Flink cluster on this machine: what is checked before a job, and what is on which address."""

import os
import signal
import time
from pathlib import Path

import pytest

from components.base import UserError
from components.engine.flink.cluster import LocalCluster
from components.engine.flink.rest import check_cluster, overview
from components.engine.flink.version import HOME_VARIABLE, check_sha256, flink_home, job_server_jar
from components.engine.parameters import BeamParameters
from components.engine.preflight import preflight
from components.engine.worker_check import here


def listening(pid):
    """Local addresses, as in /proc, that a process listens on."""
    links = [str(file.readlink()) for file in Path(f"/proc/{pid}/fd").iterdir()]
    own = {link[8:-1] for link in links if link.startswith("socket:")}
    tables = [Path(f"/proc/{pid}/net/{name}").read_text().splitlines()[1:] for name in ("tcp", "tcp6")]
    rows = [row.split() for table in tables for row in table]
    return {row[1].split(":")[0] for row in rows if row[3] == "0A" and row[9] in own}


def test_each_part_is_a_process_of_its_own_on_loopback(cluster):
    processes = cluster.job_managers() + cluster.task_managers()
    assert len(set(processes)) == 3
    addresses = set().union(*(listening(pid) for pid in processes))
    assert addresses <= {"0100007F", "0000000000000000FFFF00000100007F"}  # 127.0.0.1, also as IPv6


def test_cluster_that_fits_is_accepted(cluster):
    until(lambda: slots(cluster) == (2, 2, 2))
    check_cluster(cluster.address, slots=2)


def test_too_few_slots_are_told_with_the_remedy(cluster):
    until(lambda: slots(cluster) == (2, 2, 2))
    with pytest.raises(
        UserError, match=r"expected 3 free slots.*Received: 2 of 2 on 2 TaskManagers.*lower beam\.workers"
    ):
        check_cluster(cluster.address, slots=3)


def test_another_flink_is_told(cluster, monkeypatch):
    monkeypatch.setattr("components.engine.flink.rest.FLINK", "1.19")
    with pytest.raises(UserError, match=r"expected a cluster of Flink 1\.19\. Received: 1\.20\.\d+"):
        check_cluster(cluster.address, slots=1)


def test_cluster_that_runs_is_not_started_again(cluster):
    with pytest.raises(UserError, match="already running"):
        cluster.up()


def test_port_of_another_cluster_is_refused(cluster, tmp_path):
    with pytest.raises(UserError, match=rf"{cluster.port}: expected a port that nobody listens on.*--port"):
        LocalCluster(tmp_path, cluster.port).up()


def test_killed_task_manager_is_missed_and_replaced(cluster):
    os.kill(cluster.task_managers()[0], signal.SIGKILL)
    until(lambda: slots(cluster) == (1, 1, 1))
    with pytest.raises(UserError, match="Received: 1 of 1 on 1 TaskManagers"):
        check_cluster(cluster.address, slots=2)
    cluster.add_task_manager()
    until(lambda: slots(cluster) == (2, 2, 2))


def slots(cluster):
    found = overview(cluster.address)
    return found.task_managers, found.slots, found.free_slots


def until(holds, seconds=180):
    """Wait until it holds: the JobManager counts TaskManagers and slots one after the other."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came to hold"
        time.sleep(0.2)


def test_no_cluster_is_told_with_the_remedy():
    with pytest.raises(UserError, match="labeldrop flink up"):
        check_cluster("127.0.0.1:1", slots=1)


def test_missing_jar_is_told_before_anything_else(tmp_path):
    beam = BeamParameters(engine="flink", flink={"job_server_jar": str(tmp_path / "job-server.jar")})
    with pytest.raises(
        UserError, match=r"job-server\.jar: expected Beam's job server for Flink.*Next step: make flink"
    ):
        preflight(beam, here(tmp_path))


def test_changed_jar_is_refused(tmp_path):
    (tmp_path / "job-server.jar").write_bytes(b"other")
    with pytest.raises(UserError, match="expected the SHA-256 0000"):
        job_server_jar(str(tmp_path / "job-server.jar"), "0" * 64)
    check_sha256(tmp_path / "job-server.jar", None)


def test_missing_flink_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    with pytest.raises(UserError, match=r"expected Flink 1\.20.*Next step: make flink"):
        flink_home()
