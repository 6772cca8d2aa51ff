"""`labeldrop run`."""

from pathlib import Path

import click

from components.evaluator.artifacts import BLESSING, SUMMARY, read_verdict
from components.json_file import read_json
from components.pusher.component import PUSHED
from components.reporter.component import REPORT
from models.devices import is_chief
from pipeline.config import load_config
from pipeline.graph import build_components
from pipeline.runner import RunOptions, run_pipeline
from pipeline.worker import run_worker


def run_config(
    path: str, settings: tuple[str, ...], force: tuple[str, ...] = (), first: str | None = None, last: str | None = None
) -> bool:
    """Run a configuration and print what came out.

    Returns:
        Whether the gate blessed the model; True where the run ended before the gate, and on a worker that is not the
        chief, which leaves that to it.

    Raises:
        UserError: The configuration or the data is at fault.
    """
    config = load_config(path, settings)
    if not is_chief():
        run_worker(build_components(config), Path(config.run_root), click.echo)
        return True
    options = RunOptions(config.name, config.artifact_store, config.metadata, config.parallel, force, first, last)
    channels = run_pipeline(build_components(config), Path(config.run_root), click.echo, options)
    if "pushed_model" not in channels:
        return True
    pushed = read_json(channels["pushed_model"] / PUSHED)
    click.echo("")
    click.echo((channels["evaluation"] / SUMMARY).read_text(encoding="utf-8").rstrip())
    click.echo(f"Evaluation: {channels['evaluation']}")
    click.echo(f"Report: {channels['report'] / REPORT}")
    click.echo(f"Pushed model: {pushed['path']}" if pushed["pushed"] else "Pushed model: none")
    served = read_verdict(channels["infra_blessing"])
    if served != "BLESSED":
        reasons = read_json(channels["infra_blessing"] / BLESSING)["reasons"]
        failed = [reason["text"] for reason in reasons if not reason["passed"]]
        click.echo("\n".join([f"Serving: {served}", *(f"  FAIL  {text}" for text in failed)]))
    return read_verdict(channels["blessing"]) == served == "BLESSED"
