"""The layout of EchoNet-Dynamic: MJPG videos, FileList.csv, VolumeTracings.csv; the left ventricle only."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from pipeline.phantom.camus_writer import patient_keys
from pipeline.phantom.folder_writer import write_full_masks
from pipeline.phantom.patient import SPLITS, Patient, PatientKey, draw_patient
from pipeline.phantom.screen import Screen, square_screen
from pipeline.phantom.settings import BetaSettings, PhantomSettings
from pipeline.phantom.shape import tracing, volume_ml

FILE_LIST = ("FileName", "EF", "ESV", "EDV", "FrameHeight", "FrameWidth", "FPS", "NumberOfFrames", "Split")
TRACINGS = ("FileName", "X1", "Y1", "X2", "Y2", "Frame")
STREAM = len(SPLITS)  # of numbers that belong to the video, away from the views' streams
OVERSAMPLE = 2


@dataclass(frozen=True)
class Video:
    """One heart beat.

    Attributes:
        phases: Phase of each frame, 0 = end-diastole, 1 = end-systole.
        diastole, systole: The two traced frames.
    """

    name: str
    patient: Patient
    screen: Screen
    phases: tuple[float, ...]
    diastole: int
    systole: int


def write_beta(settings: PhantomSettings, out: Path, full: Path, report: Callable[[str], None]) -> None:
    """Write domain beta to `out`, and full masks of its test patients to `full`."""
    keys = list(patient_keys(settings.seed, "beta", settings.beta.patients))
    (out / "Videos").mkdir(parents=True)
    files: list[Sequence[object]] = []
    tracings: list[Sequence[object]] = []
    for number, key in enumerate(keys, start=1):
        video = _draw_video(settings, key)
        file = out / "Videos" / f"{video.name}.avi"
        _write_avi(file, video, settings.beta.fps)
        files.append(_file_row(video, settings.beta))
        # The smaller outline first: the official loader takes a video's last traced frame for end-diastole.
        tracings += [row for frame in (video.systole, video.diastole) for row in _tracing_rows(video, frame)]
        if key.split == "test":
            instants = {"ED": video.diastole, "ES": video.systole}
            masks = {name: video.patient.mask(video.phases[frame], video.screen) for name, frame in instants.items()}
            write_full_masks(full, f"{video.name}_{video.patient.view}", file, instants, masks)
        report(f"beta: patient {number} of {len(keys)}")
    write_csv(out / "FileList.csv", FILE_LIST, files)
    write_csv(out / "VolumeTracings.csv", TRACINGS, tracings)


def _draw_video(settings: PhantomSettings, key: PatientKey) -> Video:
    patient = draw_patient(settings, settings.beta_scanner(), key, "4CH")
    rng = key.rng(STREAM, 0)
    fewest, most = settings.beta.frames
    frames = int(rng.integers(fewest, most + 1))
    start = int(rng.integers(0, 3))
    phases = (1 - np.cos(2 * np.pi * (np.arange(frames) - start) / frames)) / 2
    return Video(
        name=f"0X{int(rng.integers(2**63)):016X}",
        patient=patient,
        screen=square_screen(patient.acquisition, settings.beta.size_px),
        phases=tuple(float(phase) for phase in phases),
        diastole=start,
        systole=(start + frames // 2) % frames,
    )


def _write_avi(file: Path, video: Video, fps: int) -> None:
    pictures = [video.patient.image(phase, video.screen, frame, OVERSAMPLE) for frame, phase in enumerate(video.phases)]
    write_gray_avi(file, pictures, fps)


def write_gray_avi(file: Path, pictures: Sequence[np.ndarray], fps: int) -> None:
    """Write pictures (H,W) uint8 as Motion JPEG."""
    size = pictures[0].shape[::-1]
    # OpenCV's own writer: it needs no codec library, and the same frames give the same bytes.
    writer = cv2.VideoWriter(str(file), cv2.CAP_OPENCV_MJPEG, cv2.VideoWriter.fourcc(*"MJPG"), fps, size)
    if not writer.isOpened():
        raise OSError(f"Cannot write a video. Expected a writable folder. Received: {file}")
    for gray in pictures:
        writer.write(cv2.cvtColor(gray, cv2.COLOR_GRAY2BGR))
    writer.release()


def _file_row(video: Video, beta: BetaSettings) -> Sequence[object]:
    diastole, systole = (video.phases[frame] for frame in (video.diastole, video.systole))
    return (
        video.name,
        f"{video.patient.ejection_fraction(diastole, systole):.4f}",
        f"{volume_ml(video.patient.heart(systole)):.4f}",
        f"{volume_ml(video.patient.heart(diastole)):.4f}",
        beta.size_px,
        beta.size_px,
        beta.fps,
        len(video.phases),
        video.patient.key.split.upper(),
    )


def _tracing_rows(video: Video, frame: int) -> list[Sequence[object]]:
    """Long axis and chords of one frame, in pixels."""
    lines = tracing(video.patient.heart(video.phases[frame]))
    columns, rows = video.screen.column(lines[:, 0::2]), video.screen.row(lines[:, 1::2])
    return [
        (f"{video.name}.avi", f"{x1:.4f}", f"{y1:.4f}", f"{x2:.4f}", f"{y2:.4f}", frame)
        for (x1, x2), (y1, y2) in zip(columns, rows, strict=True)
    ]


def write_csv(file: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Write a table as EchoNet's are written."""
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
