"""`labeldrop bench`."""

import os
import platform
from dataclasses import asdict
from pathlib import Path

import click

from components.json_file import write_json
from pipeline.bench.loss import LossBench, bench_loss
from pipeline.bench.preprocessing import Peer, PreprocessingBench, bench_preprocessing
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


def run_bench_preprocessing(out: str, base: int, camus: str | None) -> None:
    """Measure, print, and write `preprocessing.json` and `preprocessing.md` to OUT."""
    outcome = bench_preprocessing(base, camus, click.echo)
    directory = Path(out)
    directory.mkdir(parents=True, exist_ok=True)
    write_json(directory / "preprocessing.json", {"machine": _machine(), **asdict(outcome)})
    text = "\n".join(_preprocessing(outcome))
    (directory / "preprocessing.md").write_text(text, encoding="utf-8")
    click.echo(text)


def _preprocessing(outcome: PreprocessingBench) -> list[str]:
    lines = [
        f"# labeldrop bench preprocessing\n\n{_machine()}; each case once, in a process of its own.\n",
        "| images | workers | s | images/s | peak memory of a worker, MB | processor s | processor ms an image |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        *(
            f"| {one.images} | {one.workers} | {one.seconds:.1f} | {one.images_per_s:.0f} | {one.peak_mb:.0f} | "
            f"{one.cpu_s:.1f} | {one.cpu_ms_an_image:.2f} |"
            for one in outcome.scale
        ),
        "",
    ]
    return lines if outcome.peer is None else [*lines, *_beside_nnunet(outcome.peer)]


def _beside_nnunet(peer: Peer) -> list[str]:
    rows = [
        f"| labeldrop at {size} | {seconds:.1f} | {peer.images / seconds:.1f} | {peer.nnunet_cpu_s / seconds:.2f} |"
        for size, seconds in peer.ours_cpu_s.items()
    ]
    return [
        f"{peer.images} pictures of CAMUS, imports taken off on both sides:\n",
        "| preprocessing | processor s | pictures per processor s | times nnU-Net |",
        "| --- | --- | --- | --- |",
        f"| nnU-Net | {peer.nnunet_cpu_s:.1f} | {peer.images / peer.nnunet_cpu_s:.1f} | 1 |",
        *rows,
        "",
    ]


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
