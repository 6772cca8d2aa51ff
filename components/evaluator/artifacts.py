"""The channels evaluation and blessing: names of their files, and the verdict for those who act on it."""

from pathlib import Path

from components.json_file import read_json

METRICS = "metrics.json"
CASES = "cases.csv"
SUMMARY = "summary.txt"
READ_OUTS = "read_outs.csv"
PICTURES = "pictures"
LEGEND = "legend.json"  # in the folder of pictures: which case each one shows
BLESSING = "blessing.json"


def read_verdict(blessing: Path) -> str:
    """BLESSED or NOT_BLESSED."""
    return str(read_json(blessing / BLESSING)["verdict"])
