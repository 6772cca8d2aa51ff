"""Every number of the phantom, read from YAML and checked before any work."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from data_schemas.yaml_file import read_yaml

DEFAULT_PATH = Path(__file__).parents[1] / "configs" / "phantom.yaml"


def _ordered(limits: tuple[float, float]) -> tuple[float, float]:
    if limits[0] > limits[1]:
        raise ValueError(f"Invalid range. Expected [low, high] with low <= high. Received: {list(limits)}")
    return limits


Range = Annotated[tuple[float, float], AfterValidator(_ordered)]


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Marks(_Settings):
    """Gray level of what the scanner burns into its pictures, 0 (not there) to 255."""

    depth_ticks: float = Field(ge=0, le=255)
    ecg: float = Field(ge=0, le=255)
    text: float = Field(ge=0, le=255)


class ScannerSettings(_Settings):
    """One scanner as it is set up at one site.

    Attributes:
        sector_deg: Full opening angle of the sector.
        depth_mm: Imaging depth; each patient's own is up to `depth_jitter` (a fraction) away from it.
        gain_db: Level of healthy myocardium against white.
        dynamic_range_db: From black to white.
        gamma: Exponent of the gray map; above 1 darkens the middle.
        axial_mm, lateral_deg: Standard deviation of the point spread function along and across the beam.
        attenuation_db_per_cm: Loss on the way to and from a depth.
        tgc_db_per_cm: What time-gain compensation gives back; it raises the noise with it.
        noise_db: Electronic noise before time-gain compensation, against myocardium.
        dropout_db: Loss of echo from a wall parallel to the beam (full on the lateral wall).
        shadow_db: Deepest shadow that ribs or lung may cast near the sector's edges.
        haze_db: Near-field haze and reverberation at the probe, against myocardium.
    """

    sector_deg: float = Field(ge=40, le=120)
    depth_mm: float = Field(ge=100, le=260)
    depth_jitter: float = Field(ge=0, le=0.2)
    gain_db: float = Field(ge=-60, le=20)
    dynamic_range_db: float = Field(ge=20, le=100)
    gamma: float = Field(ge=0.4, le=2.5)
    axial_mm: float = Field(ge=0.2, le=3)
    lateral_deg: float = Field(ge=0.2, le=4)
    attenuation_db_per_cm: float = Field(ge=0, le=5)
    tgc_db_per_cm: float = Field(ge=0, le=5)
    noise_db: float = Field(ge=-90, le=0)
    dropout_db: float = Field(ge=0, le=40)
    shadow_db: float = Field(ge=0, le=40)
    haze_db: float = Field(ge=-60, le=20)
    marks: Marks

    def towards(self, other: "ScannerSettings", shift: float) -> "ScannerSettings":
        """The scanner `shift` of the way from this one (0) to the other (1); above 1 goes beyond it.

        Raises:
            ValueError: Going beyond leads to an impossible value. Marks stay within 0 to 255 instead.
        """
        mine, theirs = self.model_dump(exclude={"marks"}), other.model_dump(exclude={"marks"})
        marks, their_marks = self.marks.model_dump(), other.marks.model_dump()
        between = {name: value + shift * (theirs[name] - value) for name, value in mine.items()}
        levels = {name: value + shift * (their_marks[name] - value) for name, value in marks.items()}
        clipped = {name: min(255.0, max(0.0, level)) for name, level in levels.items()}
        return ScannerSettings.model_validate({**between, "marks": clipped})


class AnatomySettings(_Settings):
    """Ranges a patient's heart is drawn from, uniformly. Lengths in mm, at end-diastole.

    Attributes:
        lv_length, lv_width: Left ventricle from apex to valve plane, and across at its widest.
        wall: Thickness of the myocardium at its widest level.
        la_length, la_width: Left atrium below the valve plane.
        rv_width: Right ventricle at its base.
        tilt_deg: Of the long axis; positive moves the base to the right.
        apex_x, apex_depth: Where the apex stands under the probe (x to the right of it).
        bend: How far the long axis bows to the lateral side.
        base_ratio: Width at the valve plane against the widest.
        widest: Where the ventricle is widest, as a fraction from apex to base.
        wobble: Irregularity of the borders as a fraction of the width.
        contraction: Strength of the heart beat; 1 gives an ejection fraction near 55 %.
        size: Scales all lengths of one heart together.
    """

    lv_length: Range
    lv_width: Range
    wall: Range
    la_length: Range
    la_width: Range
    rv_width: Range
    tilt_deg: Range
    apex_x: Range
    apex_depth: Range
    bend: Range
    base_ratio: Range
    widest: Range
    wobble: Range
    contraction: Range
    size: Range


class PatientCounts(_Settings):
    """Patients in each split."""

    train: int = Field(ge=0, le=5000)
    val: int = Field(ge=0, le=5000)
    test: int = Field(ge=0, le=5000)


class RenderSettings(_Settings):
    """Resolution of the beam picture, and how much patients differ in image quality.

    Attributes:
        samples, beams: Rows (depth) and columns (angle) of the beam picture.
        looks: Independent speckle pictures averaged, as spatial compounding does.
        gain_jitter_db: Half-width of each patient's own gain offset.
        border_mm: How far borders in the picture stray from the true ones (standard deviation), as trabeculae do.
        quality: Range of image quality, 0 (poor) to 1 (good).
    """

    samples: int = Field(ge=64, le=1024)
    beams: int = Field(ge=32, le=512)
    looks: int = Field(ge=1, le=8)
    gain_jitter_db: float = Field(ge=0, le=20)
    border_mm: float = Field(ge=0, le=4)
    quality: Range


class AlphaSettings(_Settings):
    """The first domain, in the CAMUS NIfTI layout, all three structures labelled."""

    patients: PatientCounts
    views: tuple[Literal["4CH", "2CH"], ...] = Field(min_length=1)
    spacing_mm: float = Field(ge=0.1, le=2)
    scanner: ScannerSettings


class BetaSettings(_Settings):
    """The second domain, in the EchoNet-Dynamic layout, left ventricle only.

    Attributes:
        size_px: Side of the square video, 112 in EchoNet-Dynamic.
        frames: Fewest and most frames of a video, which is one heart beat.
    """

    patients: PatientCounts
    size_px: int = Field(ge=32, le=512)
    frames: tuple[Annotated[int, Field(ge=4, le=200)], Annotated[int, Field(ge=4, le=200)]]
    fps: int = Field(ge=1, le=200)
    scanner: ScannerSettings

    @model_validator(mode="after")
    def _frames_ordered(self) -> "BetaSettings":
        if self.frames[0] > self.frames[1]:
            raise ValueError(f"Invalid frames. Expected [fewest, most]. Received: {list(self.frames)}")
        return self


class PhantomSettings(_Settings):
    """The whole phantom.

    Attributes:
        seed: The same settings and seed give the same bytes.
        shift: Scales the difference between beta's scanner and alpha's; 0 gives two identical scanners.
    """

    seed: int = Field(ge=0)
    shift: float = Field(ge=0, le=2)
    anatomy: AnatomySettings
    render: RenderSettings
    alpha: AlphaSettings
    beta: BetaSettings

    @model_validator(mode="after")
    def _shift_is_possible(self) -> "PhantomSettings":
        self.beta_scanner()
        return self

    def beta_scanner(self) -> ScannerSettings:
        """The second scanner after `shift`."""
        return self.alpha.scanner.towards(self.beta.scanner, self.shift)


def load_settings(path: str | Path = DEFAULT_PATH, seed: int | None = None) -> PhantomSettings:
    """Read a settings file; `seed`, where given, replaces the file's.

    Raises:
        ValueError: The file is missing, is not valid YAML, or holds an unknown key or an impossible value.
    """
    content = read_yaml(path)
    if not isinstance(content, dict):
        raise ValueError(f"Invalid settings in {path}. Expected a mapping. Received: {content!r}")
    return PhantomSettings.model_validate(content if seed is None else {**content, "seed": seed})
