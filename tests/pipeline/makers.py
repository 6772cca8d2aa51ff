"""The console script run as a person would run it, on a network small enough for a test."""

import os
import subprocess
import sys
from pathlib import Path

from pipeline.config import CONFIGS_DIR

LABELDROP = Path(sys.executable).parent / "labeldrop"
QUICKSTART = CONFIGS_DIR / "quickstart.yaml"
TINY = (
    "example_gen.image_size=[48,48]", "trainer.network.base_features=4", "trainer.epochs=2",
    "trainer.steps_per_epoch=4", "trainer.batch_size=4",
)  # fmt: skip
SMALLEST = (
    "example_gen.image_size=[16,16]", "trainer.network={base_features: 2, max_levels: 2}", "trainer.augmentation={}",
    "trainer.epochs=2", "trainer.steps_per_epoch=2", "trainer.batch_size=4",
    "evaluator.thresholds=[{structure: LV, minimum: 0}]",
)  # fmt: skip


def command(root, data, *settings):
    """`labeldrop run` of the quickstart in a run root of its own."""
    return [
        str(LABELDROP),
        "run",
        str(QUICKSTART),
        *places(root, data),
        *(f"--set={key}" for key in (*TINY, *settings)),
    ]


def places(root, data):
    """Where the data, the run root and the served models are, as options of any command."""
    return [f"--set=data_root={data}", f"--set=run_root={root}/run", f"--set=pusher.destination={root}/served"]


def run(root, data, *settings):
    """Run to the end; returns the finished process."""
    return finish(command(root, data, *settings))


def finish(arguments, cwd=None, **environment):
    """Run a command to its end; the finished process."""
    return subprocess.run(
        arguments, capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "200", **environment},
        cwd=cwd, timeout=300,
    )  # fmt: skip


def executed(process):
    """Nodes that a run executed, in order."""
    assert process.returncode == 0, process.stderr
    return [line.split()[1].rstrip(":") for line in process.stdout.splitlines() if line.endswith(": running")]
