"""The console script `labeldrop`. Commands import what they need when they run, so that --help answers at once."""

import sys

import click

from pipeline.quiet import be_quiet

EXIT_USER_ERROR = 2
EXIT_NOT_BLESSED = 3
EXIT_NOT_VALID = 4


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="labeldrop")
def cli() -> None:
    """Train one heart-segmentation model on many partially labelled echo datasets, judge it, and serve it."""


@cli.command()
@click.argument("config", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--set", "settings", multiple=True, metavar="KEY=VALUE", help="Override one key, for example trainer.epochs=3."
)
@click.option("--force", multiple=True, metavar="NODE", help="Execute this node whatever the cache says.")
@click.option("--from", "first", metavar="NODE", help="Start here, on the latest outputs of what stands before.")
@click.option("--to", "last", metavar="NODE", help="Stop after this node.")
def run(config: str, settings: tuple[str, ...], force: tuple[str, ...], first: str | None, last: str | None) -> None:
    """Run the pipeline of CONFIG: convert, train, evaluate, push. Exit code 3 when the gate says NOT_BLESSED."""
    from pipeline.commands.run import run_config

    if not run_config(config, settings, force, first, last):
        sys.exit(EXIT_NOT_BLESSED)


@cli.command()
@click.argument("config", type=click.Path(exists=True, dir_okay=False))
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="Override one key of the configuration.")
@click.option("--out", type=click.Path(file_okay=False), help="Default: validation/ in the run root.")
def validate(config: str, settings: tuple[str, ...], out: str | None) -> None:
    """Check the datasets of CONFIG before any work. Exit code 4 when something has to be mended."""
    from pipeline.commands.validate import validate_config

    if not validate_config(config, settings, out):
        sys.exit(EXIT_NOT_VALID)


@cli.command()
@click.argument("out", type=click.Path(file_okay=False))
@click.option(
    "--settings", type=click.Path(exists=True, dir_okay=False), help="YAML of the phantom; default: the shipped one."
)
@click.option("--seed", type=int, help="Another seed than the settings name.")
@click.option("--formats", is_flag=True, help="A few patients in every format that a reader knows, instead.")
def phantom(out: str, settings: str | None, seed: int | None, formats: bool) -> None:
    """Generate a synthetic echo data set of two scanners in OUT."""
    from pipeline.commands.phantom import make_phantom

    make_phantom(out, settings, seed, formats)


@cli.command()
@click.argument("model_dir")
@click.argument("images", nargs=-1, required=True)
@click.option("--out", required=True, help="Directory for masks and overlays.")
def predict(model_dir: str, images: tuple[str, ...], out: str) -> None:
    """Segment IMAGES (PNG, JPEG, TIFF, NIfTI, AVI, DICOM) with the SavedModel in MODEL_DIR; each may be in a store."""
    from pipeline.commands.predict import predict_files

    predict_files(model_dir, images, out)


@cli.command()
@click.argument("address")
@click.argument("images", nargs=-1, required=True)
@click.option("--out", required=True, help="Directory for masks and overlays.")
@click.option("--model", default="labeldrop", show_default=True, help="The model's name on the server.")
@click.option("--version", type=int, help="A version of it; default: the server's choice, the newest.")
@click.option("--label", help="Or a version label, such as stable or canary.")
@click.option(
    "--timeout",
    default=10.0,
    show_default=True,
    type=click.FloatRange(min=0, min_open=True),
    help="Seconds that one request may take.",
)
@click.option(
    "--retries",
    default=3,
    show_default=True,
    type=click.IntRange(0, 4),
    help="Repeats of a request while the server is unavailable, with growing pauses.",
)
@click.option(
    "--labels",
    type=click.Path(exists=True, dir_okay=False),
    help="labels.json of the served model; default: the shipped vocabulary.",
)
def client(address: str, images: tuple[str, ...], out: str, model: str, version: int | None, label: str | None,
           timeout: float, retries: int, labels: str | None) -> None:  # fmt: skip
    """Segment IMAGES with the TensorFlow Serving server at ADDRESS: host:port for gRPC, http://host:port for REST."""
    from components.serving_client.server import Target
    from pipeline.commands.client import ask_server

    ask_server(Target(address, model, version, label, timeout, retries), images, out, labels)


_config = click.argument("config", type=click.Path(exists=True, dir_okay=False))
_settings = click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="Override one key.")


@cli.command()
@_config
@_settings
def runs(config: str, settings: tuple[str, ...]) -> None:
    """List the runs of CONFIG and what each node did."""
    from pipeline.commands.history import show_runs

    show_runs(config, settings)


@cli.command()
@_config
@click.argument("artifact")
@_settings
@click.option("--picture", type=click.Path(dir_okay=False), help="Write an SVG too.")
def lineage(config: str, artifact: str, settings: tuple[str, ...], picture: str | None) -> None:
    """Tell what made ARTIFACT: a number, a channel (its latest), or a directory, such as a served model."""
    from pipeline.commands.history import show_lineage

    show_lineage(config, settings, artifact, picture)


@cli.command()
@_config
@click.argument("first")
@click.argument("second")
@_settings
def diff(config: str, first: str, second: str, settings: tuple[str, ...]) -> None:
    """Compare what two runs were made from."""
    from pipeline.commands.history import show_diff

    show_diff(config, settings, first, second)


@cli.command()
@_config
@click.argument("node")
@_settings
def explain(config: str, node: str, settings: tuple[str, ...]) -> None:
    """Say why NODE ran in its last run, or did not."""
    from pipeline.commands.history import show_explanation

    show_explanation(config, settings, node)


@cli.command()
@_config
@_settings
@click.option("--keep-runs", default=3, show_default=True, help="How many of the last runs keep what they used.")
@click.option("--yes", is_flag=True, help="Remove it, instead of only showing it.")
def gc(config: str, settings: tuple[str, ...], keep_runs: int, yes: bool) -> None:
    """Remove artifacts that neither the last runs nor a pushed model needs."""
    from pipeline.commands.history import collect_garbage

    collect_garbage(config, settings, keep_runs, yes)


@cli.command()
@_config
@click.option("--preset", help="A smaller study that CONFIG describes, such as quick.")
@_settings
@click.option("--workers", type=click.IntRange(min=1), default=2, show_default=True, help="Trainings side by side.")
@click.option(
    "--join", multiple=True, type=click.Path(exists=True, dir_okay=False),
    help="record.jsonl of the same study on another machine: its trainings are taken instead of being repeated.",
)  # fmt: skip
def study(config: str, preset: str | None, settings: tuple[str, ...], workers: int, join: tuple[str, ...]) -> None:
    """Run the arms, seeds and sweeps of a study; what is finished is not run again."""
    from pipeline.commands.study import run_study_config

    run_study_config(config, preset, settings, workers, join)


@cli.command()
@_config
@_settings
def advise(config: str, settings: tuple[str, ...]) -> None:
    """Say which loss and label dropout suit the labels of CONFIG, and what the shipped studies measured."""
    from pipeline.commands.advise import advise_on_config

    advise_on_config(config, settings)


@cli.group()
def beam() -> None:
    """Where Beam jobs run."""


@beam.command("check")
@_config
@_settings
@click.option("--graphs-only", is_flag=True, help="Build and validate the graphs; ask no cluster.")
def beam_check(config: str, settings: tuple[str, ...], graphs_only: bool) -> None:
    """Dry run of CONFIG's jobs: build and validate their graphs, check what the engine needs. Submits nothing."""
    from pipeline.commands.beam import check_config

    check_config(config, settings, graphs_only)


_folder = click.option("--folder", type=click.Path(file_okay=False), help="Of the cluster's own.")
_port = click.option("--port", default=8081, show_default=True, help="Of the JobManager's REST interface.")


@cli.group()
def flink() -> None:
    """A Flink cluster on this machine, on loopback only, to try and to test with."""


@flink.command("up")
@_folder
@_port
@click.option("--task-managers", default=2, show_default=True, type=click.IntRange(min=1))
@click.option("--slots", default=1, show_default=True, type=click.IntRange(min=1), help="Of each TaskManager.")
def flink_up(folder: str | None, port: int, task_managers: int, slots: int) -> None:
    """Start a JobManager and TaskManagers, each in a process of its own."""
    from pipeline.commands.flink import start

    start(folder, port, task_managers, slots)


@flink.command("down")
@_folder
@_port
def flink_down(folder: str | None, port: int) -> None:
    """Stop all of them."""
    from pipeline.commands.flink import stop

    stop(folder, port)


@flink.command("status")
@_folder
@_port
def flink_status(folder: str | None, port: int) -> None:
    """Say what runs."""
    from pipeline.commands.flink import status

    status(folder, port)


@cli.group()
def bench() -> None:
    """Measure ratios of speed side by side on this machine."""


@bench.command("loss")
@click.option("--out", default="runs/bench", show_default=True, type=click.Path(file_okay=False))
@click.option("--rounds", default=15, show_default=True, type=click.IntRange(min=2), help="Repeats of each case.")
def bench_loss(out: str, rounds: int) -> None:
    """Partial losses against Keras' cross entropy, label dropout and augmentation against the plain input pipeline."""
    from pipeline.commands.bench import run_bench_loss

    run_bench_loss(out, rounds)


@bench.command("rerun")
@_config
@_settings
@click.option("--out", default="runs/bench", show_default=True, type=click.Path(file_okay=False))
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(min=2), help="Repeats of each case.")
def bench_rerun(config: str, settings: tuple[str, ...], out: str, rounds: int) -> None:
    """A run of CONFIG in which nothing changed, against `import tensorflow` alone."""
    from pipeline.commands.bench import run_bench_rerun

    run_bench_rerun(config, settings, out, rounds)


@bench.command("serving")
@click.option("--out", default="runs/bench", show_default=True, type=click.Path(file_okay=False))
@click.option("--rounds", default=30, show_default=True, type=click.IntRange(min=2), help="Repeats of each case.")
def bench_serving(out: str, rounds: int) -> None:
    """The served graph, from PNG to mask, against the bare network's forward pass."""
    from pipeline.commands.bench import run_bench_serving

    run_bench_serving(out, rounds)


@bench.command("preprocessing")
@click.option("--out", default="runs/bench", show_default=True, type=click.Path(file_okay=False))
@click.option(
    "--base",
    default=3200,
    show_default=True,
    type=click.IntRange(min=32),
    help="Pictures of the smallest input; the largest has 16 times as many.",
)
@click.option(
    "--camus", type=click.Path(exists=True, file_okay=False), help="CAMUS, NIfTI release, to stand beside nnU-Net."
)
def bench_preprocessing(out: str, base: int, camus: str | None) -> None:
    """ExampleGen on growing inputs with one and two workers, and beside nnU-Net's preprocessing."""
    from pipeline.commands.bench import run_bench_preprocessing

    run_bench_preprocessing(out, base, camus)


def main() -> None:
    """Entry point: what a user can mend is one message and exit code 2, never a traceback."""
    be_quiet()
    from components.base import UserError

    try:
        cli()
    except UserError as error:
        click.echo(f"labeldrop: {error}", err=True)
        sys.exit(EXIT_USER_ERROR)
