"""Published artifacts kept in a second place, often an object store: a machine that has not made one fetches it."""

import shutil
from pathlib import Path

from upath import UPath

from components.durable import publish
from components.files import download, upload


class ArtifactStore:
    """Artifacts by component and fingerprint.

    Args:
        location: A folder, or a place such as s3://bucket/labeldrop.
        last: The file that is written last; without it an artifact is not whole and not there.
    """

    def __init__(self, location: str, last: str) -> None:
        self._root = UPath(location)
        self._last = last

    def fetch(self, component: str, key: str, published: Path, aside: Path) -> bool:
        """Bring an artifact to `published`, by way of `aside`; whether the store has it."""
        place = self._root / component / key
        if not (place / self._last).is_file():
            return False
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        download(place, aside)
        publish(aside, published)
        return True

    def put(self, component: str, key: str, published: Path) -> None:
        """Copy a published artifact into the store."""
        upload(published, self._root / component / key, last=self._last)
