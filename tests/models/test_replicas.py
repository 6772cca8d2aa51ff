"""1, 2 and 4 replicas with unequal presence give one and the same training."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

WORKER = Path(__file__).parent / "replica_worker.py"


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """Replicas → what the worker wrote. A process each: TensorFlow's CPU collectives know one group size a process."""
    directory = tmp_path_factory.mktemp("replicas")
    environment = {**os.environ, "PYTHONPATH": str(WORKER.parents[2]), "TF_CPP_MIN_LOG_LEVEL": "3"}
    workers = {
        replicas: subprocess.Popen(
            [sys.executable, WORKER, directory / f"{replicas}.npz", str(replicas)],
            env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )
        for replicas in (1, 2, 4)
    }  # fmt: skip
    for worker in workers.values():
        _, errors = worker.communicate(timeout=500)
        assert worker.returncode == 0, errors[-3000:]
    return {replicas: dict(np.load(directory / f"{replicas}.npz")) for replicas in workers}


@pytest.mark.parametrize("replicas", [2, 4])
@pytest.mark.parametrize(
    ("name", "count"),
    [
        *((name, 9) for name in ("cce", "acce", "marginal", "abce", "leaf_dice")),  # losses, 4 gradients, 4 weights
        ("fit", 7),  # losses, Dice, 4 weights, evaluation
    ],
)
def test_losses_gradients_weights_and_reports_are_equal(outcomes, name, count, replicas):
    keys = [key for key in outcomes[1] if key.startswith(f"{name}/")]
    assert len(keys) == count
    for key in keys:
        assert np.all(np.isfinite(outcomes[replicas][key]))
        np.testing.assert_allclose(outcomes[replicas][key], outcomes[1][key], rtol=1e-5, atol=1e-5)


def test_fit_is_the_training_loop(outcomes):
    np.testing.assert_allclose(outcomes[1]["fit/0"], outcomes[1]["marginal/0"], rtol=1e-5)
    np.testing.assert_allclose(outcomes[4]["fit/0"], outcomes[4]["marginal/0"], rtol=1e-5)
