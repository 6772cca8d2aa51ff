"""What a study file stands for."""

import pytest

from components.base import UserError
from pipeline.config import CONFIGS_DIR
from pipeline.study.cells import cells
from pipeline.study.config import load_study

PHANTOM = CONFIGS_DIR / "studies" / "phantom.yaml"


def test_every_shipped_study_is_valid_and_has_equal_budgets():
    for file in sorted((CONFIGS_DIR / "studies").glob("*.yaml")):
        study = load_study(file)
        budgets = {
            (cell.trainer.epochs, cell.trainer.steps_per_epoch, cell.trainer.batch_size) for cell in cells(study)
            if cell.sweep is None
        }  # fmt: skip
        assert len(budgets) == 1
        for preset in study.presets:
            assert cells(load_study(file, preset))


def test_every_arm_has_every_seed():
    study = load_study(PHANTOM, settings={"sweeps": {}})
    found = [(cell.name, cell.seed) for cell in cells(study)]
    assert sorted(found) == sorted((arm, seed) for arm in study.arms for seed in study.seeds)
    upper = next(cell for cell in cells(study) if cell.arm == "upper")
    assert upper.mask["hide"] == {}
    alone = next(cell for cell in cells(study) if cell.arm == "alpha_alone")
    assert alone.mask["drop"] == ("beta",)
    assert {cell.trainer.seed for cell in cells(study)} == set(study.seeds)


@pytest.mark.parametrize(
    ("key", "value", "read"),
    [
        ("trainer.label_dropout.probability", 0.3, lambda cell: cell.trainer.label_dropout.probability),
        ("data.shift", 0.25, lambda cell: cell.data.shift),
        ("arm.keep", 0.1, lambda cell: cell.mask["keep"]),
        ("partial.beta", ("LA",), lambda cell: cell.mask["hide"]["beta"]),
    ],
)
def test_sweep_changes_one_thing(key, value, read):
    sweep = {"new": {"title": "t", "arms": ["acce_dropout"], "key": key, "values": {"so": value}, "seeds": [1]}}
    study = load_study(PHANTOM, settings={"sweeps": sweep, "seeds": [1]})
    swept = next(cell for cell in cells(study) if cell.sweep == "new")
    plain = next(cell for cell in cells(study) if cell.arm == "acce_dropout" and cell.sweep is None)
    assert read(swept) == value
    assert read(plain) != value
    assert swept.name != plain.name


def test_wrong_study_is_told(tmp_path):
    with pytest.raises(UserError, match="Invalid preset"):
        load_study(PHANTOM, "slow")
    wrong = {"arm": "x", "than": "acce", "domain": "beta", "structures": []}
    with pytest.raises(UserError, match="expected arms of"):
        load_study(PHANTOM, settings={"comparisons": [wrong]})
    with pytest.raises(UserError, match=r"trainer\.epoch|epoch"):
        load_study(PHANTOM, settings={"trainer": {"epoch": 3}})
    sweep = {"title": "t", "arms": ["acce"], "values": [1]}
    with pytest.raises(UserError, match=r"keys of sweeps below one of .*nonsense"):
        load_study(PHANTOM, settings={"sweeps": {"x": {**sweep, "key": "nonsense.key"}}})
    with pytest.raises(UserError, match=r"(?s)the sweeps of phantom.*shfit"):
        cells(load_study(PHANTOM, settings={"sweeps": {"x": {**sweep, "key": "data.shfit"}}}))
    with pytest.raises(UserError, match=r"comparisons in one of .*bta"):
        load_study(PHANTOM, settings={"comparisons": [{**wrong, "arm": "acce", "domain": "bta"}]})
    with pytest.raises(UserError, match="letters, digits and _"):
        load_study(PHANTOM, settings={"arms": {"../x": {"title": "x"}}})
