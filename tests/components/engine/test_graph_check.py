"""The dry run: graphs of all three jobs, built and validated for each engine without submitting anything."""

import pytest
from click.testing import CliRunner

from components.base import UserError
from pipeline.cli import cli
from tests.pipeline.makers import QUICKSTART

CLOUD = (
    "dataflow: {project: my-project, region: europe-west1, temp_location: 'gs://bucket/tmp', sdk_container_image: "
    "'registry.example/labeldrop:1'}"
)


def check(tiny_phantom, beam, *options):
    """What `labeldrop beam check` prints."""
    settings = [f"--set=data_root={tiny_phantom}", f"--set=beam={beam}"]
    arguments = ["beam", "check", str(QUICKSTART), *settings, *options]
    return CliRunner().invoke(cli, arguments, catch_exceptions=False).stdout


@pytest.mark.parametrize(
    ("beam", "started_from"),
    [
        ("{workers: 2}", "this Python"),
        ("{engine: flink, workers: 2}", "labeldrop-beam-worker"),
        ("{engine: spark, worker_command: /opt/labeldrop/bin/worker}", "/opt/labeldrop/bin/worker"),
        (f"{{engine: dataflow, {CLOUD}}}", "registry.example/labeldrop:1"),
    ],
)
def test_every_jobs_graph_is_built_and_validated(tiny_phantom, beam, started_from):
    lines = check(tiny_phantom, beam, "--graphs-only").splitlines()
    assert [line.split(":")[0] for line in lines[:3]] == ["ExampleGen", "StatisticsGen", "Evaluator"]
    assert all(line.endswith(started_from) for line in lines[:3])


@pytest.mark.parametrize(
    ("beam", "message"),
    [
        (f"{{engine: dataflow, {CLOUD.replace('my-project', 'P')}}}", r"Invalid Project ID \(P\)"),
        ("{options: [--sdk_worker_paralelism=2]}", "unknown option --sdk_worker_paralelism"),
        ("{engine: spark}", r"beam\.spark\.job_server_jar"),
        ("{engine: flink, flink: {job_server_jar: /no/such.jar}}", r"/no/such\.jar: expected Beam's job server"),
    ],
)
def test_what_is_in_the_way_is_one_message(tiny_phantom, beam, message):
    with pytest.raises(UserError, match=message):
        check(tiny_phantom, beam)


def test_dataflow_is_not_run_and_says_why(tiny_phantom, tmp_path):
    settings = [
        f"--set=data_root={tiny_phantom}",
        f"--set=run_root={tmp_path}",
        f"--set=beam={{engine: dataflow, {CLOUD}}}",
    ]
    with pytest.raises(UserError, match=r"labeldrop beam check.*docs/how-to/dataflow\.md"):
        CliRunner().invoke(cli, ["run", str(QUICKSTART), *settings], catch_exceptions=False)
