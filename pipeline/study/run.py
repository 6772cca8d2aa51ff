"""Running a study: cells side by side, each through the same components in a run root of its own.

Below the study's run root:
    artifacts/ExampleGen/     the fully labelled examples of each data setting, shared by all cells
    cells/<name>-<seed>/      one cell's artifacts: what is finished there is reused
    results/                  one JSON file a cell, which the report is made from
"""

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

from pipeline.quiet import be_quiet
from pipeline.study.cell_run import run_cell
from pipeline.study.cells import Cell, cells
from pipeline.study.config import StudyConfig
from pipeline.study.data import full_examples
from pipeline.study.results import CellResult, read_results, write_result

THREADS = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS")


def run_study(study: StudyConfig, workers: int, report: Callable[[str], None]) -> list[CellResult]:
    """Run what is missing, and return the results of exactly this study's cells.

    Args:
        workers: Cells at a time, which share the cores out; small networks train no faster on two cores than on one.

    Raises:
        UserError: The data or a parameter is at fault.
    """
    root = Path(study.run_root)
    root.mkdir(parents=True, exist_ok=True)
    todo = cells(study)
    sources = [full_examples(cell.data, cell.image_size, root, report) for cell in _first_of_each_data(todo)]
    by_data = {cell.data_key: source for cell, source in zip(_first_of_each_data(todo), sources, strict=True)}
    for name in THREADS:  # read by TensorFlow when a process starts
        os.environ[name] = str(max(1, (os.cpu_count() or 1) // workers))
    context, started = get_context("spawn"), time.monotonic()
    with ProcessPoolExecutor(workers, mp_context=context, initializer=be_quiet, max_tasks_per_child=1) as pool:
        futures = [pool.submit(run_cell, cell, by_data[cell.data_key], root) for cell in todo]
        try:
            for number, future in enumerate(as_completed(futures), start=1):
                left_s = (len(todo) - number) / number * (time.monotonic() - started)
                _take(future, root, f"[{number}/{len(todo)}]", left_s, report)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    wanted = {(cell.name, cell.seed) for cell in todo}
    return [result for result in read_results(root) if (result.name, result.seed) in wanted]


def _take(future: Future[CellResult], root: Path, place: str, left_s: float, report: Callable[[str], None]) -> None:
    result = future.result()
    write_result(result, root)
    report(f"{place} {result.name}, seed {result.seed}: {_short(result)}; about {left_s / 60:.0f} min left")


def _first_of_each_data(todo: Sequence[Cell]) -> list[Cell]:
    return list({cell.data_key: cell for cell in reversed(todo)}.values())


def _short(result: CellResult) -> str:
    """Mean Dice of each domain and structure on a line."""
    parts = []
    for domain, structures in result.dice.items():
        means = "/".join(f"{sum(values.values()) / len(values):.3f}" for values in structures.values())
        parts.append(f"{domain} {'/'.join(structures)} {means}")
    return ", ".join(parts)
