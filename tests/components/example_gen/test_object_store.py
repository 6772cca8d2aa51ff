"""The datasets read from an object store: a local S3 server, by its real protocol."""

import shutil

import numpy as np
import pytest

from components.base import Context
from components.content import digest_tree
from components.engine.parameters import BeamParameters
from components.example_gen.component import ExampleGen
from components.example_gen.parameters import ExampleGenParameters
from components.examples_artifact import ExamplesArtifact
from components.files import local_folder, upload
from data_schemas.dataset_spec import DATASETS_DIR
from tests.components.example_gen.makers import read_all

CASES = [
    ("camus_nifti", "camus_nifti", {"frames": ["ED", "ES", "sequence"]}),
    ("camus_mhd", "camus_mhd", {}),
    ("echonet_pediatric", "echonet_pediatric", {}),
    ("hmc_qu", "hmc_qu", {}),
    ("sequence", "cardiac_uda",
     {"pattern": r"(?P<patient>.+)_image", "image_suffix": "_image", "mask_suffix": "_label"}),
    ("dicom", "dicom", {}),
    ("folder", "folder_png", {"presence": "presence.csv"}),
    ("folder", "folder_mha", {}),
]  # fmt: skip


@pytest.mark.parametrize(("reader", "folder", "options"), CASES, ids=[f"{case[0]}-{case[1]}" for case in CASES])
def test_each_reader_reads_the_same_from_the_store(store, phantom_formats, reader, folder, options):
    upload(phantom_formats / folder, store / folder, last="")
    here, there = (read_all(reader, root / folder, **options) for root in (phantom_formats, store))
    assert [frame.record for frame in there[0]] == [frame.record for frame in here[0]]
    for one, two in zip(here[0], there[0], strict=True):
        np.testing.assert_array_equal((one.image, one.mask), (two.image, two.mask))
    assert there[1] == here[1]


def convert(data_root, spec, out, workers):
    parameters = ExampleGenParameters.model_validate(
        {"data_root": str(data_root), "datasets": [{"spec": str(spec), "root": "camus_nifti"}], "salt": "public",
         "image_size": [32, 32]}
    )  # fmt: skip
    for folder in ("work", "examples"):
        (out / folder).mkdir(parents=True)
    component = ExampleGen(parameters, BeamParameters(workers=workers))
    component.execute({}, {"examples": out / "examples"}, Context(out / "work", out / "work", lambda line: None))
    return ExamplesArtifact.load(out / "examples").manifest["splits"], component.external_content()


@pytest.mark.parametrize("workers", [1, 2])
def test_conversion_from_the_store_gives_the_same_records(store, phantom_formats, tmp_path, workers):
    upload(phantom_formats / "camus_nifti", store / "camus_nifti", last="")
    spec = store / "mine.yaml"
    spec.write_text((DATASETS_DIR / "camus_nifti.yaml").read_text())
    here, _ = convert(phantom_formats, "camus_nifti", tmp_path / "here", 1)
    there, content = convert(store, spec, tmp_path / "there", workers)
    assert there == here
    assert sum(shard["records"] for shards in there.values() for shard in shards) == 24
    assert set(content) == {"structures", "camus_nifti.files", "camus_nifti.spec"}


def test_digest_changes_with_the_content_in_the_store(store):
    place = store / "digest"
    (place / "a.txt").write_text("one")
    before = digest_tree(place)
    assert digest_tree(place) == before
    (place / "a.txt").write_text("two")
    assert digest_tree(place) != before


def test_folder_goes_up_and_comes_down_whole(store, phantom_formats, tmp_path):
    shutil.copytree(phantom_formats / "dicom" / "masks", tmp_path / "deep" / "masks")
    upload(tmp_path, store / "tree", last="")
    with local_folder(store / "tree") as copy:
        assert digest_tree(copy) == digest_tree(tmp_path)
    assert not copy.exists()
