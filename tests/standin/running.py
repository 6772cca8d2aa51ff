"""Starting and stopping the stand-in."""

import os
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

PROGRAM = Path(__file__).with_name("model_server.py")


@contextmanager
def running(base_path, **environment):
    """The stand-in on the versions below a base path: its gRPC and its REST address."""
    ports = free_port(), free_port()
    arguments = [f"--port={ports[0]}", f"--rest_api_port={ports[1]}", "--model_name=labeldrop"]
    process = subprocess.Popen(
        [sys.executable, str(PROGRAM), *arguments, f"--model_base_path={base_path}"], stdout=subprocess.PIPE, text=True,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", **environment},
    )  # fmt: skip
    try:
        assert process.stdout.readline() == "ready\n"
        yield f"127.0.0.1:{ports[0]}", f"http://127.0.0.1:{ports[1]}"
    finally:
        process.kill()
        process.wait()


def free_port():
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def executable(folder, **environment):
    """A program that behaves as tensorflow_model_server does."""
    program = folder / "tensorflow_model_server"
    settings = " ".join(f"{name}={value}" for name, value in environment.items())
    program.write_text(f'#!/bin/sh\n{settings} TF_CPP_MIN_LOG_LEVEL=3 exec {sys.executable} {PROGRAM} "$@"\n')
    program.chmod(0o755)
    return str(program)
