"""Write the whole phantom: alpha/, beta/, beta_test_full/ and, last, phantom.json."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from pipeline.phantom.camus_writer import write_camus
from pipeline.phantom.echonet_writer import write_beta
from pipeline.phantom.settings import PhantomSettings

VERSION = 1  # raise it when the same settings give other bytes
FINISHED, UNFINISHED = "phantom.json", "phantom.unfinished.json"
FOLDERS = ("alpha", "beta", "beta_test_full")


def generate(settings: PhantomSettings, out: Path, report: Callable[[str], None] = lambda line: None) -> None:
    """Write the phantom to `out`, unless exactly this phantom is there already.

    A run that was cut off left phantom.unfinished.json: its folders are removed and written again.

    Args:
        out: A folder that does not exist, is empty, or holds a phantom.
        report: Called with one line of progress at a time.

    Raises:
        ValueError: `out` holds something else, or a phantom of other settings.
    """
    out = Path(out)
    wanted = json.dumps({"version": VERSION, "settings": settings.model_dump(mode="json")}, indent=2) + "\n"
    if _is_there(out, wanted):
        report(f"This phantom is already in {out}")
        return
    for folder in FOLDERS:
        shutil.rmtree(out / folder, ignore_errors=True)
    out.mkdir(parents=True, exist_ok=True)
    (out / UNFINISHED).write_text(wanted, encoding="utf-8")
    write_camus(settings, out / "alpha", report)
    write_beta(settings, out / "beta", out / "beta_test_full", report)
    (out / UNFINISHED).rename(out / FINISHED)
    report(f"Phantom written to {out}")


def _is_there(out: Path, wanted: str) -> bool:
    """Whether the wanted phantom is in `out`; False where it may be written."""
    advice = "Delete the folder or choose another one."
    if out.exists() and not out.is_dir():
        raise ValueError(f"Invalid output. Expected a folder. Received a file: {out}")
    if (out / FINISHED).is_file():
        if (out / FINISHED).read_text(encoding="utf-8") == wanted:
            return True
        raise ValueError(
            f"Invalid output folder. Expected an empty one or this phantom. "
            f"Received: {out} with a phantom of other settings ({FINISHED} tells which). {advice}"
        )
    if out.is_dir() and any(out.iterdir()) and not (out / UNFINISHED).is_file():
        names = sorted(path.name for path in out.iterdir())[:5]
        raise ValueError(f"Invalid output folder. Expected an empty one. Received: {out} with {names}. {advice}")
    return False
