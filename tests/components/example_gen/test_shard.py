"""A shard that is written twice, also at the same time, is the shard that is written once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import tensorflow as tf

from components.example_gen.convert import Converter
from components.example_gen.parameters import ExampleGenParameters
from components.example_gen.readers.base import DeadLetter
from components.example_gen.shard import ShardWriter, Work
from components.example_gen.source import open_sources
from components.json_file import read_json
from tests.components.example_gen.makers import write_folder


@pytest.fixture
def job(tmp_path):
    """A writer of one shard, and the work of it."""
    write_folder(tmp_path / "full", [f"p{number}_4CH_ED" for number in range(12)])
    (tmp_path / "full" / "images" / "p3_4CH_ED.png").write_bytes(b"no picture")
    use = {"spec": "phantom_beta_full", "root": "full", "split": {"rule": "fixed", "split": "train"}}
    parameters = ExampleGenParameters.model_validate({"data_root": str(tmp_path), "datasets": [use], "salt": "s"})
    sources = open_sources(parameters)
    converter = Converter(parameters.vocabulary(), (32, 32), b"s")
    writer = ShardWriter(sources, converter, 1, tmp_path / "examples", tmp_path / "job")
    listed = [item for item in sources[0].reader.references() if not isinstance(item, DeadLetter)]
    return writer, [Work(0, item.file, item) for item in listed]


def written(writer):
    facts = read_json(writer.facts / "part-00000-of-00001.json")
    files = {file.name: file.read_bytes() for file in writer.examples.rglob("*") if file.is_file()}
    return {key: value for key, value in facts.items() if key != "process"}, files


def test_retried_shard_changes_nothing(job):
    writer, works = job
    with writer.folders():
        writer.write(0, works)
        once = written(writer)
        writer.write(0, works)
        (writer.facts / "part-00000-of-00001.json").unlink()  # killed before the facts were in place
        writer.write(0, reversed(works))
        assert written(writer) == once
        assert [letter["record"] for letter in once[0]["dead_letters"]] == ["p3_4CH_ED"]
    assert not writer.scratch.exists()


def test_shard_that_is_written_twice_at_the_same_time_is_whole(job):
    writer, works = job
    with writer.folders():
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: writer.write(0, works), range(4)))
        facts, files = written(writer)
        assert facts["shards"]["train"]["records"] == 11
        assert list(files) == ["part-00000-of-00001.tfrecord"]


def test_step_that_outlives_its_job_leaves_nothing(job):
    writer, works = job
    with writer.folders():
        pass
    with pytest.raises(tf.errors.NotFoundError, match="No such file"):
        writer.write(0, works)
    assert not writer.scratch.exists()
    assert not any(writer.examples.rglob("*"))
