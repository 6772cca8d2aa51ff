"""What the conversion came to, for people."""

from collections import Counter, defaultdict

from rich.table import Table

from components.example_gen.manifest import Result
from components.text import render
from data_schemas.record import SPLITS

SHOWN_DEAD_LETTERS = 5


def describe(result: Result, structures: tuple[str, ...]) -> str:
    """Records, labels, dead letters and unused records of each dataset, as a table."""
    records: Counter[tuple[str, str]] = Counter()
    labels: dict[str, list[int]] = defaultdict(lambda: [0] * len(structures))
    for entry in result.counts:
        records[entry["dataset"], entry["split"]] += entry["records"]
        for index, present in enumerate(entry["presence"]):
            labels[entry["dataset"]][index] += present * entry["records"]
    dead = Counter(letter.dataset for letter in result.dead_letters)
    unused: Counter[str] = Counter()
    for entry in result.not_used:
        unused[entry["dataset"]] += entry["records"]
    title = f"Records a split, records with a label for {', '.join(structures)}"
    table = Table("dataset", *SPLITS, *structures, "dead letters", "not used", title=title)
    for dataset in sorted({name for name, _ in records} | set(dead) | set(unused)):
        cells = [*(records[dataset, split] for split in SPLITS), *labels[dataset], dead[dataset], unused[dataset]]
        table.add_row(dataset, *map(str, cells))
    return render(table)


def first_dead_letters(result: Result) -> str:
    """A few dead letters, a line each."""
    lines = [
        f"  {letter.dataset}: {letter.file}: {letter.reason}" for letter in result.dead_letters[:SHOWN_DEAD_LETTERS]
    ]
    more = len(result.dead_letters) - len(lines)
    return "\n".join([*lines, *([f"  and {more} more"] if more else [])])
