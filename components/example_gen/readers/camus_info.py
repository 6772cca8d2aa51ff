"""Info_<view>.cfg of CAMUS and TED: which frames of a loop are end-diastole and end-systole."""

from dataclasses import dataclass

from components.example_gen.readers.base import BadRecordError
from components.files import Location


@dataclass(frozen=True)
class CamusInfo:
    """The facts of a view that reading needs; age, sex and ejection fraction are left where they are.

    Attributes:
        diastole, systole: Frames counted from 1, as the file counts them; end-diastole may come after end-systole.
        frames: Frames of the loop from one to the other.
    """

    diastole: int
    systole: int
    frames: int


def read_camus_info(file: Location) -> CamusInfo:
    """Read the file.

    Raises:
        BadRecordError: It is missing, or its frame numbers are no numbers or lie outside the loop.
    """
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        raise BadRecordError(f"expected {file.name} with the frames ED and ES. Received: no readable file") from None
    values = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    found = {key: values.get(key, "") for key in ("ED", "ES", "NbFrame")}
    if not all(value.isdecimal() for value in found.values()):
        raise BadRecordError(f"expected whole numbers ED, ES and NbFrame in {file.name}. Received: {found}")
    info = CamusInfo(*(int(value) for value in found.values()))
    if not all(1 <= frame <= info.frames for frame in (info.diastole, info.systole)):
        raise BadRecordError(f"expected ED and ES from 1 to NbFrame in {file.name}. Received: {found}")
    return info
