"""A Flink cluster on this machine: a JobManager and TaskManagers, each in a process of its own, on loopback only.

Everything it writes stands in one folder: configuration, logs, process ids. Flink's own scripts start and stop it.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import yaml

from components.base import UserError
from components.engine.flink.rest import Overview, overview
from components.engine.flink.version import flink_home, java

START_SECONDS = 120
LOCALHOST = "127.0.0.1"


@dataclass(frozen=True)
class LocalCluster:
    """A cluster below one folder.

    Attributes:
        folder: Of the cluster's own.
        port: Of the JobManager's REST interface; the next one is its RPC.
    """

    folder: Path
    port: int = 8081

    @property
    def address(self) -> str:
        """Where the JobManager answers."""
        return f"{LOCALHOST}:{self.port}"

    def up(self, task_managers: int = 2, slots: int = 1) -> Overview:
        """Start it and wait until every TaskManager is there.

        Raises:
            UserError: Flink or Java is missing, the port is taken, or the cluster does not come up.
        """
        if self.is_running():
            raise UserError(f"{self.folder}: the cluster is already running. Next step: `labeldrop flink down` first.")
        java()
        self._check_ports()
        shutil.rmtree(self.folder, ignore_errors=True)
        self._configure(slots)
        self._script("jobmanager.sh", "start")
        for _ in range(task_managers):
            self.add_task_manager()
        try:
            return self.wait_for(task_managers)
        except UserError:
            self.down()
            raise

    def add_task_manager(self) -> None:
        """Start another TaskManager."""
        self._script("taskmanager.sh", "start")

    def wait_for(self, task_managers: int) -> Overview:
        """Wait until so many TaskManagers have come.

        Raises:
            UserError: They do not.
        """
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                found = overview(self.address)
                if found.task_managers >= task_managers:
                    return found
                received = f"{found.task_managers}"
            except UserError as error:
                received = str(error)
            if time.monotonic() > until:
                raise UserError(
                    f"{self.address}: expected {task_managers} TaskManagers within {START_SECONDS} s. Received: "
                    f"{received}. Next step: read {self.folder / 'log'}."
                )
            time.sleep(0.2)

    def down(self) -> None:
        """Stop every process of the cluster that still runs."""
        for pid in self.task_managers() + self.job_managers():
            os.kill(pid, signal.SIGTERM)
        until = time.monotonic() + START_SECONDS / 4
        while self.is_running() and time.monotonic() < until:
            time.sleep(0.1)
        for pid in self.task_managers() + self.job_managers():
            os.kill(pid, signal.SIGKILL)

    def is_running(self) -> bool:
        """Whether any of its processes does."""
        return bool(self.job_managers() or self.task_managers())

    def job_managers(self) -> list[int]:
        """Process ids of JobManagers that run."""
        return self._pids("standalonesession")

    def task_managers(self) -> list[int]:
        """Process ids of TaskManagers that run."""
        return self._pids("taskexecutor")

    def _check_ports(self) -> None:
        """Else another cluster's TaskManagers would be taken for this one's."""
        for port in (self.port, self.port + 1):
            with socket.socket() as one:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    one.bind((LOCALHOST, port))
                except OSError as error:
                    raise UserError(
                        f"{LOCALHOST}:{port}: expected a port that nobody listens on. Received: {error.strerror}. Next "
                        "step: stop what uses it, or choose another one with --port."
                    ) from None

    def _pids(self, kind: str) -> list[int]:
        """Of this cluster's processes; a number that another program has got since does not count."""
        listed = [int(line) for file in self.folder.glob(f"pid/*-{kind}.pid") for line in file.read_text().split()]
        return [pid for pid in listed if str(self.folder / "conf") in _command_line(pid)]

    def _configure(self, slots: int) -> None:
        for name in ("log", "pid", "tmp"):
            (self.folder / name).mkdir(parents=True)
        shutil.copytree(flink_home() / "conf", self.folder / "conf")
        file = self.folder / "conf" / "config.yaml"
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        memory = {"process": {"size": "1024m"}, "managed": {"size": "128m"}}
        content["jobmanager"] |= {"rpc": {"address": LOCALHOST, "port": self.port + 1}, "bind-host": LOCALHOST}
        content["taskmanager"] |= {
            "host": LOCALHOST, "bind-host": LOCALHOST, "numberOfTaskSlots": slots, "memory": memory,
        }  # fmt: skip
        content["rest"] = {"address": LOCALHOST, "port": self.port, "bind-address": LOCALHOST}
        content["cluster"] = {"evenly-spread-out-slots": True}
        content["heartbeat"] = {"interval": 2000, "timeout": 10_000}  # ms; a killed TaskManager is missed soon
        content["io"] = {"tmp": {"dirs": str(self.folder / "tmp")}}
        file.write_text(yaml.safe_dump(content, width=10_000), encoding="utf-8")

    def _script(self, name: str, *arguments: str) -> None:
        environment = {
            **os.environ, "FLINK_CONF_DIR": str(self.folder / "conf"), "FLINK_LOG_DIR": str(self.folder / "log"),
            "FLINK_PID_DIR": str(self.folder / "pid"), "FLINK_IDENT_STRING": "labeldrop",
        }  # fmt: skip
        done = subprocess.run(
            [str(flink_home() / "bin" / name), *arguments], env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise UserError(f"{name} {' '.join(arguments)}: {done.stderr.strip() or done.stdout.strip()}")


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""
