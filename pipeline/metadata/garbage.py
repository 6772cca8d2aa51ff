"""Which artifacts nothing needs any more."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from components.base import UserError
from components.json_file import read_json
from components.pusher.component import PUSHED, is_pushed
from pipeline.metadata.infos import ArtifactInfo
from pipeline.metadata.lineage import trace
from pipeline.metadata.store import Metadata


@dataclass(frozen=True)
class Garbage:
    """What can go.

    Attributes:
        directories: Published executions and leftovers of work, with their size in bytes.
        uris: The artifacts in them.
    """

    directories: dict[Path, int]
    uris: tuple[str, ...]


def find_garbage(metadata: Metadata, run_root: Path, keep_runs: int) -> Garbage:
    """Everything below the run root that neither the last runs nor a model that is still pushed needs.

    Raises:
        UserError: keep_runs is below 1.
    """
    if keep_runs < 1:
        raise UserError(f"Invalid number of runs to keep. Expected 1 or more. Received: {keep_runs}")
    kept = {Path(uri).parent for uri in _needed(metadata, keep_runs)}
    published = [path for path in (run_root / "artifacts").glob("*/*") if path.resolve() not in kept]
    work = [path for path in (run_root / "work").glob("*/*") if path.is_dir()]
    directories = {path: _size(path) for path in sorted([*published, *work])}
    gone = {path.resolve() for path in published}
    uris = tuple(a.uri for a in metadata.artifacts() if a.state == "LIVE" and Path(a.uri).parent in gone)
    return Garbage(directories, uris)


def remove(garbage: Garbage, metadata: Metadata) -> None:
    """Remove it; the store forgets first, so that it never knows an artifact that is not there."""
    metadata.forget(garbage.uris)
    for directory in garbage.directories:
        shutil.rmtree(directory, ignore_errors=True)


def _needed(metadata: Metadata, keep_runs: int) -> set[str]:
    """Places of the artifacts that the last runs used, and of all that made a model that is still pushed."""
    artifacts: list[ArtifactInfo] = []
    for run in metadata.runs()[-keep_runs:]:
        for execution in metadata.executions(run=run):
            artifacts += [*metadata.inputs(execution.id).values(), *metadata.outputs(execution.id).values()]
    for artifact in metadata.artifacts():
        file = Path(artifact.uri) / PUSHED
        if artifact.state == "LIVE" and file.is_file() and is_pushed(read_json(file)):
            artifacts += [origin.artifact for origin in trace(metadata, artifact).all()]
    return {artifact.uri for artifact in artifacts}


def _size(directory: Path) -> int:
    return sum(file.stat().st_size for file in directory.rglob("*") if file.is_file())
