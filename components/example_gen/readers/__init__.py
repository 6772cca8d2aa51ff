"""Readers by name."""

from components.example_gen.readers.base import Reader
from components.example_gen.readers.camus_mhd import CamusMhdReader
from components.example_gen.readers.camus_nifti import CamusNiftiReader
from components.example_gen.readers.dicom import DicomReader
from components.example_gen.readers.echonet_dynamic import EchoNetDynamicReader
from components.example_gen.readers.echonet_pediatric import EchoNetPediatricReader
from components.example_gen.readers.folder import FolderReader
from components.example_gen.readers.hmc_qu import HmcQuReader
from components.example_gen.readers.sequence import SequenceReader

ALL: tuple[type[Reader], ...] = (
    CamusMhdReader,
    CamusNiftiReader,
    DicomReader,
    EchoNetDynamicReader,
    EchoNetPediatricReader,
    FolderReader,
    HmcQuReader,
    SequenceReader,
)
READERS = {reader.name: reader for reader in ALL}


def reader_type(name: str) -> type[Reader]:
    """The reader of that name.

    Raises:
        ValueError: There is none.
    """
    if name not in READERS:
        raise ValueError(f"Invalid value for reader. Expected one of {sorted(READERS)}. Received: {name!r}")
    return READERS[name]
