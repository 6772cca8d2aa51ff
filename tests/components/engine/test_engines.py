"""The same records from every engine on this machine: one process, several, and a Beam job service."""

import json
import os
import shutil
import signal

import pytest
import tensorflow as tf

from components.base import UserError
from components.engine.parameters import BeamParameters
from tests.components.engine.makers import Disturber, checksums, convert, count, evaluate

TWO = BeamParameters(workers=2)
killed = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # Beam's own threads


def test_job_service_with_workers_of_its_own_gives_the_same_bytes(prism, pictures, converted, tmp_path):
    with Disturber(tmp_path, lambda processes: None) as seen:
        again = convert(pictures, tmp_path, prism)
    assert checksums(again) == checksums(converted)
    assert os.getpid() not in seen.processes


def test_statistics_and_evaluation_on_a_job_service(prism, converted, counted, model, evaluated, tmp_path):
    assert checksums(count(converted, tmp_path, prism)) == checksums(counted)
    assert checksums(evaluate(converted, model, tmp_path, prism)) == checksums(evaluated)


def test_several_processes_give_the_same_bytes(pictures, converted, tmp_path):
    with Disturber(tmp_path, lambda processes: None) as seen:
        again = convert(pictures, tmp_path, TWO)
    assert checksums(again) == checksums(converted)
    assert os.getpid() not in seen.processes


def test_bad_picture_is_a_dead_letter(converted):
    letters = [json.loads(line) for line in (converted / "dead_letters.jsonl").read_text().splitlines()]
    assert [(letter["file"], letter["record"]) for letter in letters] == [("images/p007_4CH_ED.png", "p007_4CH_ED")]


@killed
def test_killed_worker_process_changes_nothing(pictures, converted, tmp_path):
    killed = []

    def kill(processes):
        killed.append(next(iter(processes)))
        os.kill(killed[0], signal.SIGKILL)

    with Disturber(tmp_path, kill) as disturbed:
        again = convert(pictures, tmp_path, TWO)
    assert killed
    assert killed[0] != os.getpid()
    assert disturbed.shards_before < 12
    assert checksums(again) == checksums(converted)
    assert [path for path in (tmp_path / "work").rglob("*") if path.is_file()] == []


@killed
def test_workers_that_are_always_killed_are_a_clear_error(pictures, tmp_path):
    def kill(processes):
        os.kill(next(iter(processes)), signal.SIGKILL)

    with (
        pytest.raises(UserError, match=r"(?s)the last of 1 attempts lost one.*lower beam\.workers"),
        Disturber(tmp_path, kill),
    ):
        convert(pictures, tmp_path, BeamParameters(workers=2, attempts=1))


@pytest.mark.parametrize("engine", ["one", "two", "prism"])
def test_too_many_bad_pictures_fail_the_job_and_are_named(engine, pictures, tmp_path, request):
    beam = request.getfixturevalue("prism") if engine == "prism" else BeamParameters(workers=1 + (engine == "two"))
    with pytest.raises(UserError, match=r"(?s)1 of 48 records are bad.*images/p007_4CH_ED\.png") as caught:
        convert(pictures, tmp_path, beam, max_bad_fraction=0.0)
    assert "Next step" in str(caught.value)
    assert not (tmp_path / "examples" / "manifest.json").exists()


@pytest.mark.parametrize("engine", ["one", "two", "prism"])
def test_what_a_worker_says_the_user_can_mend_arrives_as_that(engine, converted, tmp_path, request):
    beam = request.getfixturevalue("prism") if engine == "prism" else BeamParameters(workers=1 + (engine == "two"))
    examples = tmp_path / "examples"
    _copy_with_a_broken_picture(converted, examples)
    with pytest.raises(UserError, match=r"^Invalid picture in a record\. Expected an 8-bit gray PNG"):
        count(examples, tmp_path, beam)


def _copy_with_a_broken_picture(examples, target):
    shutil.copytree(examples, target)
    file = next((target / "train").glob("*.tfrecord"))
    serialized = list(tf.data.TFRecordDataset(str(file)).as_numpy_iterator())
    broken = tf.train.Example.FromString(serialized[0])
    broken.features.feature["image/encoded"].bytes_list.value[0] = b"no picture"
    with tf.io.TFRecordWriter(str(file)) as writer:
        for record in (broken.SerializeToString(), *serialized[1:]):
            writer.write(record)
