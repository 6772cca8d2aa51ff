"""nnU-Net's own preprocessing of CAMUS patients, in the environment of `make bench-peers`."""

import json
import os
from pathlib import Path

from components.base import UserError
from pipeline.bench.processes import Usage, run_measured

PEERS = Path(os.environ.get("LABELDROP_CACHE", Path.home() / ".cache" / "labeldrop")) / "peers" / "env" / "bin"
NAME = "Dataset001_CAMUS"
LABELS = {"background": 0, "LV": 1, "MYO": 2, "LA": 3}
ENTRY = "nnunetv2.experiment_planning.plan_and_preprocess_entrypoints"


def check_nnunet() -> None:
    """See that nnU-Net is installed.

    Raises:
        UserError: It is not.
    """
    if not (PEERS / "nnUNetv2_preprocess").is_file():
        raise UserError(f"{PEERS}: expected nnU-Net in an environment of its own. Next step: make bench-peers")


class NnUnet:
    """nnU-Net in a folder of its own.

    Args:
        images: Image file by name; its mask stands beside it with the ending _gt.
    """

    def __init__(self, folder: Path, images: dict[str, Path]) -> None:
        raw = folder / "raw" / NAME
        for name in ("imagesTr", "labelsTr"):
            (raw / name).mkdir(parents=True)
        for name, file in images.items():
            (raw / "imagesTr" / f"{name}_0000.nii.gz").symlink_to(file)
            mask = file.with_name(file.name.replace(".nii.gz", "_gt.nii.gz"))
            (raw / "labelsTr" / f"{name}.nii.gz").symlink_to(mask)
        content = {
            "channel_names": {"0": "US"}, "labels": LABELS, "numTraining": len(images), "file_ending": ".nii.gz",
        }  # fmt: skip
        (raw / "dataset.json").write_text(json.dumps(content), encoding="utf-8")
        self._environment = {
            "nnUNet_raw": str(folder / "raw"), "nnUNet_preprocessed": str(folder / "preprocessed"),
            "nnUNet_results": str(folder / "results"),
        }  # fmt: skip

    def plan(self) -> None:
        """Look at the data and plan, which is not timed."""
        self._run("nnUNetv2_extract_fingerprint", "-d", "1", "-np", "1")
        self._run("nnUNetv2_plan_experiment", "-d", "1")

    def preprocess(self) -> Usage:
        """Preprocess every image for the 2D network, in one process beside the one that waits."""
        return self._run("nnUNetv2_preprocess", "-d", "1", "-c", "2d", "-np", "1")

    def only_start(self) -> Usage:
        """What its imports take, in both of its processes."""
        once = run_measured([str(PEERS / "python"), "-c", f"import {ENTRY}"], self._environment)
        return Usage(once.said, once.wall_s, 2 * once.cpu_s, once.peak_mb)

    def _run(self, program: str, *arguments: str) -> Usage:
        return run_measured([str(PEERS / program), *arguments], self._environment)
