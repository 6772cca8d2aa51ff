"""One heart in an apical view: sizes drawn at random, contracted to end-systole, blended in between."""

from dataclasses import dataclass, fields, replace

import numpy as np

from pipeline.phantom.settings import AnatomySettings


@dataclass(frozen=True)
class Heart:
    """Geometry of a heart at one instant. Lengths in mm, angles in radians, x right, depth down, probe at (0, 0).

    Attributes:
        apex_x, apex_depth: Endocardial apex of the left ventricle.
        tilt: Of the long axis, positive moves the base to the right.
        length, half_width: Left ventricle, apex to valve plane and half of its widest.
        widest, base_ratio: Where it is widest (0 apex, 1 base), width at the valve plane against the widest.
        bend: Bow of the long axis to the lateral side.
        wall, apical_wall: Thickness of the myocardium at the sides and at the apex.
        wobble, septal_phase, lateral_phase: Irregularity of the borders.
        la_length, la_half_width, la_tilt: Left atrium.
        rv_width: Right ventricle at its base; 0 in a two-chamber view.
        leaflet_opening: Of the mitral valve, 0 closed to 1 open.
        papillary: Where the papillary muscle sits on the lateral wall (0 apex, 1 base).
    """

    apex_x: float
    apex_depth: float
    tilt: float
    length: float
    half_width: float
    widest: float
    base_ratio: float
    bend: float
    wall: float
    apical_wall: float
    wobble: float
    septal_phase: float
    lateral_phase: float
    la_length: float
    la_half_width: float
    la_tilt: float
    rv_width: float
    leaflet_opening: float
    papillary: float

    @property
    def base_half_width(self) -> float:
        """Half of the ventricle's width at the valve plane in mm."""
        return self.half_width * self.base_ratio


def draw_heart(ranges: AnatomySettings, view: str, rng: np.random.Generator) -> Heart:
    """A heart at end-diastole in the view "4CH" or "2CH" (which has no right heart)."""
    drawn = {name: rng.uniform(*getattr(ranges, name)) for name in AnatomySettings.model_fields}
    size = drawn["size"]
    rv_width = size * drawn["rv_width"]
    return Heart(
        apex_x=drawn["apex_x"],
        apex_depth=drawn["apex_depth"],
        tilt=np.deg2rad(drawn["tilt_deg"]),
        length=size * drawn["lv_length"],
        half_width=size * drawn["lv_width"] / 2,
        widest=drawn["widest"],
        base_ratio=drawn["base_ratio"],
        bend=size * drawn["bend"],
        wall=size * drawn["wall"],
        apical_wall=size * drawn["wall"] * rng.uniform(0.6, 0.9),
        wobble=drawn["wobble"],
        septal_phase=rng.uniform(0, 2 * np.pi),
        lateral_phase=rng.uniform(0, 2 * np.pi),
        la_length=size * drawn["la_length"],
        la_half_width=size * drawn["la_width"] / 2,
        la_tilt=np.deg2rad(rng.uniform(-12, 6)),
        rv_width=rv_width if view == "4CH" else 0.0,
        leaflet_opening=rng.uniform(0.0, 0.7),
        papillary=rng.uniform(0.45, 0.65),
    )


def contract(heart: Heart, strength: float) -> Heart:
    """The same heart at end-systole: the base comes to the apex, the wall thickens, the atrium fills.

    `strength` 1 is a normal beat; the apex stays where it is, as it does in the body.
    """
    return replace(
        heart,
        length=heart.length * (1 - 0.13 * strength),
        half_width=heart.half_width * (1 - 0.27 * strength),
        base_ratio=min(0.95, heart.base_ratio * (1 + 0.08 * strength)),
        wall=heart.wall * (1 + 0.36 * strength),
        apical_wall=heart.apical_wall * (1 + 0.2 * strength),
        la_length=heart.la_length * (1 + 0.16 * strength),
        la_half_width=heart.la_half_width * (1 + 0.10 * strength),
        rv_width=heart.rv_width * (1 - 0.2 * strength),
        leaflet_opening=0.0,
    )


def blend(diastole: Heart, systole: Heart, phase: float) -> Heart:
    """The heart at a phase of the beat, 0 = end-diastole, 1 = end-systole."""
    names = [field.name for field in fields(Heart)]
    pairs = {name: (getattr(diastole, name), getattr(systole, name)) for name in names}
    return Heart(**{name: start + phase * (end - start) for name, (start, end) in pairs.items()})
