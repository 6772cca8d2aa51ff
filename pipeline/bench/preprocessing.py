"""How ExampleGen scales, and how it stands beside nnU-Net's preprocessing: `labeldrop bench preprocessing`."""

import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.bench.nnunet import NnUnet, check_nnunet
from pipeline.bench.pictures import pictures_dataset, write_pictures
from pipeline.bench.processes import Usage, run_measured

FACTORS = (1, 4, 16)
SHARDS = 32
ONE_THREAD = {"OMP_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1",
              "OPENCV_FOR_THREADS_NUM": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
              "TF_CPP_MIN_LOG_LEVEL": "3"}  # fmt: skip
LIKE_NNUNET = (512, 512)  # about as many pixels as CAMUS' own pictures, which nnU-Net keeps


@dataclass(frozen=True)
class Conversion:
    """One run of ExampleGen.

    Attributes:
        seconds: Of the conversion, without Python's imports; the start of worker processes is in it.
        peak_mb: Largest resident memory of a worker.
        cpu_s: Processor time of all processes, imports too.
        cpu_ms_an_image: The same without imports; what other programs on the machine take does not count in it.
    """

    images: int
    workers: int
    seconds: float
    peak_mb: float
    cpu_s: float
    cpu_ms_an_image: float

    @property
    def images_per_s(self) -> float:
        """Throughput."""
        return self.images / self.seconds


@dataclass(frozen=True)
class Peer:
    """Processor seconds for the same pictures, imports taken off on both sides.

    Attributes:
        ours: By size of the stored pictures.
    """

    images: int
    nnunet_cpu_s: float
    nnunet_wall_s: float
    ours_cpu_s: dict[str, float]


@dataclass(frozen=True)
class PreprocessingBench:
    """What was measured."""

    scale: list[Conversion]
    peer: Peer | None


def bench_preprocessing(base: int, camus: str | None, report: Callable[[str], None]) -> PreprocessingBench:
    """Convert growing inputs with one and with two workers, then CAMUS beside nnU-Net.

    Args:
        base: Pictures of the smallest input; the largest has 16 times as many.
        camus: Folder of the CAMUS NIfTI release; none leaves nnU-Net out.

    Raises:
        UserError: nnU-Net is not installed, or a command fails.
    """
    if camus is not None:
        check_nnunet()
    with tempfile.TemporaryDirectory(prefix="labeldrop-bench-") as name:
        folder = Path(name)
        start_s = _in_process("", 1, folder / "out").cpu_s
        scale = []
        for factor in FACTORS:
            root = folder / "pictures"
            write_pictures(root, base * factor)
            for workers in (1, 2):
                scale.append(_convert(_synthetic(root), workers, folder / "out", start_s))
                report(f"  {scale[-1]}: {scale[-1].images_per_s:.0f} images/s")
            shutil.rmtree(root)
        peer = None if camus is None else _beside_nnunet(Path(camus), folder, start_s, report)
        return PreprocessingBench(scale, peer)


def _synthetic(root: Path) -> dict[str, Any]:
    use = pictures_dataset()
    return {"data_root": str(root), "datasets": [use], "image_size": [64, 64], "num_shards": SHARDS, "salt": "bench"}


def _convert(parameters: dict[str, Any], workers: int, out: Path, start_s: float) -> Conversion:
    """One conversion; `start_s` is the processor time of the imports of one process."""
    usage = _in_process(json.dumps(parameters), workers, out)
    shutil.rmtree(out)
    said = json.loads(usage.said)
    processes = 1 if workers == 1 else 1 + workers
    own_ms = 1000 * (usage.cpu_s - processes * start_s) / said["images"]
    return Conversion(said["images"], workers, said["seconds"], usage.peak_mb, usage.cpu_s, own_ms)


def _in_process(parameters: str, workers: int, out: Path) -> Usage:
    command = [sys.executable, "-m", "pipeline.bench.convert", parameters, str(workers), str(out)]
    return run_measured(command, ONE_THREAD)


def _beside_nnunet(camus: Path, folder: Path, start_s: float, report: Callable[[str], None]) -> Peer:
    files = sorted(camus.glob("database_nifti/*/*_[24]CH_E[DS].nii.gz"))
    nnunet = NnUnet(folder / "nnunet", {file.name.removesuffix(".nii.gz"): file.resolve() for file in files})
    nnunet.plan()
    theirs, their_start = nnunet.preprocess(), nnunet.only_start()
    report(f"  nnU-Net, {len(files)} pictures: {theirs.cpu_s:.1f} s processor, {their_start.cpu_s:.1f} s of it imports")
    ours = {}
    for size in ((128, 128), LIKE_NNUNET):
        parameters = {
            "data_root": str(camus),
            "datasets": [{"spec": "camus_nifti"}],
            "image_size": size,
            "salt": "bench",
        }
        found = _convert(parameters, 1, folder / "out", start_s)
        if found.images != len(files):
            raise RuntimeError(f"expected the same {len(files)} pictures as nnU-Net. Received: {found.images}")
        ours[f"{size[0]} x {size[1]}"] = found.cpu_s - start_s
        report(f"  labeldrop at {size}: {found.cpu_s:.1f} s processor, {start_s:.1f} s of it imports")
    return Peer(len(files), theirs.cpu_s - their_start.cpu_s, theirs.wall_s, ours)
