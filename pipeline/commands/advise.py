"""`labeldrop advise`."""

from collections import Counter

import click
import yaml
from rich.console import Console
from rich.table import Table

from pipeline.commands.survey import survey_datasets
from pipeline.config import load_config
from pipeline.study.advice import Advice, advise
from pipeline.study.record import shipped_records

Counts = Counter[tuple[str, tuple[int, ...]]]


def advise_on_config(path: str, settings: tuple[str, ...]) -> None:
    """Read which labels the training images of a configuration have, and print what to choose.

    Raises:
        UserError: The configuration is not valid, or a dataset is not there at all.
    """
    config = load_config(path, settings)
    vocabulary = config.example_gen.vocabulary()
    found, sources = survey_datasets(config)
    domains = {source.spec.name: source.spec.domain for source in sources}
    counts: Counts = Counter((domains[one.dataset], one.presence) for one in found.records if one.split == "train")
    if not counts:
        click.echo("No training records were found, so there is nothing to advise on. Next step: labeldrop validate.")
        return
    console = Console(width=110)
    if found.dead_letters:
        console.print(
            f"{len(found.dead_letters)} records cannot be read and are left out; labeldrop validate names them."
        )
    console.print(_presence_table(counts, vocabulary.names))
    _print(advise(counts, vocabulary.names, config.trainer, shipped_records()), console)


def _presence_table(counts: Counts, structures: tuple[str, ...]) -> Table:
    table = Table("domain", "training images", *structures, title="Training images in which a structure is annotated")
    for domain in sorted({domain for domain, _ in counts}):
        own = {presence: number for (where, presence), number in counts.items() if where == domain}
        total = sum(own.values())
        labelled = [sum(number for presence, number in own.items() if presence[c]) for c in range(len(structures))]
        table.add_row(domain, str(total), *(str(number) for number in labelled))
    return table


def _print(advice: Advice, console: Console) -> None:
    for name, one in advice.dependence.items():
        console.print(f"{name}: presence and domain, Cramér's V {one.cramers_v:.2f} (p {one.p_value:.3g})")
    for line in advice.text:
        console.print(line)
    if advice.trainer:
        console.print(yaml.safe_dump({"trainer": dict(advice.trainer)}, sort_keys=False), markup=False)
    if advice.evidence:
        table = Table("study", "training", "where", "Dice", "of everything labelled", title="What the studies measured")
        for row in advice.evidence:
            mean = row.mean
            table.add_row(row.study, row.training, f"{mean.domain} {mean.structure}",
                          f"{mean.value:.3f} ({mean.low:.3f} to {mean.high:.3f})", f"{row.share:.0%}")  # fmt: skip
        console.print(table)
        console.print("The configuration's own training is matched by loss, Dice and label dropout alone.")
        console.print("How the studies were made, and their limits: docs/study.md")
