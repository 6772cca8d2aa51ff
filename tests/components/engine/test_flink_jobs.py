"""The three jobs on a real Flink cluster, also when a process under them is killed.

Needs Beam's job server for Flink besides Flink itself; where Maven does not serve it, every test here is skipped.
"""

import json
import os
import signal

import pytest

from components.base import UserError
from components.engine.flink.rest import jobs, task_managers_of
from tests.components.engine.makers import Disturber, checksums, convert, count, evaluate


def test_examples_are_the_same_bytes_from_several_workers_on_both_task_managers(
    flink, cluster, pictures, converted, tmp_path
):
    processes = set()
    with Disturber(tmp_path, processes.update):
        again = convert(pictures, tmp_path, flink)
    assert checksums(again) == checksums(converted)
    assert os.getpid() not in processes
    assert len(task_managers_of(cluster.address, jobs(cluster.address)[-1])) == 2


def test_bad_picture_is_a_dead_letter(flink, pictures, tmp_path):
    examples = convert(pictures, tmp_path, flink)
    letters = [json.loads(line) for line in (examples / "dead_letters.jsonl").read_text().splitlines()]
    assert [letter["record"] for letter in letters] == ["p007_4CH_ED"]


def test_too_many_bad_pictures_fail_the_job_and_are_named(flink, pictures, tmp_path):
    with pytest.raises(UserError, match=r"(?s)1 of 48 records are bad.*images/p007_4CH_ED\.png"):
        convert(pictures, tmp_path, flink, max_bad_fraction=0.0)


def test_statistics_and_evaluation(flink, converted, counted, model, evaluated, tmp_path):
    assert checksums(count(converted, tmp_path, flink)) == checksums(counted)
    assert checksums(evaluate(converted, model, tmp_path, flink)) == checksums(evaluated)


def test_killed_worker_process_changes_nothing(flink, pictures, converted, tmp_path):
    with Disturber(tmp_path, lambda processes: os.kill(next(iter(processes)), signal.SIGKILL)):
        again = convert(pictures, tmp_path, flink)
    assert checksums(again) == checksums(converted)
    assert [path for path in (tmp_path / "work").rglob("*") if path.is_file()] == []


def test_killed_task_manager_changes_nothing_once_it_is_replaced(flink, cluster, pictures, converted, tmp_path):
    def replace(processes):
        os.kill(cluster.task_managers()[0], signal.SIGKILL)
        cluster.add_task_manager()

    with Disturber(tmp_path, replace):
        again = convert(pictures, tmp_path, flink)
    assert checksums(again) == checksums(converted)
    assert [path for path in (tmp_path / "work").rglob("*") if path.is_file()] == []
    cluster.wait_for(2)
