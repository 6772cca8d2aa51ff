"""What a run costs in which nothing changed, beside the import of TensorFlow alone."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

from components.base import UserError
from pipeline.bench.side_by_side import Ratio, measure

IMPORT = "import tensorflow"
RERUN = "run without a change"


@dataclass(frozen=True)
class RerunBench:
    """Both cases, and how many seconds the run takes longer, by their medians."""

    cases: list[Ratio]
    beyond_import_s: float


def bench_rerun(config: str, settings: tuple[str, ...], rounds: int, report: Callable[[str], None]) -> RerunBench:
    """Run the configuration once so that nothing is left to do, then time it against the import.

    Raises:
        UserError: The run does not end well.
    """
    options = [part for setting in settings for part in ("--set", setting)]
    command = [sys.executable, "-c", "from pipeline.cli import main; main()", "run", config, *options]
    first = subprocess.run(command, capture_output=True, text=True, check=False)
    if first.returncode not in (0, 3):  # a model that was not blessed costs the same
        raise UserError(
            f"{config}: expected a run that ends well. Received exit code {first.returncode}: {first.stderr}"
        )

    def rerun() -> None:
        said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        if ": running" in said:
            raise UserError(f"{config}: expected a run that executes nothing. Received: {said}")

    def only_import() -> None:
        subprocess.run([sys.executable, "-c", IMPORT], capture_output=True, check=True)

    cases = measure({IMPORT: only_import, RERUN: rerun}, IMPORT, rounds, 1, report)
    medians = {case.case: case.median_ms for case in cases}
    return RerunBench(cases, (medians[RERUN] - medians[IMPORT]) / 1000)
