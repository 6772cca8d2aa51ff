"""Facts about the hearts and the scanners, over many patients."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from pipeline.phantom import PhantomSettings, load_settings
from pipeline.phantom.patient import DIASTOLE, SYSTOLE, Patient, PatientKey, draw_patient
from pipeline.phantom.screen import Screen, square_screen, tight_screen
from pipeline.phantom.shape import LA, LV, MYO, from_heart, label_map, volume_ml
from pipeline.phantom.speckle import speckle_power

MASKS = 12


@pytest.fixture(scope="module")
def defaults() -> PhantomSettings:
    return load_settings()


def _patient(settings: PhantomSettings, domain: str, index: int, view: str = "4CH") -> tuple[Patient, Screen]:
    scanner = settings.alpha.scanner if domain == "alpha" else settings.beta_scanner()
    patient = draw_patient(settings, scanner, PatientKey(settings.seed, domain, "train", index), view)
    if domain == "alpha":
        return patient, tight_screen(patient.acquisition, settings.alpha.spacing_mm)
    return patient, square_screen(patient.acquisition, settings.beta.size_px)


@pytest.mark.parametrize("domain", ["alpha", "beta"])
def test_each_structure_is_one_piece(defaults: PhantomSettings, domain: str) -> None:
    for index in range(MASKS):
        patient, screen = _patient(defaults, domain, index)
        for phase in (DIASTOLE, SYSTOLE):
            mask = patient.mask(phase, screen)
            pieces = [ndimage.label(mask == structure, np.ones((3, 3)))[1] for structure in (LV, MYO, LA)]
            assert pieces == [1, 1, 1]


def test_ventricle_touches_wall_and_atrium(defaults: PhantomSettings) -> None:
    for index in range(MASKS):
        patient, screen = _patient(defaults, "alpha", index)
        mask = patient.mask(DIASTOLE, screen)
        rim = ndimage.binary_dilation(mask == LV, iterations=1) & (mask != LV)
        assert {MYO, LA} <= set(np.unique(mask[rim]))
        assert (mask[rim] == MYO).mean() > 0.6  # the wall is all around but for the valve plane


def test_atrium_is_below_the_valve_plane(defaults: PhantomSettings) -> None:
    for index in range(MASKS):
        patient, screen = _patient(defaults, "alpha", index)
        heart = patient.heart(SYSTOLE)
        x, depth = screen.points()
        along = (x - heart.apex_x) * np.sin(heart.tilt) + (depth - heart.apex_depth) * np.cos(heart.tilt)
        mask = label_map(heart, x, depth)
        assert along[mask == LA].min() > heart.length - 1e-3
        assert along[mask == LV].max() <= heart.length + 1e-3


def test_systole_has_a_smaller_ventricle_a_thicker_wall_and_a_larger_atrium(defaults: PhantomSettings) -> None:
    for index in range(MASKS):
        patient, screen = _patient(defaults, "beta", index)
        diastole, systole = (patient.mask(phase, screen) for phase in (DIASTOLE, SYSTOLE))
        assert (systole == LV).sum() < (diastole == LV).sum()
        assert patient.systole.wall > patient.diastole.wall
        assert (systole == LA).sum() > (diastole == LA).sum()
        assert 10 < patient.ejection_fraction() < 80


def test_volume_of_a_known_shape(defaults: PhantomSettings) -> None:
    patient, _ = _patient(defaults, "alpha", 0)
    heart = replace(patient.diastole, wobble=0.0, base_ratio=1.0, widest=1e-6, length=100.0, half_width=20.0)
    assert volume_ml(heart) == pytest.approx(np.pi * 2**2 * 10, rel=0.01)  # a cylinder, in cm


def test_points_go_to_the_heart_and_back(defaults: PhantomSettings) -> None:
    patient, _ = _patient(defaults, "alpha", 1)
    heart = patient.diastole
    x, depth = from_heart(heart, np.array([0.0, heart.length]), np.array([0.0, 0.0]))
    assert (x[0], depth[0]) == (heart.apex_x, heart.apex_depth)
    assert np.hypot(x[1] - x[0], depth[1] - depth[0]) == pytest.approx(heart.length)


def test_two_chamber_view_has_no_right_heart(defaults: PhantomSettings) -> None:
    patient, _ = _patient(defaults, "alpha", 0, view="2CH")
    assert patient.diastole.rv_width == 0


def test_cavity_is_darker_than_the_wall(defaults: PhantomSettings) -> None:
    for domain in ("alpha", "beta"):
        patient, screen = _patient(defaults, domain, 0)
        image, mask = patient.image(DIASTOLE, screen, 0), patient.mask(DIASTOLE, screen)
        assert image[mask == LV].mean() + 20 < image[(mask == MYO) & (image > 0)].mean()


def test_domains_differ(defaults: PhantomSettings) -> None:
    """Black surroundings, and how gray levels are spread inside the sector, tell the scanner."""
    spreads = {}
    for domain in ("alpha", "beta"):
        pictures = [
            patient.image(DIASTOLE, screen, 0) for patient, screen in (_patient(defaults, domain, k) for k in range(6))
        ]
        spreads[domain] = np.mean([np.median(picture[picture > 0]) for picture in pictures])
    assert spreads["alpha"] > spreads["beta"] + 10
    assert defaults.beta_scanner() != defaults.alpha.scanner


def test_no_shift_gives_the_same_scanner_and_shift_one_the_second(defaults: PhantomSettings) -> None:
    content = defaults.model_dump()
    same = PhantomSettings.model_validate(content | {"shift": 0.0})
    assert same.beta_scanner() == same.alpha.scanner
    full = PhantomSettings.model_validate(content | {"shift": 1.0})
    for name, value in full.beta.scanner.model_dump(exclude={"marks"}).items():
        assert getattr(full.beta_scanner(), name) == pytest.approx(value)


def test_shift_beyond_the_second_scanner_keeps_marks_visible_at_most_white(defaults: PhantomSettings) -> None:
    beyond = PhantomSettings.model_validate(defaults.model_dump() | {"shift": 1.4})
    assert beyond.beta_scanner().marks.text == 255
    assert beyond.beta_scanner().sector_deg > defaults.beta.scanner.sector_deg


def test_speckle_keeps_the_mean_power() -> None:
    power = np.full((300, 200), 4.0, np.float32)
    for axial, lateral in ((0.4, 0.8), (1.0, 2.5)):
        echo = speckle_power(power, axial, lateral, 2, np.random.default_rng(3))
        assert echo.mean() == pytest.approx(4.0, rel=0.06)
