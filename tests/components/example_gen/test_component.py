"""ExampleGen as a component: real Beam runs on tiny datasets of each format."""

import hashlib
import json
import math

import numpy as np
import pytest
import tensorflow as tf
from pydantic import ValidationError

from components.base import Context, UserError
from components.engine.component import THIS_PROCESS
from components.engine.parameters import BeamParameters
from components.example_gen.component import ExampleGen
from components.example_gen.parameters import ExampleGenParameters
from components.examples_artifact import ExamplesArtifact
from data_schemas.example_schema import feature_spec, load_schema
from pipeline.config import CONFIGS_DIR, load_config
from tests.components.example_gen.makers import mask_of, write_camus, write_echonet, write_folder, write_nifti

SPLITS = ("train", "val", "test")


@pytest.fixture
def data(tmp_path):
    root = tmp_path / "data"
    write_camus(root / "alpha", {"train": 5, "val": 2, "test": 2})
    write_echonet(root / "beta", ["TRAIN"] * 4 + ["VAL", "TEST"])
    write_folder(root / "full", ["0X000005_4CH_ED", "0X000005_4CH_ES"])
    return root


def parameters(data, **changes):
    datasets = [
        {"spec": "phantom_alpha", "root": "alpha"},
        {"spec": "phantom_beta", "root": "beta", "splits": ["train", "val"]},
        {"spec": "phantom_beta_full", "root": "full", "patients_shared_with": "phantom_beta"},
    ]
    return ExampleGenParameters.model_validate(
        {"data_root": str(data), "datasets": datasets, "image_size": [32, 32], "num_shards": 3, "salt": "s", **changes}
    )


def convert(parameters, tmp_path, name="out", beam=THIS_PROCESS):
    """The artifact and what was reported."""
    said = []
    directories = {key: tmp_path / name / key for key in ("examples", "work", "private")}
    for directory in directories.values():
        directory.mkdir(parents=True)
    context = Context(directories["work"], directories["private"], said.append)
    ExampleGen(parameters, beam).execute({}, {"examples": directories["examples"]}, context)
    return ExamplesArtifact.load(directories["examples"]), "\n".join(said)


def records(artifact, split):
    spec = feature_spec(load_schema(3))
    return [
        {key: value.numpy() for key, value in tf.io.parse_single_example(serialized, spec).items()}
        for serialized in tf.data.TFRecordDataset([str(file) for file in artifact.files(split)])
    ]


def all_records(artifact):
    return [record for split in SPLITS for record in records(artifact, split)]


def checksums(artifact):
    files = sorted(path for path in artifact.directory.rglob("*") if path.is_file())
    return {str(file.relative_to(artifact.directory)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_every_record_says_what_was_annotated_and_where_it_comes_from(data, tmp_path):
    artifact, said = convert(parameters(data), tmp_path)
    assert [artifact.records(split) for split in SPLITS] == [10 + 8, 4 + 2, 4 + 2]
    for record in all_records(artifact):
        dataset = record["dataset"].decode()
        presence = (1, 0, 0) if dataset == "phantom_beta" else (1, 1, 1)
        assert tuple(record["label_presence"]) == presence
        assert record["domain"] == (b"alpha" if dataset == "phantom_alpha" else b"beta")
        assert record["frame"] in (b"ED", b"ES")
        assert record["view"] == b"4CH"
        image, mask = (tf.io.decode_png(record[f"{name}/encoded"]).numpy() for name in ("image", "mask"))
        assert image.shape == mask.shape == (record["image/height"], record["image/width"], 1) == (32, 32, 1)
        present = {0, *(k + 1 for k in range(3) if presence[k])}
        assert set(np.unique(mask)) == present
    assert artifact.partially_labelled("train") == (False, True, True)
    assert artifact.presence_patterns("train") == [(1, 0, 0), (1, 1, 1)]
    assert "phantom_beta" in said


def test_spacing_is_carried_through_resampling(data, tmp_path):
    artifact, _ = convert(parameters(data), tmp_path)
    for record in records(artifact, "train"):
        spacing = record["image/spacing_mm"]
        if record["dataset"] == b"phantom_alpha":
            np.testing.assert_allclose(spacing, [0.3 * 40 / 27, 0.3 * 48 / 32], rtol=1e-5)  # 40 × 48 → 27 × 32
        else:
            assert all(math.isnan(value) for value in spacing)


def test_patients_are_hashed_shared_and_never_cross_splits(data, tmp_path):
    artifact, _ = convert(parameters(data), tmp_path)
    everything = all_records(artifact)
    assert len({record["example_id"] for record in everything}) == len(everything)
    splits_of = {}
    for record in everything:
        splits_of.setdefault(record["patient_id"], set()).add(record["split"])
    assert all(len(splits) == 1 for splits in splits_of.values())
    content = b"".join(path.read_bytes() for path in artifact.directory.rglob("*") if path.is_file())
    for source_id in (b"patient0001", b"0X000001"):
        assert source_id not in content


def test_same_patient_in_two_datasets_and_splits_stops_the_run(data, tmp_path):
    write_folder(data / "full", ["0X000000_4CH_ED"])  # a training patient of beta
    with pytest.raises(UserError, match="1 patient\\(s\\) in several"):
        convert(parameters(data), tmp_path)


def test_records_are_the_same_bytes_whatever_the_worker_count(data, tmp_path):
    one, _ = convert(parameters(data), tmp_path, "one")
    two, _ = convert(parameters(data), tmp_path, "two", BeamParameters(workers=2))
    assert checksums(one) == checksums(two)


def test_salt_is_made_once_kept_private_and_changes_every_id(data, tmp_path):
    secret, _ = convert(parameters(data, salt=None), tmp_path, "secret")
    salt = tmp_path / "secret" / "private" / "salt"
    assert salt.stat().st_mode & 0o777 == 0o600
    public, _ = convert(parameters(data), tmp_path, "public")
    ids = [{record["patient_id"] for record in all_records(artifact)} for artifact in (secret, public)]
    assert not ids[0] & ids[1]


def test_bad_records_are_dead_letters_and_everything_is_accounted_for(data, tmp_path):
    scans = sorted((data / "alpha" / "database_nifti").rglob("*_E?.nii.gz"))
    scans[0].write_bytes(scans[0].read_bytes()[:100])
    mask_of(scans[3]).unlink()
    (data / "beta" / "Videos" / "0X000002.avi").write_bytes(b"broken")
    artifact, said = convert(parameters(data, max_bad_fraction=0.2), tmp_path)
    letters = [json.loads(line) for line in (artifact.directory / "dead_letters.jsonl").read_text().splitlines()]
    assert [(letter["dataset"], letter["file"].rpartition("/")[2]) for letter in letters] == [
        ("phantom_alpha", scans[0].name), ("phantom_alpha", scans[3].name),
        ("phantom_beta", "0X000002.avi"), ("phantom_beta", "0X000002.avi"),
    ]  # fmt: skip
    assert all(set(letter) == {"dataset", "file", "record", "reason"} for letter in letters)
    used = sum(artifact.records(split) for split in SPLITS)
    not_used = sum(entry["records"] for entry in artifact.manifest["not_used"])
    assert used + not_used + len(letters) == artifact.manifest["records_in"] == 18 + 12 + 2
    assert artifact.manifest["dead_letters"] == 4
    assert "dead letters" in said


def test_above_the_fraction_the_run_stops_and_names_files(data, tmp_path):
    scans = sorted((data / "alpha" / "database_nifti").rglob("*_E?.nii.gz"))[:3]
    for scan in scans:
        scan.unlink()
    with pytest.raises(UserError, match=r"3 of 32 records are bad \(9\.4%\).*allows \(5\.0%\)") as caught:
        convert(parameters(data), tmp_path)
    assert scans[0].name in str(caught.value)
    assert not (tmp_path / "out" / "examples" / "manifest.json").exists()
    assert (tmp_path / "out" / "work" / "dead_letters.jsonl").is_file()


def test_label_outside_the_map_is_a_dead_letter(data, tmp_path):
    labels = {"labels": {1: "LV", 2: "MYO"}, "annotated": ["LV", "MYO"]}
    changed = [{"spec": "phantom_alpha", "root": "alpha", **labels}, {"spec": "phantom_beta", "root": "beta"}]
    with pytest.raises(UserError, match=r"expected mask labels among \[0, 1, 2\]\. Received also: \[3\]"):
        convert(parameters(data, datasets=changed), tmp_path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"data_root": "/no/such/place"}, "/no/such/place: expected the folder that holds the datasets"),
        ({"datasets": [{"spec": "phantom_alpha", "root": "nowhere"}]}, "nowhere: expected the folder of dataset"),
        ({"datasets": [{"spec": "phantom_alpha", "root": "beta"}]}, "expected the CAMUS NIfTI release"),
        ({"datasets": [{"spec": "phantom_beta_full", "root": "full"}]}, "in the split 'train' to train on"),
    ],
)
def test_what_the_user_can_mend_is_said(data, tmp_path, changes, message):
    with pytest.raises(UserError, match=message):
        convert(parameters(data, **changes), tmp_path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"datasets": []}, "at least 1 item"),
        ({"datasets": [{"spec": "phantom_alpha"}] * 2}, "expected each dataset once"),
        ({"datasets": [{"spec": "phantom_alpha", "root": "../.."}]}, "expected a folder below data_root"),
        ({"datasets": [{"spec": "phantom_alpha", "options": {"view": "4CH"}}]}, "view"),
        ({"datasets": [{"spec": "phantom_alpha", "labels": {1: "RV"}, "annotated": []}]}, "Received: 'RV'"),
        ({"image_size": [32, 4]}, "image_size"),
        ({"max_bad_fraction": 1.1}, "max_bad_fraction"),
    ],
)
def test_impossible_parameters_are_refused_before_any_work(data, changes, message):
    with pytest.raises(ValidationError, match=message):
        parameters(data, **changes)


def test_link_that_leads_out_of_the_data_root_is_refused(data, tmp_path):
    outside = tmp_path / "outside"
    write_camus(outside, {"train": 1})
    (data / "link").symlink_to(outside)
    with pytest.raises(UserError, match="expected a folder inside"):
        convert(parameters(data, datasets=[{"spec": "phantom_alpha", "root": "link"}]), tmp_path)


def test_structures_may_be_annotated_in_some_views_only(data, tmp_path):
    write_folder(data / "views", [f"p{k}_{view}_ED" for k in range(9) for view in ("2CH", "4CH")])
    use = {
        "spec": "folder", "root": "views", "annotated": {"4CH": ["LV", "LA"], "2CH": ["LV"]},
        "split": {"rule": "hash", "train": 0.6, "val": 0.3, "test": 0.1},
        "spacing": {"rule": "fixed", "mm": [0.5, 0.5]},
    }  # fmt: skip
    artifact, _ = convert(parameters(data, datasets=[use]), tmp_path)
    found = {(record["view"], tuple(record["label_presence"])) for record in all_records(artifact)}
    assert found == {(b"2CH", (1, 0, 0)), (b"4CH", (1, 0, 1))}
    np.testing.assert_allclose([record["image/spacing_mm"][1] for record in all_records(artifact)], 0.5 * 50 / 32)


def test_view_that_the_dataset_does_not_list_is_a_dead_letter(data, tmp_path):
    write_folder(data / "views", ["p1_PSAX_ED"])
    with pytest.raises(UserError, match=r"expected a view of the dataset, \['2CH', '4CH'\]\. Received: 'PSAX'"):
        convert(parameters(data, datasets=[{"spec": "folder", "root": "views"}]), tmp_path)


def test_pictures_may_be_stretched_instead_of_padded(data, tmp_path):
    artifact, _ = convert(parameters(data, keep_aspect=False), tmp_path)
    assert artifact.keep_aspect is False
    for record in records(artifact, "train"):
        if record["dataset"] == b"phantom_alpha":
            image = tf.io.decode_png(record["image/encoded"]).numpy()[..., 0]
            assert image[0].any()
            assert image[-1].any()
            np.testing.assert_allclose(record["image/spacing_mm"], [0.3 * 40 / 32, 0.3 * 48 / 32], rtol=1e-5)


def test_another_vocabulary_needs_no_code(tmp_path):
    """The shipped example of abdominal CT, on slices of noise in Hounsfield units."""
    rng = np.random.default_rng(0)
    for source, labels in (("two_organs", (1, 6)), ("all_organs", (1, 2, 6))):
        for patient in range(20):
            mask = rng.choice([0, *labels], (20, 30)).astype(np.uint8)
            name = f"case{source}{patient}_slice3.nii.gz"
            write_nifti(tmp_path / "ct" / source / "masks" / name, mask)
            hounsfield = rng.integers(-1000, 1500, (20, 30)).astype(np.int16)
            write_nifti(tmp_path / "ct" / source / "images" / name, hounsfield)
    config = load_config(CONFIGS_DIR / "abdominal_ct.yaml", (f"data_root={tmp_path / 'ct'}",))
    artifact, _ = convert(config.example_gen, tmp_path)
    assert artifact.vocabulary.names == ("LIVER", "SPLEEN", "KIDNEYS")
    assert artifact.presence_patterns("train") == [(1, 1, 0), (1, 1, 1)]
    assert artifact.partially_labelled("train") == (False, False, True)
    assert artifact.manifest["dead_letters"] == 0


def test_real_camus_patients_all_become_examples(camus_root, tmp_path):
    real = ExampleGenParameters.model_validate(
        {"data_root": str(camus_root), "datasets": [{"spec": "camus_nifti"}], "image_size": [64, 64], "salt": "public"}
    )
    artifact, _ = convert(real, tmp_path)
    assert [artifact.records(split) for split in SPLITS] == [140, 30, 30]
    assert artifact.manifest["dead_letters"] == 0
    for record in records(artifact, "test"):
        height, width = record["image/spacing_mm"]
        assert height == pytest.approx(width, rel=0.02)  # isotropic but for rounding to whole pixels
        assert tuple(record["label_presence"]) == (1, 1, 1)
