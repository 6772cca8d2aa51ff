"""`labeldrop advise` on the phantom's two scanners."""

from click.testing import CliRunner

from pipeline.cli import cli
from tests.pipeline.makers import QUICKSTART, places


def advise(tmp_path, data, *settings):
    result = CliRunner().invoke(cli, ["advise", str(QUICKSTART), *places(tmp_path, data), *settings])
    assert result.exit_code == 0, result.output
    return " ".join(result.output.split())


def test_two_scanners_of_which_one_has_lv_alone(tmp_path, tiny_phantom):
    said = advise(tmp_path, tiny_phantom, "--set=trainer.loss={name: acce, dice_weight: 0.0}")
    assert "LA: presence and domain, Cramér's V 1.00" in said
    assert "trainer: loss: name: marginal" in said
    assert "everything labelled" in said  # what the shipped studies measured
    assert not (tmp_path / "run" / "artifacts").exists()  # nothing was converted


def test_scanner_with_all_labels_alone(tmp_path, tiny_phantom):
    alone = "--set=example_gen.datasets=[{spec: phantom_alpha, root: alpha}]"
    assert "Every training image has every label" in advise(tmp_path, tiny_phantom, alone)
