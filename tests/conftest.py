"""Shared by all tests: quiet TensorFlow, and where the real data stands."""

import os
from pathlib import Path

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
REPOSITORY = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def camus_root() -> Path:
    """100 real CAMUS patients beside the repository; tests that need them skip where they are absent."""
    root = REPOSITORY.parent / "shared" / "data" / "camus_nifti"
    if not root.is_dir():
        pytest.skip(f"the real CAMUS patients are not on this machine: {root}")
    return root
