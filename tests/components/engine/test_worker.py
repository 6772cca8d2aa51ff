"""The program that starts a worker refuses a machine that is not like the submitter's."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from components.base import UserError
from components.engine.failure import user_error
from components.engine.options import worker_command
from components.engine.parameters import BeamParameters
from components.engine.preflight import preflight
from components.engine.worker_check import (
    EXPECTED,
    NO_SHARED_PATH,
    WRONG_BEAM,
    WRONG_PYTHON,
    WRONG_SOURCE,
    here,
)

PORTABLE = BeamParameters(engine="portable")


@pytest.fixture
def expected(tmp_path):
    token = tmp_path / "submitted"
    token.touch()
    return here(token)


def check(expected):
    command = [worker_command(PORTABLE), "--check"]
    return subprocess.run(command, env={**os.environ, EXPECTED: expected.to_json()}, check=False).returncode


def test_machine_like_the_submitters_is_accepted(expected):
    assert check(expected) == 0
    preflight(PORTABLE, expected)


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [("python", "3.9", WRONG_PYTHON), ("beam", "2.1.0", WRONG_BEAM), ("source", "0" * 16, WRONG_SOURCE),
     ("shared", "/no/such/mount/submitted", NO_SHARED_PATH)],
)  # fmt: skip
def test_each_difference_has_its_exit_code_and_its_remedy(expected, field, value, code):
    wrong = replace(expected, **{field: value})
    assert check(wrong) == code
    with pytest.raises(UserError, match=r"a worker's machine .*Next step: ") as caught:
        preflight(PORTABLE, wrong)
    assert value in str(caught.value)


def test_flinks_words_for_a_worker_that_refused_are_understood(expected):
    text = f"java.lang.IllegalStateException: Process died with exit code {NO_SHARED_PATH}"
    assert "does not see the run's folder" in str(user_error(text, "worker", expected))


def test_environment_without_this_distribution_is_refused(expected, tmp_path):
    program = tmp_path / "labeldrop-beam-worker"
    program.write_text(f"#!{sys.executable}\nimport no_such_package\n")
    program.chmod(0o755)
    with pytest.raises(UserError, match=r"No module named 'no_such_package'.*install the sdist"):
        preflight(BeamParameters(engine="portable", worker_command=str(program)), expected)


def test_missing_program_is_named(expected, tmp_path):
    parameters = BeamParameters(engine="portable", worker_command=str(tmp_path / "nothing"))
    with pytest.raises(UserError, match=rf"{tmp_path}/nothing: expected the program that starts a worker"):
        preflight(parameters, expected)


def test_source_is_the_same_wherever_it_stands(tmp_path):
    """An installed copy has the digest of its checkout."""
    root = Path(__file__).parents[3]
    for package in ("data_schemas", "models", "components", "pipeline"):
        shutil.copytree(root / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    code = "from components.engine.worker_check import source_digest; print(source_digest())"
    said = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert said.strip() == here(tmp_path).source
