"""Pixel spacing of an ultrasound image from its region calibration (DICOM PS3.3 C.8.5.5), or none."""

import pydicom

from components.example_gen.readers.base import UNKNOWN_SPACING

CENTIMETRES = 3  # Physical Units X/Y Direction
TISSUE = 1  # Region Data Type
TWO_DIMENSIONAL = 1  # Region Spatial Format
PLAUSIBLE_MM = (0.01, 5.0)


def region_spacing(header: pydicom.Dataset) -> tuple[float, float]:
    """Row and column spacing in mm; NaN where no region, several different ones, or a stale one is declared.

    A calibration is stale where its region does not lie inside the image: whoever scaled the pixels left it behind.
    """
    found = {
        spacing
        for region in header.get("SequenceOfUltrasoundRegions", [])
        if (spacing := _of_region(region, header.Rows, header.Columns)) is not None
    }
    return found.pop() if len(found) == 1 else UNKNOWN_SPACING


def _of_region(region: pydicom.Dataset, rows: int, columns: int) -> tuple[float, float] | None:
    """Spacing of a two-dimensional tissue region; NaN where it cannot be trusted; none for other regions."""
    if region.get("RegionSpatialFormat") != TWO_DIMENSIONAL or region.get("RegionDataType") != TISSUE:
        return None
    corners = [region.get(f"RegionLocation{corner}") for corner in ("MinX0", "MinY0", "MaxX1", "MaxY1")]
    if None in corners:
        return UNKNOWN_SPACING
    left, top, right, bottom = corners
    inside = 0 <= left < right <= columns and 0 <= top < bottom <= rows
    metric = (region.get("PhysicalUnitsXDirection"), region.get("PhysicalUnitsYDirection")) == (CENTIMETRES,) * 2
    if not inside or not metric:
        return UNKNOWN_SPACING
    row, column = (10 * abs(float(region.get(f"PhysicalDelta{axis}", 0))) for axis in ("Y", "X"))
    plausible = all(PLAUSIBLE_MM[0] <= side <= PLAUSIBLE_MM[1] for side in (row, column))
    return (row, column) if plausible else UNKNOWN_SPACING
