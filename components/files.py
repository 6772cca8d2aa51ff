"""Files wherever they are: in a folder, or in an object store that fsspec knows (s3, gs, hdfs).

universal-pathlib gives both the interface of pathlib. Libraries that open files by name get a local copy.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from upath import UPath

Location = Path | UPath


def below(path: Location, root: Location) -> str:
    """The path relative to a root above it, with forward slashes."""
    return str(UPath(path).relative_to(UPath(root)).as_posix())


def stays_inside(path: Location, root: Location) -> bool:
    """Whether the path, with every link followed, lies below the root; a link that loops does not."""
    try:
        return bool(UPath(path).resolve().is_relative_to(UPath(root).resolve()))
    except (OSError, RuntimeError):
        return False


@contextmanager
def local_copy(path: Location, *beside: str) -> Iterator[Path]:
    """The file itself where it is local, else a copy that is gone afterwards.

    Args:
        beside: Names of files in the same folder that must be there too.
    """
    if isinstance(path, Path):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="labeldrop-") as folder:
        for name in (path.name, *beside):
            _copy(path.with_name(name), Path(folder) / name)
        yield Path(folder) / path.name


@contextmanager
def local_folder(path: Location) -> Iterator[Path]:
    """The folder itself where it is local, else a copy that is gone afterwards."""
    if isinstance(path, Path):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="labeldrop-") as folder:
        download(path, Path(folder))
        yield Path(folder)


def download(place: Location, folder: Path) -> None:
    """Copy everything below a place into a local folder."""
    for file in place.rglob("*"):
        if file.is_file():
            _copy(file, folder / below(file, place))


def upload(folder: Path, target: Location, last: str = "") -> None:
    """Copy a folder's files into another place, the one named `last` after all others."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    for file in sorted(files, key=lambda path: path.name == last):
        _copy(file, target / below(file, folder))


def remove(folder: Location, first: str) -> None:
    """Remove a folder, the file named `first` before all others, so that nobody takes what is left for whole."""
    (folder / first).unlink(missing_ok=True)
    if isinstance(folder, Path):
        shutil.rmtree(folder)
    else:
        folder.rmdir(recursive=True)


def _copy(source: Location, target: Location) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as content, target.open("wb") as copy:
        shutil.copyfileobj(content, copy)
