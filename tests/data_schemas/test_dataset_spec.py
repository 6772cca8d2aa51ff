import pytest
from pydantic import ValidationError

from data_schemas.dataset_spec import DATASETS_DIR, DatasetSpec, load_dataset_spec
from data_schemas.vocabulary import VOCABULARIES_DIR, load_vocabulary

SPEC = {
    "name": "mine", "title": "Mine", "reader": "folder", "domain": "clinic", "labels": {1: "LV"}, "annotated": ["LV"],
    "split": {"rule": "hash", "train": 0.8, "val": 0.1, "test": 0.1}, "licence": "-",
    "views": ["4CH"], "spacing": {"rule": "file"}, "citation": "-", "access": "-",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(file.stem for file in DATASETS_DIR.glob("*.yaml")))
def test_shipped_datasets_are_valid_and_speak_a_shipped_vocabulary(name):
    spec = load_dataset_spec(name)
    assert spec.name == name
    vocabularies = [load_vocabulary(), *(load_vocabulary(file.stem) for file in VOCABULARIES_DIR.glob("*.yaml"))]
    assert any(set(spec.labels.values()) <= set(vocabulary.names) for vocabulary in vocabularies)
    assert spec.licence
    assert spec.citation


def test_unknown_dataset_lists_the_known_ones():
    with pytest.raises(ValueError, match=r"Invalid dataset. Expected one of \[.*camus_nifti.*Received: 'camos'"):
        load_dataset_spec("camos")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"annotated": ["LV", "LA"]}, r"structures without a source label.*Received: \['LA'\]"),
        ({"split": {"rule": "hash", "train": 0.8, "val": 0.1, "test": 0.2}}, "Expected train \\+ val \\+ test = 1"),
        ({"split": {"rule": "random"}}, "rule"),
        ({"annotated": {"2CH": ["LV"]}}, r"each of the views \['4CH'\]. Received: \['2CH'\]"),
        ({"spacing": {"rule": "fixed", "mm": [0.0, 0.3]}}, "greater than 0"),
        ({"colour": "red"}, "Extra inputs are not permitted"),
    ],
)
def test_impossible_spec_is_refused(change, message):
    with pytest.raises(ValidationError, match=message):
        DatasetSpec.model_validate({**SPEC, **change})
