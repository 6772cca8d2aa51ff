"""`labeldrop run` in two processes that TF_CONFIG makes one cluster."""

import json
import os
import socket
import subprocess

from tests.pipeline.makers import command

LENIENT = "evaluator.thresholds=[{structure: LV, minimum: 0}]"


def test_workers_train_together_and_the_chief_alone_publishes(tiny_phantom, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        addresses = [f"127.0.0.1:{server.getsockname()[1]}" for server in (one, other)]
    cluster = {"worker": addresses}
    configs = [json.dumps({"cluster": cluster, "task": {"type": "worker", "index": index}}) for index in (0, 1)]
    processes = [
        subprocess.Popen(
            command(tmp_path, tiny_phantom, LENIENT), env={**os.environ, "TF_CONFIG": config},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for config in configs
    ]  # fmt: skip
    (chief, chief_error), (worker, worker_error) = (process.communicate(timeout=300) for process in processes)
    assert [process.returncode for process in processes] == [0, 0], chief_error + worker_error
    assert "2 replica(s)" in chief
    assert "Verdict: BLESSED" in chief
    assert "Trainer: joining the chief" in worker
    assert "Verdict" not in worker
    assert sorted(entry.name for entry in (tmp_path / "served").iterdir()) == ["1", "models.config"]
    assert len(list((tmp_path / "run" / "artifacts" / "Trainer").iterdir())) == 1
