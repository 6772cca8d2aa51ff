"""The same settings give the same bytes, and nothing that is there is overwritten."""

from pathlib import Path

import pytest

from data_schemas.yaml_file import read_yaml
from pipeline.phantom import DEFAULT_PATH, PhantomSettings, generate, load_settings


def _contents(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def _with(settings: PhantomSettings, **changes: object) -> PhantomSettings:
    return PhantomSettings.model_validate(settings.model_dump() | changes)


def test_same_settings_give_the_same_bytes(settings: PhantomSettings, phantom: Path, tmp_path: Path) -> None:
    generate(settings, tmp_path / "again")
    first, second = _contents(phantom), _contents(tmp_path / "again")
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_another_seed_gives_other_pictures(settings: PhantomSettings, phantom: Path, tmp_path: Path) -> None:
    generate(_with(settings, seed=settings.seed + 1), tmp_path / "other")
    name = "alpha/database_nifti/patient0001/patient0001_4CH_ED.nii.gz"
    assert (phantom / name).read_bytes() != (tmp_path / "other" / name).read_bytes()


def test_a_patient_does_not_depend_on_how_many_there_are(
    settings: PhantomSettings, phantom: Path, tmp_path: Path
) -> None:
    content = settings.model_dump(mode="json")
    for domain in ("alpha", "beta"):
        content[domain]["patients"] = {"train": 2, "val": 1, "test": 1}
    generate(PhantomSettings.model_validate(content), tmp_path / "more")
    small, large = _contents(phantom), _contents(tmp_path / "more")
    videos = [name for name in small if name.endswith(".avi")]
    assert len(videos) == 2
    assert all(small[name] == large[name] for name in videos)
    folder = "alpha/database_nifti/"  # the test patient is number 2 of the small set and number 4 of the large one
    for end in ("ED.nii.gz", "ES_gt.nii.gz"):
        mine, theirs = f"{folder}patient0002/patient0002_4CH_{end}", f"{folder}patient0004/patient0004_4CH_{end}"
        assert small[mine] == large[theirs]


def test_the_same_phantom_is_left_alone(settings: PhantomSettings, phantom: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in phantom.rglob("*")}
    lines: list[str] = []
    generate(settings, phantom, lines.append)
    assert len(lines) == 1
    assert "already" in lines[0]
    assert before == {path: path.stat().st_mtime_ns for path in phantom.rglob("*")}


def test_another_phantom_is_refused(settings: PhantomSettings, phantom: Path) -> None:
    with pytest.raises(ValueError, match=r"other settings.*Delete the folder"):
        generate(_with(settings, seed=99), phantom)


def test_foreign_files_are_refused_and_kept(settings: PhantomSettings, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ValueError, match=r"Expected an empty one.*thesis\.txt"):
        generate(settings, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_in_place_of_the_folder_is_refused(settings: PhantomSettings, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(ValueError, match="Expected a folder"):
        generate(settings, tmp_path / "out")


def test_a_run_that_was_cut_off_is_done_again(settings: PhantomSettings, phantom: Path, tmp_path: Path) -> None:
    def cut_off(line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(settings, tmp_path / "out", cut_off)
    assert not (tmp_path / "out" / "phantom.json").exists()
    generate(settings, tmp_path / "out")
    assert _contents(tmp_path / "out") == _contents(phantom)


def test_default_settings_are_valid_and_take_a_seed() -> None:
    assert load_settings(seed=7).seed == 7
    assert load_settings().seed == read_yaml(DEFAULT_PATH)["seed"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"sede": 1}, "sede"),
        ({"shift": -1}, "shift"),
        ({"seed": "many"}, "seed"),
        ({"render": {}}, "render.samples"),
    ],
)
def test_bad_settings_name_the_key(settings: PhantomSettings, changes: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        _with(settings, **changes)


def test_a_reversed_range_is_refused(settings: PhantomSettings) -> None:
    anatomy = settings.anatomy.model_dump() | {"wall": (12, 8)}
    with pytest.raises(ValueError, match=r"wall\n.*Expected \[low, high\]"):
        _with(settings, anatomy=anatomy)


def test_a_settings_file_that_is_no_mapping_is_refused(tmp_path: Path) -> None:
    (tmp_path / "list.yaml").write_text("- 1\n")
    with pytest.raises(ValueError, match="Expected a mapping"):
        load_settings(tmp_path / "list.yaml")
