"""The dry run: graphs of all three jobs, built and validated for each engine without submitting anything."""

import pytest

from tests.pipeline.makers import LABELDROP, QUICKSTART, finish

CLOUD = (
    "dataflow: {project: my-project, region: europe-west1, temp_location: 'gs://bucket/tmp', sdk_container_image: "
    "'registry.example/labeldrop:1'}"
)


def check(tiny_phantom, beam, *options):
    settings = [f"--set=data_root={tiny_phantom}", f"--set=beam={beam}"]
    return finish([str(LABELDROP), "beam", "check", str(QUICKSTART), *settings, *options])


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
    done = check(tiny_phantom, beam, "--graphs-only")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line.split(":")[0] for line in lines[:3]] == ["ExampleGen", "StatisticsGen", "Evaluator"]
    assert all(line.endswith(started_from) for line in lines[:3])


@pytest.mark.parametrize(
    ("beam", "message"),
    [
        (f"{{engine: dataflow, {CLOUD.replace('my-project', 'P')}}}", "Invalid Project ID (P)"),
        ("{options: [--sdk_worker_paralelism=2]}", "unknown option --sdk_worker_paralelism"),
        ("{engine: spark}", "beam.spark.job_server_jar"),
        ("{engine: flink, flink: {job_server_jar: /no/such.jar}}", "/no/such.jar: expected Beam's job server"),
    ],
)
def test_what_is_in_the_way_is_one_message(tiny_phantom, beam, message):
    done = check(tiny_phantom, beam)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
