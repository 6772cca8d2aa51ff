"""Engines that are real: worker processes, a Beam job service, a Flink cluster."""

import shutil
import socket
import subprocess
import time

import pytest
import tensorflow as tf

from components.base import UserError
from components.engine.flink.cluster import LocalCluster
from components.engine.flink.version import PLACE, flink_home, job_server_jar
from components.engine.parameters import BeamParameters
from components.examples_artifact import ExamplesArtifact
from components.trainer.model_artifact import save_model
from models.plan import make_plan
from models.unet import build_unet
from tests.components.engine.makers import convert, count, evaluate, write_pictures

PRISM = PLACE.parent / "prism" / "prism"


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    return write_pictures(tmp_path_factory.mktemp("pictures"))


@pytest.fixture(scope="session")
def converted(pictures, tmp_path_factory):
    """The examples as one process writes them."""
    return convert(pictures, tmp_path_factory.mktemp("converted"))


@pytest.fixture(scope="session")
def model(converted, tmp_path_factory):
    tf.keras.utils.set_random_seed(3)
    directory = tmp_path_factory.mktemp("model")
    plan = make_plan((48, 48), 3, base_features=4, max_levels=3)
    save_model(build_unet(plan), plan, "softmax", ExamplesArtifact.load(converted).vocabulary, directory)
    return directory


@pytest.fixture(scope="session")
def counted(converted, tmp_path_factory):
    return count(converted, tmp_path_factory.mktemp("counted"))


@pytest.fixture(scope="session")
def evaluated(converted, model, tmp_path_factory):
    return evaluate(converted, model, tmp_path_factory.mktemp("evaluated"))


@pytest.fixture(scope="session")
def prism():
    """Prism, Beam's reference runner: a job service that starts workers as a cluster does."""
    if not PRISM.is_file():
        pytest.skip(f"Beam's reference runner is not built: {PRISM}; `make prism` needs Go")
    port = _free_port()
    process = subprocess.Popen(
        [str(PRISM), f"-job_port={port}", "-serve_http=false", "-idle_shutdown_timeout=10m"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    _wait_for(port)
    endpoint = {"job_endpoint": f"127.0.0.1:{port}"}
    yield BeamParameters(engine="portable", portable=endpoint)
    process.terminate()
    process.wait()


@pytest.fixture(scope="session")
def flink_installed():
    """Flink itself; tests that need it skip where it or Java is missing."""
    if shutil.which("java") is None:
        pytest.skip("no java on PATH; `apt-get install openjdk-17-jre-headless` installs it on Debian")
    try:
        return flink_home()
    except UserError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def cluster(flink_installed, tmp_path_factory):
    """A JobManager and two TaskManagers in processes of their own."""
    cluster = LocalCluster(tmp_path_factory.mktemp("flink"), _free_port())
    cluster.up(task_managers=2, slots=1)
    yield cluster
    cluster.down()


@pytest.fixture(scope="session")
def flink(flink_installed, request):
    """The cluster as an engine; needs Beam's job server too."""
    try:
        job_server_jar(None, None)
    except UserError as error:
        pytest.skip(str(error))
    return BeamParameters(engine="flink", workers=2, flink={"address": request.getfixturevalue("cluster").address})


def _free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def _wait_for(port):
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"nobody listens at {port}")
