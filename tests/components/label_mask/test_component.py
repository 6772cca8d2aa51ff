"""Labels taken from real records."""

import numpy as np
import pytest
import tensorflow as tf

from components.base import Context, UserError
from components.example_gen.component import ExampleGen
from components.example_gen.parameters import ExampleGenParameters
from components.examples_artifact import ExamplesArtifact
from components.label_mask.component import LabelMask
from components.label_mask.parameters import LabelMaskParameters
from components.trainer.component import source
from data_schemas.yaml_file import read_yaml
from pipeline.config import CONFIGS_DIR
from pipeline.phantom.camus_writer import write_camus
from pipeline.phantom.settings import PhantomSettings

HIDE = {"beta": ["MYO", "LA"]}


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """Both scanners with every label, at 32 by 32 pixels."""
    root = tmp_path_factory.mktemp("full")
    content = read_yaml(CONFIGS_DIR / "phantom.yaml")
    for domain in ("alpha", "beta"):
        content[domain]["patients"] = {"train": 6, "val": 2, "test": 2}
    for domain in ("alpha", "beta"):
        write_camus(PhantomSettings.model_validate(content), root / domain, lambda line: None, domain)
    for folder in ("examples", "work"):
        (root / folder).mkdir()
    datasets = [{"spec": "phantom_alpha", "root": "alpha"}, {"spec": "phantom_beta_labelled", "root": "beta"}]
    parameters = ExampleGenParameters(data_root=str(root), datasets=datasets, image_size=(32, 32), salt="public")
    context = Context(root / "work", root / "work", lambda line: None)
    ExampleGen(parameters).execute({}, {"examples": root / "examples"}, context)
    return root / "examples"


def mask(full, out, **parameters):
    out.mkdir()
    component = LabelMask(LabelMaskParameters.model_validate({"source": str(full), **parameters}))
    component.execute({}, {"examples": out}, Context(out, out, lambda line: None))
    return ExamplesArtifact.load(out)


def records(artifact, split):
    """Domain, presence, mask and example_id of each record."""
    spec = source(artifact, split).spec
    for serialized in tf.data.TFRecordDataset([str(file) for file in artifact.files(split)]):
        one = tf.io.parse_single_example(serialized, spec)
        picture = tf.io.decode_png(one["mask/encoded"]).numpy()
        yield one["domain"].numpy().decode(), tuple(one["label_presence"].numpy()), picture, one["example_id"].numpy()


def test_labels_are_hidden_where_training_looks_and_nowhere_else(full, tmp_path):
    artifact = mask(full, tmp_path / "out", hide=HIDE)
    before = {key: picture for _, _, picture, key in records(ExamplesArtifact.load(full), "train")}
    for domain, presence, picture, key in records(artifact, "train"):
        assert presence == ((1, 1, 1) if domain == "alpha" else (1, 0, 0))
        expected = before[key] if domain == "alpha" else np.where(before[key] == 1, 1, 0)
        np.testing.assert_array_equal(picture, expected)
    assert {presence for domain, presence, _, _ in records(artifact, "val") if domain == "beta"} == {(1, 0, 0)}
    assert {presence for _, presence, _, _ in records(artifact, "test")} == {(1, 1, 1)}
    assert artifact.partially_labelled("train") == (False, True, True)
    assert artifact.labelled_domains("train") == {"alpha": (True, True, True), "beta": (True, False, False)}


def test_shuffled_presence_has_as_many_labels_and_tells_no_domain(full, tmp_path):
    one, other = (mask(full, tmp_path / str(seed), hide=HIDE, shuffle=True, seed=seed) for seed in (1, 2))
    patterns = [presence for _, presence, _, _ in records(one, "train")]
    assert sorted(patterns) == sorted([(1, 1, 1)] * 12 + [(1, 0, 0)] * 12)
    assert {domain for domain, presence, _, _ in records(one, "train") if presence == (1, 1, 1)} == {"alpha", "beta"}
    assert patterns != [presence for _, presence, _, _ in records(other, "train")]


def test_dropped_domain_is_tested_and_not_learned_from(full, tmp_path):
    artifact = mask(full, tmp_path / "out", drop=["beta"])
    assert {domain for domain, *_ in records(artifact, "train")} == {"alpha"}
    assert {domain for domain, *_ in records(artifact, "test")} == {"alpha", "beta"}
    assert artifact.records("train") == 12


def test_some_patients_keep_their_labels_in_all_their_images(full, tmp_path):
    artifact = mask(full, tmp_path / "out", hide=HIDE, keep=0.5, seed=3)
    whole = [presence for domain, presence, _, _ in records(artifact, "train") if domain == "beta"]
    assert {(1, 1, 1), (1, 0, 0)} == set(whole)
    assert whole.count((1, 1, 1)) % 2 == 0  # ED and ES of a patient


def test_unknown_domain_and_nothing_left_are_refused(full, tmp_path):
    with pytest.raises(UserError, match="gamma"):
        mask(full, tmp_path / "one", hide={"gamma": ["LA"]})
    with pytest.raises(UserError, match="expected records left"):
        mask(full, tmp_path / "two", drop=["alpha", "beta"])
