"""Shared by all tests: quiet TensorFlow, a tiny phantom and its examples, and where the real data stands."""

import os
import shutil
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer
from playwright.sync_api import sync_playwright
from upath import UPath

from components.base import Context
from components.example_gen.component import ExampleGen
from data_schemas.yaml_file import read_yaml
from pipeline.config import CONFIGS_DIR, load_config
from pipeline.phantom.formats.generate import generate_formats
from pipeline.phantom.generate import generate
from pipeline.phantom.settings import PhantomSettings, load_settings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
REPOSITORY = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def camus_root() -> Path:
    """100 real CAMUS patients beside the repository; tests that need them skip where they are absent."""
    root = REPOSITORY.parent / "shared" / "data" / "camus_nifti"
    if not root.is_dir():
        pytest.skip(f"the real CAMUS patients are not on this machine: {root}")
    return root


@pytest.fixture(scope="session")
def tiny_phantom(tmp_path_factory) -> Path:
    """Two scanners with 3 / 1 / 2 patients each."""
    content = read_yaml(CONFIGS_DIR / "phantom.yaml")
    for domain in ("alpha", "beta"):
        content[domain]["patients"] = {"train": 3, "val": 1, "test": 2}
    out = tmp_path_factory.mktemp("phantom")
    generate(PhantomSettings.model_validate(content), out)
    return out


@pytest.fixture(scope="session")
def tiny_examples(tiny_phantom, tmp_path_factory) -> Path:
    """The examples artifact of two scanners with 3 / 1 / 2 patients each, at 48×48 pixels."""
    settings = (f"data_root={tiny_phantom}", "example_gen.image_size=[48,48]")
    parameters = load_config(CONFIGS_DIR / "quickstart.yaml", settings).example_gen
    root = tmp_path_factory.mktemp("examples")
    for folder in ("examples", "work"):
        (root / folder).mkdir()
    context = Context(root / "work", root / "work", print)
    ExampleGen(parameters).execute({}, {"examples": root / "examples"}, context)
    return root / "examples"


@pytest.fixture(scope="session")
def phantom_formats(tmp_path_factory) -> Path:
    """A few patients in every format that a reader knows; copy what a test changes."""
    out = tmp_path_factory.mktemp("formats")
    generate_formats(load_settings(), out)
    return out


@pytest.fixture(scope="session")
def camus_mhd(phantom_formats) -> Path:
    """The older release of CAMUS."""
    return phantom_formats / "camus_mhd"


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium; tests that need it skip where it is not installed."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium on PATH; `make browser` installs it on Debian")
    quiet = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
             "--disable-sync", "--no-first-run")  # fmt: skip
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=quiet)
        yield started
        started.close()


@pytest.fixture(scope="session")
def store():
    """A bucket of an S3 server on loopback."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "AWS_ENDPOINT_URL": f"http://{host}:{port}", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
        }.items():  # fmt: skip
            patch.setenv(name, value)
        bucket = UPath("s3://labeldrop")
        bucket.mkdir()
        yield bucket
    server.stop()
