"""Write a few phantom patients in every format that a reader knows."""

from collections.abc import Callable
from pathlib import Path

from pipeline.phantom.formats.camus import write_camus_mhd, write_camus_nifti
from pipeline.phantom.formats.dicom import write_dicom_folder
from pipeline.phantom.formats.loop import draw_loops
from pipeline.phantom.formats.loops import write_cardiac_uda, write_hmc_qu, write_ted
from pipeline.phantom.formats.pediatric import write_pediatric
from pipeline.phantom.formats.pictures import write_folders
from pipeline.phantom.settings import PhantomSettings

WRITERS = {
    "camus_nifti": write_camus_nifti,
    "camus_mhd": write_camus_mhd,
    "echonet_pediatric": write_pediatric,
    "ted": write_ted,
    "cardiac_uda": write_cardiac_uda,
    "hmc_qu": write_hmc_qu,
    "dicom": write_dicom_folder,
}


def generate_formats(settings: PhantomSettings, out: Path, report: Callable[[str], None] = lambda line: None) -> None:
    """Write `out`/<format>/ for each format; EchoNet-Dynamic's is domain beta of the phantom proper.

    Raises:
        ValueError: `out` holds something already.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ValueError(f"Invalid output folder. Expected one that is empty or not there. Received: {out}")
    loops = list(draw_loops(settings))
    for name, write in WRITERS.items():
        write(loops, out / name)
        report(f"{name}: written")
    write_folders(loops, out)
    report(f"Formats written to {out}")
