"""Running a study: cells side by side, each through the same components in a run root of its own.

Below the study's run root:
    data/<setting>/           the files and the fully labelled examples of each data setting, shared by its cells
    cells/<name>-<seed>/      one cell's artifacts: what is finished there is reused
    results/                  one JSON file a cell, which the report is made from
"""

import os
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import replace
from multiprocessing import active_children, get_context
from pathlib import Path

from pipeline.quiet import be_quiet
from pipeline.study.cell_run import run_cell
from pipeline.study.cells import Cell, cells
from pipeline.study.config import StudyConfig
from pipeline.study.results import CellResult, read_result, write_result

THREADS = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS")


def run_study(
    study: StudyConfig, workers: int, report: Callable[[str], None], joined: Iterable[CellResult] = ()
) -> list[CellResult]:
    """Run what is missing, and return the results of exactly this study's cells.

    Args:
        workers: Cells at a time, which share the cores out; small networks train no faster on two cores than on one.
        joined: Results from elsewhere: a cell that one of them answers is not trained here.

    Raises:
        UserError: The data or a parameter is at fault.
    """
    root = Path(study.run_root)
    root.mkdir(parents=True, exist_ok=True)
    wanted = cells(study)
    taken = _join(wanted, joined, root, report)
    todo = [cell for cell in wanted if (cell.name, cell.seed) not in taken]
    for name in THREADS:  # read by TensorFlow when a process starts
        os.environ[name] = str(max(1, (os.cpu_count() or 1) // workers))
    context, started = get_context("spawn"), time.monotonic()
    with ProcessPoolExecutor(workers, mp_context=context, initializer=be_quiet, max_tasks_per_child=1) as pool:
        futures = [pool.submit(run_cell, cell, root) for cell in todo]
        try:
            for number, future in enumerate(as_completed(futures), start=1):
                left_s = (len(todo) - number) / number * (time.monotonic() - started)
                _take(future, root, f"[{number}/{len(todo)}]", left_s, report)
        except BaseException:
            for child in active_children():  # they resume from their last epoch
                child.terminate()
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    found = (read_result(root, cell.name, cell.seed) for cell in wanted)
    return [result for result in found if result is not None]


def _join(
    wanted: list[Cell], joined: Iterable[CellResult], root: Path, report: Callable[[str], None]
) -> set[tuple[str, int]]:
    """Name and seed of the cells that are answered from elsewhere, whose results are stored here too."""
    answers = {one.key: one for one in joined}
    taken = set()
    for cell in wanted:
        if cell.key in answers:
            known = replace(answers[cell.key], name=cell.name, arm=cell.arm, sweep=cell.sweep, value=cell.value)
            write_result(known, root)
            taken.add((cell.name, cell.seed))
    if answers:
        report(f"{len(taken)} of {len(wanted)} trainings are joined from elsewhere")
    return taken


def _take(future: Future[CellResult], root: Path, place: str, left_s: float, report: Callable[[str], None]) -> None:
    result = future.result()
    write_result(result, root)
    report(f"{place} {result.name}, seed {result.seed}: {_short(result)}; about {left_s / 60:.0f} min left")


def _short(result: CellResult) -> str:
    """Mean Dice of each domain and structure on a line."""
    parts = []
    for domain, structures in result.dice.items():
        means = "/".join(f"{sum(values.values()) / len(values):.3f}" for values in structures.values())
        parts.append(f"{domain} {'/'.join(structures)} {means}")
    return ", ".join(parts)
