"""A tiny phantom, made once for all tests that run the pipeline."""

from pathlib import Path

import pytest

from data_schemas.yaml_file import read_yaml
from pipeline.config import CONFIGS_DIR
from pipeline.phantom.generate import generate
from pipeline.phantom.settings import PhantomSettings


@pytest.fixture(scope="session")
def tiny_phantom(tmp_path_factory) -> Path:
    """Two scanners with 3 / 1 / 2 patients each."""
    content = read_yaml(CONFIGS_DIR / "phantom.yaml")
    for domain in ("alpha", "beta"):
        content[domain]["patients"] = {"train": 3, "val": 1, "test": 2}
    out = tmp_path_factory.mktemp("phantom")
    generate(PhantomSettings.model_validate(content), out)
    return out
