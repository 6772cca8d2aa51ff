"""Readers by name."""

from components.example_gen.readers.base import Reader
from components.example_gen.readers.camus_nifti import CamusNiftiReader
from components.example_gen.readers.dicom import DicomReader
from components.example_gen.readers.echonet_dynamic import EchoNetDynamicReader
from components.example_gen.readers.folder import FolderReader
from components.example_gen.readers.sequence import SequenceReader

READERS: dict[str, type[Reader]] = {
    reader.name: reader
    for reader in (CamusNiftiReader, DicomReader, EchoNetDynamicReader, FolderReader, SequenceReader)
}


def reader_type(name: str) -> type[Reader]:
    """The reader of that name.

    Raises:
        ValueError: There is none.
    """
    if name not in READERS:
        raise ValueError(f"Invalid value for reader. Expected one of {sorted(READERS)}. Received: {name!r}")
    return READERS[name]
