import pytest

from components.base import UserError
from pipeline.config import CONFIGS_DIR, load_config

MINIMAL = """
name: tiny
data_root: data
run_root: runs/tiny
example_gen: {image_size: [32, 32], datasets: [{spec: camus_nifti}]}
pusher: {destination: served}
"""


@pytest.fixture
def config_file(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text(MINIMAL)
    return file


@pytest.mark.parametrize("name", ["quickstart", "camus"])
def test_shipped_configurations_are_valid(name):
    assert load_config(CONFIGS_DIR / f"{name}.yaml").name == name


def test_set_overrides_one_key_and_speaks_yaml(config_file):
    config = load_config(config_file, ("trainer.epochs=3", "data_root=/elsewhere", "trainer.loss={name: acce}"))
    assert config.trainer.epochs == 3
    assert config.example_gen.data_root == "/elsewhere"
    assert config.trainer.loss.name == "acce"


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("trainer.epoch=3", r"trainer\.epoch: unknown key.*Received: 3"),
        ("trainer.epochs=three", r"trainer\.epochs: .*valid integer.*Received: 'three'"),
        ("trainer.batch_size=0", r"trainer\.batch_size: .*greater than 0.*Received: 0"),
        ("trainer.label_dropout.probability=1.5", r"trainer\.label_dropout\.probability: .*Received: 1\.5"),
        ("trainer.loss.name=dice", r"trainer\.loss: .*Expected one of .*acce.*Received: 'dice'"),
        ("evaluator.thresholds=[{minimum: 0.5}]", r"evaluator\.thresholds\.0\.structure: a value is required"),
        ("example_gen.max_bad_fraction=2", r"example_gen\.max_bad_fraction: .*Received: 2"),
        ("run_root=/", r"run_root: expected a directory of its own"),
        ("trainer", "Expected key=value"),
        ("name.first=1", "Expected 'name' to hold further keys"),
        ("trainer={", "Invalid value for --set trainer"),
    ],
)
def test_wrong_setting_is_one_clear_error(config_file, setting, message):
    with pytest.raises(UserError, match=message):
        load_config(config_file, (setting,))


@pytest.mark.parametrize("text", ["", "- a list", "name: a\nname: b", "name: [unclosed"])
def test_file_that_is_no_configuration_is_named(tmp_path, text):
    file = tmp_path / "broken.yaml"
    file.write_text(text)
    with pytest.raises(UserError, match=r"broken\.yaml"):
        load_config(file)
