"""Cases with known numbers."""

import numpy as np

from components.evaluator.measure import Case

STRUCTURES = ("LV", "LA")


def case(number, domain="alpha", dice=(0.9, 0.8), patient=None, unit="mm", view="4CH", **changes):
    """A case of two structures; NaN in dice is a structure that was not labelled."""
    presence = tuple(bool(np.isfinite(value)) for value in dice)
    areas = tuple(100.0 if labelled else float("nan") for labelled in presence)
    fields = {
        "example_id": f"example{number:04d}", "patient_id": patient or f"patient{number // 2}", "domain": domain,
        "view": view, "frame": "ED", "unit": unit, "presence": presence, "dice": dice,
        "hd95": tuple(4.0 if labelled else float("nan") for labelled in presence),
        "asd": tuple(1.0 if labelled else float("nan") for labelled in presence),
        "area_truth": areas, "area_prediction": (110.0, 90.0), "pieces": (1, 2), "enclosed": 0.8, "enclosed_truth": 0.9,
    }  # fmt: skip
    return Case(**{**fields, **changes})
