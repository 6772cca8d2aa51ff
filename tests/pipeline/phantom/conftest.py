"""One small phantom for all tests of this folder."""

from pathlib import Path

import pytest

from data_schemas.yaml_file import read_yaml
from pipeline.phantom import DEFAULT_PATH, PhantomSettings, generate


def small_settings(**changes: object) -> PhantomSettings:
    """The default settings with one training and one test patient a domain at low resolution."""
    content = read_yaml(DEFAULT_PATH)
    counts = {"train": 1, "val": 0, "test": 1}
    content["render"] |= {"samples": 128, "beams": 64, "looks": 1}
    content["alpha"] |= {"patients": counts, "spacing_mm": 0.8}
    content["beta"] |= {"patients": counts, "frames": [6, 8]}
    return PhantomSettings.model_validate(content | changes)


@pytest.fixture(scope="session")
def settings() -> PhantomSettings:
    return small_settings()


@pytest.fixture(scope="session")
def phantom(settings: PhantomSettings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("phantom") / "out"
    generate(settings, out)
    return out
