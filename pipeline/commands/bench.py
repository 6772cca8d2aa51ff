"""`labeldrop bench`."""

import os
import platform
from dataclasses import asdict
from pathlib import Path

import click

from components.json_file import write_json
from pipeline.bench.loss import LossBench, bench_loss
from pipeline.bench.rerun import bench_rerun
from pipeline.bench.serving import bench_serving
from pipeline.bench.side_by_side import Ratio


def run_bench_loss(out: str, rounds: int) -> None:
    """Measure, print, and write `loss.json` and `loss.md` to OUT."""
    outcome = bench_loss(rounds, click.echo)
    directory = Path(out)
    directory.mkdir(parents=True, exist_ok=True)
    machine = _machine()
    write_json(directory / "loss.json", {"machine": machine, "rounds": rounds, **asdict(outcome)})
    text = _describe(outcome, machine, rounds)
    (directory / "loss.md").write_text(text, encoding="utf-8")
    click.echo(text)


def run_bench_rerun(config: str, settings: tuple[str, ...], out: str, rounds: int) -> None:
    """Measure, print, and write `rerun.json` and `rerun.md` to OUT."""
    outcome = bench_rerun(config, settings, rounds, click.echo)
    directory = Path(out)
    directory.mkdir(parents=True, exist_ok=True)
    write_json(directory / "rerun.json", {"machine": _machine(), "rounds": rounds, **asdict(outcome)})
    text = "\n".join(
        [
            f"# labeldrop bench rerun\n\n{_machine()}; median of {rounds} rounds, each case once a round.\n",
            _table("process", outcome.cases),
            f"A run in which nothing changed takes {outcome.beyond_import_s:.1f} s longer than the import.\n",
        ]
    )
    (directory / "rerun.md").write_text(text, encoding="utf-8")
    click.echo(text)


def run_bench_serving(out: str, rounds: int) -> None:
    """Measure, print, and write `serving.json` and `serving.md` to OUT."""
    outcome = bench_serving(rounds, click.echo)
    directory = Path(out)
    directory.mkdir(parents=True, exist_ok=True)
    write_json(directory / "serving.json", {"machine": _machine(), "rounds": rounds, **asdict(outcome)})
    text = "\n".join(
        [
            f"# labeldrop bench serving\n\n{_machine()}; median of {rounds} rounds, each case once a round.\n",
            *(_table(f"batch {batch}", ratios) for batch, ratios in outcome.by_batch.items()),
        ]
    )
    (directory / "serving.md").write_text(text, encoding="utf-8")
    click.echo(text)


def _machine() -> str:
    return f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}"


def _describe(outcome: LossBench, machine: str, rounds: int) -> str:
    return "\n".join(
        [
            f"# labeldrop bench loss\n\n{machine}; median of {rounds} rounds, each case once a round.\n",
            _table("training step", outcome.steps),
            _table("input pipeline alone, 200 batches", outcome.bare_inputs),
            _table("input pipeline with every augmentation, 200 batches", outcome.full_inputs),
            f"The input pipeline with everything delivers {outcome.input_to_step:.1f} times the images that the "
            "training step consumes, each measured with all cores to itself.\n",
        ]
    )


def _table(title: str, ratios: list[Ratio]) -> str:
    rows = [
        f"| {one.case} | {one.median_ms:.1f} | {one.ratio:.3f} | {one.low:.3f} to {one.high:.3f} |" for one in ratios
    ]
    return "\n".join([f"| {title} | median, ms | ratio | quartiles |", "| --- | --- | --- | --- |", *rows, ""])
