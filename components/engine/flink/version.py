"""The Flink that Beam's job server is made for, and where `make flink` puts what is needed of both."""

import hashlib
import os
import shutil
from pathlib import Path

from components.base import UserError

FLINK = "1.20"  # Beam 2.77 trips over the REST fields and side inputs of 2.x
BEAM = "2.77.0"
ARTIFACT = f"beam-runners-flink-{FLINK}-job-server"
INSTALL = "make flink"
HOME_VARIABLE = "FLINK_HOME"
PLACE = Path(os.environ.get("LABELDROP_CACHE", Path.home() / ".cache" / "labeldrop")) / "flink"


def flink_home() -> Path:
    """Flink's folder: FLINK_HOME, or the one that `make flink` installed.

    Raises:
        UserError: There is none.
    """
    named = os.environ.get(HOME_VARIABLE)
    installed = sorted(PLACE.glob("env/lib/python3*/site-packages/pyflink"))
    home = Path(named) if named else installed[0] if installed else PLACE
    if not (home / "bin" / "jobmanager.sh").is_file():
        raise UserError(
            f"{home}: expected Flink {FLINK} (bin/jobmanager.sh). Received: no such file. Next step: {INSTALL}, or set "
            f"{HOME_VARIABLE}."
        )
    return home


def job_server_jar(configured: str | None, sha256: str | None) -> Path:
    """Beam's job server for this Flink: the configured file, or what Maven or Beam itself has fetched before.

    Raises:
        UserError: There is none, or its checksum is another one.
    """
    name = f"{ARTIFACT}-{BEAM}.jar"
    places = [Path(configured)] if configured else [
        PLACE / name,
        Path.home() / ".m2/repository/org/apache/beam" / ARTIFACT / BEAM / name,
        Path.home() / ".apache_beam/cache/jars" / name,
    ]  # fmt: skip
    jar = next((place for place in places if place.is_file()), None)
    if jar is None:
        raise UserError(
            f"{places[0]}: expected Beam's job server for Flink, org.apache.beam:{ARTIFACT}:{BEAM}. Received: no such "
            f"file. Next step: {INSTALL}, or fetch it with Maven and set beam.flink.job_server_jar."
        )
    check_sha256(jar, sha256)
    return jar


def check_sha256(file: Path, expected: str | None) -> None:
    """Hold a file against a checksum, where there is one.

    Raises:
        UserError: It is another one.
    """
    if expected is None:
        return
    with file.open("rb") as stream:
        received = hashlib.file_digest(stream, "sha256").hexdigest()
    if received != expected:
        raise UserError(
            f"{file}: expected the SHA-256 {expected}. Received: {received}. Next step: fetch the file again, and find "
            "out who changed it."
        )


def java() -> str:
    """The Java that starts Flink and the job server.

    Raises:
        UserError: There is none on PATH.
    """
    program = shutil.which("java")
    if program is None:
        raise UserError("Expected java on PATH. Received: none. Next step: apt-get install openjdk-17-jre-headless.")
    return program


if __name__ == "__main__":
    print(job_server_jar(None, None))
