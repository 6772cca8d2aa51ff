"""What a worker's machine must have in common with the one that submits; each difference has an exit code of its own.

A runner tells the submitter little more than the exit code of a worker that did not start, so that is what is used.
"""

import hashlib
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import apache_beam

PACKAGES = ("data_schemas", "models", "components", "pipeline")
EXPECTED = "LABELDROP_EXPECTED"  # environment variable: `Expectation` as JSON
WRONG_PYTHON, WRONG_BEAM, WRONG_SOURCE, NO_SHARED_PATH = 71, 72, 73, 74
REFUSALS = {
    WRONG_PYTHON: "runs another Python than the submitter ({python})",
    WRONG_BEAM: "has another Apache Beam than the submitter ({beam})",
    WRONG_SOURCE: "has another version of labeldrop than the submitter ({source})",
    NO_SHARED_PATH: "does not see the run's folder {shared}",
}
NEXT_STEPS = {
    WRONG_PYTHON: "make the worker's environment with the same Python and install the sdist into it",
    WRONG_BEAM: "install the sdist and requirements.lock into the worker's environment",
    WRONG_SOURCE: "build the sdist of this version and install it into the worker's environment",
    NO_SHARED_PATH: "put run_root on a file system that every machine mounts at the same path",
}


@dataclass(frozen=True)
class Expectation:
    """What the submitter has.

    Attributes:
        python: Major and minor version; Beam's pickles cross no other.
        beam: Apache Beam's version.
        source: Digest of the distribution's source.
        shared: A file below the run root that a worker must be able to read.
    """

    python: str
    beam: str
    source: str
    shared: str

    def to_json(self) -> str:
        """For the environment variable."""
        return json.dumps(asdict(self))


def here(shared: Path) -> Expectation:
    """What this machine has."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return Expectation(python, apache_beam.__version__, source_digest(), str(shared))


def check(expected: str | None) -> int:
    """Hold this machine against the submitter's expectation.

    Returns:
        0, or the exit code of the first difference. Nothing is expected where there is no expectation.
    """
    if expected is None:
        return 0
    wanted = Expectation(**json.loads(expected))
    own = here(Path(wanted.shared))
    for code, name in ((WRONG_PYTHON, "python"), (WRONG_BEAM, "beam"), (WRONG_SOURCE, "source")):
        if getattr(own, name) != getattr(wanted, name):
            print(
                f"labeldrop worker: {name} is {getattr(own, name)}, expected {getattr(wanted, name)}", file=sys.stderr
            )
            return code
    return 0 if Path(wanted.shared).is_file() else NO_SHARED_PATH


def source_digest() -> str:
    """Digest of the installed distribution's Python files, the same from a checkout and from its sdist."""
    total = hashlib.sha256()
    root = Path(__file__).parents[2]
    for package in PACKAGES:
        for file in sorted((root / package).rglob("*.py")):
            total.update(f"{file.relative_to(root).as_posix()}\0".encode() + file.read_bytes())
    return total.hexdigest()[:16]
