"""Reporter: everything about one evaluation → report."""

from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from components.base import Component, Context, Directories
from components.page import page_style
from components.reporter.evidence import Evidence, read_evidence
from components.reporter.parameters import ReporterParameters
from components.reporter.plots import bland_altman, dice_distribution, training_curves

REPORT = "report.html"
TEMPLATE = Path(__file__).with_name("report.html.j2")


class Reporter(Component[ReporterParameters]):
    """Writes one HTML file that holds all it shows: it opens from disk, without a network, on a phone too.

    A component of its own, so that the report can change without a new evaluation.

    Channels:
        examples, statistics, model, model_run, evaluation, blessing, infra_blessing: What is told.
        report: `report.html`.
    """

    name = "Reporter"
    inputs = ("examples", "statistics", "model", "model_run", "evaluation", "blessing", "infra_blessing")
    outputs = ("report",)

    def execute(self, inputs: Directories, outputs: Directories, context: Context) -> None:
        """Read, draw, write."""
        html = render(read_evidence(inputs), self.parameters.title)
        (outputs["report"] / REPORT).write_text(html, encoding="utf-8")


def render(evidence: Evidence, title: str) -> str:
    """The page."""
    environment = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=True)
    environment.filters |= {"number": _number, "flat": _flat}
    structures, metrics, training = evidence.examples.vocabulary.structures, evidence.metrics, evidence.training
    colors = [one.color for one in structures]
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        title=title,
        style=page_style(),
        evidence=evidence,
        structures=structures,
        metrics=metrics,
        dice_plots={domain: dice_distribution(domain, dice, colors) for domain, dice in evidence.dice.items()},
        curves=training_curves(training["epochs"], training["best_epoch"]) if training["epochs"] else None,
        agreement_plots=[
            bland_altman(one, evidence.ejection[one["domain"], one["method"]])
            for one in metrics["ejection_fraction"]
            if one["patients"]
        ],
        pictures=[_picture(one, evidence.pictures_folder) for one in evidence.pictures],
    )


def _picture(entry: Mapping[str, Any], folder: Path) -> dict[str, str]:
    """Source, alternative text and caption of a drawn case."""
    domain = entry["name"].rpartition("-")[0]
    caption = f"{domain}, {entry['place']}: mean Dice {entry['dice']:.3f}, {entry['view']} {entry['frame']}"
    return {
        "source": "data:image/png;base64," + b64encode((folder / entry["file"]).read_bytes()).decode(),
        "alt": f"Image, label and prediction side by side. {caption}.",
        "caption": caption,
    }


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _flat(value: Any, name: str = "") -> list[tuple[str, Any]]:
    """A nested mapping as dotted names and values."""
    if not isinstance(value, dict):
        return [(name, value)]
    return [item for key, inner in value.items() for item in _flat(inner, f"{name}.{key}" if name else str(key))]
