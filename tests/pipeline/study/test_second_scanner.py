"""The second scanner on a synthetic sector."""

import numpy as np
import pytest

from components.base import UserError
from pipeline.study.second_scanner import rerender, write_second_scanner


@pytest.fixture(scope="module")
def sector():
    """(300, 360) of speckle in a sector of 80 degrees."""
    down, across = np.mgrid[:300, -180:180]
    inside = (np.abs(np.arctan2(across, down + 1)) < np.deg2rad(40)) & (np.hypot(down, across) < 290)
    return np.where(inside, np.random.default_rng(0).integers(30, 200, down.shape), 0).astype(np.float32)


def test_picture_changes_as_told_and_keeps_its_grid(sector):
    seen = rerender(sector, (0.5, 0.5))
    assert seen.shape == sector.shape
    assert seen.dtype == np.float32
    assert seen.min() >= 0
    assert seen.max() <= 255
    np.testing.assert_array_equal(seen, np.rint(seen))
    middle = np.s_[60:200, 150:210]
    assert seen[middle].std() < sector[middle].std() / 2  # smoother
    assert seen[60:100, 150:210].mean() > seen[180:220, 150:210].mean()  # attenuated with depth
    edge = np.s_[200:210, 180 - 168 : 180 - 160]  # inside 40 degrees, outside 36
    assert sector[edge].mean() > 30
    assert (seen[edge] == 0).mean() > 0.8
    assert (seen[5:, -5:] == 190).any()  # ticks


def test_same_picture_gives_the_same_bytes(sector):
    np.testing.assert_array_equal(rerender(sector, (0.5, 0.5)), rerender(sector, (0.5, 0.5)))


def test_real_patients_go_to_one_scanner_and_test_patients_to_both(camus_root, tmp_path):
    write_second_scanner(camus_root, tmp_path)
    lists = {
        (domain, split): (tmp_path / domain / "database_split" / f"subgroup_{split}.txt").read_text().split()
        for domain in ("alpha", "beta")
        for split in ("training", "validation", "testing")
    }
    for split in ("training", "validation"):
        assert not set(lists["alpha", split]) & set(lists["beta", split])
        assert abs(len(lists["alpha", split]) - len(lists["beta", split])) <= 1
    assert lists["alpha", "testing"] == lists["beta", "testing"]
    patient = lists["beta", "testing"][0]
    alpha, beta = (tmp_path / domain / "database_nifti" / patient for domain in ("alpha", "beta"))
    names = sorted(file.name for file in alpha.iterdir())
    assert names == sorted(file.name for file in beta.iterdir())
    for name in names:
        same = (alpha / name).read_bytes() == (beta / name).read_bytes()
        assert same == name.endswith("_gt.nii.gz")


def test_other_folder_is_refused(tmp_path):
    with pytest.raises(UserError, match="NIfTI release"):
        write_second_scanner(tmp_path, tmp_path / "out")
