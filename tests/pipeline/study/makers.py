"""Studies with made-up results."""

from pipeline.config import CONFIGS_DIR
from pipeline.study.config import load_study
from pipeline.study.record import StudyRecord
from pipeline.study.results import CellResult

PHANTOM = CONFIGS_DIR / "studies" / "phantom.yaml"
PATIENTS = 6


def result(name: str, seed: int, dice: float, audit: float = 1.0, sweep: str | None = None, value=None) -> CellResult:
    """A cell whose patients lie around one Dice in every structure of both domains."""
    patients = {f"p{number}": dice + 0.001 * (number - PATIENTS / 2) for number in range(PATIENTS)}
    structures = {structure: dict(patients) for structure in ("LV", "MYO", "LA")}
    curves = [{"epoch": 0, "test/beta/MYO": dice / 2, "test/beta/LA": dice / 2}]
    curves.append({"epoch": 1, "test/beta/MYO": dice, "test/beta/LA": dice})
    return CellResult(
        name, name.split("|")[0], seed, sweep, value, {"alpha": structures, "beta": structures}, curves,
        {"LV": 0.0, "MYO": audit, "LA": audit}, "", 60.0, f"{name}-{seed}",
    )  # fmt: skip


def record(dice: dict[str, float], audit: dict[str, float] | None = None, sweeps: tuple = ()) -> StudyRecord:
    """The shipped phantom study with two seeds and this Dice for each arm."""
    study = load_study(PHANTOM, settings={"seeds": [1, 2]})
    results = [
        result(name, seed, value, (audit or {}).get(name, 1.0)) for name, value in dice.items() for seed in (1, 2)
    ]
    return StudyRecord(study, "labeldrop study phantom.yaml", "2 cores", (*results, *sweeps))
