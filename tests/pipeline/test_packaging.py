"""What workers install: the sdist, in an environment that has the packages it needs and nothing of the checkout."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from components.engine.worker_check import EXPECTED, here
from tests.pipeline.makers import SMALLEST, finish, places

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """The folder of programs of an environment with the sdist.

    Its packages are those of the environment that runs the tests, by a line on the path: that leaves out the checkout,
    which stands there by a .pth file of its own.
    """
    root = tmp_path_factory.mktemp("packaging")
    copy = root / "source"
    copy.mkdir()
    for name in ("setup.py", "pyproject.toml", "README.md"):
        shutil.copy(REPOSITORY / name, copy)
    for package in ("data_schemas", "models", "components", "pipeline"):
        shutil.copytree(REPOSITORY / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    _do([sys.executable, "setup.py", "--quiet", "sdist", "--dist-dir", str(root / "dist")], copy)
    shutil.rmtree(copy)
    _do([sys.executable, "-m", "venv", "--without-pip", str(root / "env")], root)
    packages = next((root / "env").glob("lib/python*/site-packages"))
    (packages / "packages.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    python, [sdist] = root / "env" / "bin" / "python", (root / "dist").iterdir()
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index"]
    _do([*pip, "--no-build-isolation", str(sdist)], root)
    return python.parent


def _do(command, cwd):
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_nothing_comes_from_the_checkout(environment, tmp_path):
    code = "import components, data_schemas, models, pipeline; print(components.__file__, pipeline.__file__)"
    said = finish([str(environment / "python"), "-c", code], cwd=tmp_path)
    assert said.stdout.count(str(environment.parent)) == 2
    assert str(REPOSITORY) not in said.stdout


def test_worker_of_the_sdist_is_like_the_checkout(environment, tmp_path):
    (tmp_path / "submitted").touch()
    expected = {**os.environ, EXPECTED: here(tmp_path / "submitted").to_json()}
    command = [str(environment / "labeldrop-beam-worker"), "--check"]
    assert subprocess.run(command, env=expected, cwd=tmp_path, check=False).returncode == 0


def test_pipeline_runs_from_the_sdist_alone(environment, tiny_phantom, tmp_path):
    code = "from pipeline.config import CONFIGS_DIR; print(CONFIGS_DIR)"
    configs = finish([str(environment / "python"), "-c", code], cwd=tmp_path).stdout.strip()
    settings = [f"--set={setting}" for setting in (*SMALLEST, "beam.workers=2")]
    command = [str(environment / "labeldrop"), "run", f"{configs}/quickstart.yaml"]
    done = finish([*command, *places(tmp_path, tiny_phantom), *settings], cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Pushed model: " in done.stdout
