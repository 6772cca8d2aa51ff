"""The model card that goes with a pushed model (Mitchell et al. 2019, Model Cards for Model Reporting)."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from components.examples_artifact import ExamplesArtifact

CARD = "model_card.md"
TEMPLATE = Path(__file__).with_name("model_card.md.j2")


def model_card(examples: ExamplesArtifact, metrics: dict[str, Any], training: dict[str, Any]) -> str:
    """Markdown: data with its terms, training, metrics, intended use and limits.

    Args:
        metrics: Content of the evaluation's metrics.json.
        training: Content of the model run's training.json.
    """
    environment = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False)
    environment.filters["number"] = _number
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    return template.render(
        structures=examples.vocabulary.structures,
        image_size=examples.image_size,
        datasets=[
            {**one, **{split: examples.records_of(one["name"], split) for split in ("train", "val", "test")}}
            for one in examples.datasets
        ],
        unlabelled=_never_labelled(examples),
        metrics=metrics,
        training=training,
    )


def _never_labelled(examples: ExamplesArtifact) -> list[tuple[str, list[str]]]:
    """Domains with the structures that none of their training images labels."""
    names = examples.vocabulary.names
    found = {
        domain: [name for name, known in zip(names, labelled, strict=True) if not known]
        for domain, labelled in examples.labelled_domains("train").items()
    }
    return [(domain, missing) for domain, missing in found.items() if missing]


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"
