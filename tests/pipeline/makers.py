"""The console script run as a person would run it, on a network small enough for a test."""

import os
import subprocess
import sys
from pathlib import Path

from pipeline.config import CONFIGS_DIR

LABELDROP = Path(sys.executable).parent / "labeldrop"
TINY = (
    "example_gen.image_size=[48,48]", "trainer.network.base_features=4", "trainer.epochs=2",
    "trainer.steps_per_epoch=4", "trainer.batch_size=4",
)  # fmt: skip


def command(root, data, *settings):
    """`labeldrop run` of the quickstart in a run root of its own."""
    keys = (f"data_root={data}", f"run_root={root}/run", f"pusher.destination={root}/served", *TINY, *settings)
    return [str(LABELDROP), "run", str(CONFIGS_DIR / "quickstart.yaml"), *(f"--set={key}" for key in keys)]


def run(root, data, *settings):
    """Run to the end; returns the finished process."""
    environment = {**os.environ, "COLUMNS": "200"}
    return subprocess.run(
        command(root, data, *settings), capture_output=True, text=True, check=False, env=environment, timeout=300
    )
