"""StatisticsGen: examples → statistics."""

from collections import Counter, defaultdict
from pathlib import Path

from rich.table import Table

from components.base import Context, Directories
from components.engine.component import BeamComponent
from components.engine.run import Build
from components.examples_artifact import ExamplesArtifact
from components.json_file import write_json
from components.label_dropout import make_label_dropout
from components.statistics_artifact import AUDIT, PROTO, SUMMARY, write_tables
from components.statistics_gen.audit import Audit, audit
from components.statistics_gen.beam_job import TallyJob, run_job
from components.statistics_gen.parameters import StatisticsGenParameters
from components.statistics_gen.tally import Tally
from components.statistics_gen.to_proto import to_proto
from components.text import render
from data_schemas.example_schema import load_schema
from data_schemas.record import SPLITS
from data_schemas.vocabulary import DEFAULT_PATH, load_vocabulary


class StatisticsGen(BeamComponent[StatisticsGenParameters]):
    """Counts what the examples hold, and how well presence predicts domain.

    Channels:
        examples: All splits.
        statistics: `statistics.pb`, `tables.json`, `audit.json`, `summary.txt`.
    """

    name = "StatisticsGen"
    inputs = ("examples",)
    outputs = ("statistics",)

    def execute(self, inputs: Directories, outputs: Directories, context: Context) -> None:
        """Count once over all records, then audit."""
        artifact = ExamplesArtifact.load(inputs["examples"])
        structures = artifact.vocabulary.names
        files = [file for split in SPLITS if artifact.records(split) for file in artifact.files(split)]
        schema = load_schema(len(structures))
        tally = run_job(files, schema, structures, context.work_dir / "tally", self.beam)
        found = self._audit(tally, artifact)
        directory = outputs["statistics"]
        (directory / PROTO).write_bytes(to_proto(tally, structures).SerializeToString(deterministic=True))
        write_tables(tally, structures, directory)
        write_json(directory / AUDIT, found.to_dict())
        text = describe(tally, structures, found)
        (directory / SUMMARY).write_text(text + "\n", encoding="utf-8")
        context.report(text)

    def job(self, place: Path) -> Build:
        """The job on one file of the default vocabulary."""
        structures = load_vocabulary(DEFAULT_PATH).names
        return TallyJob([place / "examples.tfrecord"], load_schema(len(structures)), structures, place).build

    def _audit(self, tally: Tally, artifact: ExamplesArtifact) -> Audit:
        parameters = self.parameters
        counts: Counter[tuple[str, tuple[int, ...]]] = Counter()
        for (split, domain, _, _, _, presence), number in tally.records.items():
            if split == "train":
                counts[domain, presence] += number
        dropout = make_label_dropout(parameters.label_dropout, parameters.seed, artifact)
        return audit(
            counts, artifact.vocabulary.names, dropout, parameters.loss, parameters.permutations, parameters.seed
        )


def describe(tally: Tally, structures: tuple[str, ...], found: Audit) -> str:
    """Presence by domain and view, and the audit, as text."""
    counts: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0] * (1 + len(structures)))
    for (split, domain, _, view, _, presence), number in tally.records.items():
        row = counts[split, domain, view]
        for place, bit in enumerate((1, *presence)):
            row[place] += bit * number
    table = Table("split", "domain", "view", "records", *structures, title="Records with each label")
    for key in sorted(counts, key=lambda key: (SPLITS.index(key[0]), key)):
        table.add_row(*key, *map(str, counts[key]))
    measured = Table("structure", "Cramer's V", "bits", "p", "V after label dropout", title="Presence predicts domain")
    for name, one in found.stored.items():
        after = "-" if found.after_dropout is None else f"{found.after_dropout[name].cramers_v:.2f}"
        measured.add_row(name, f"{one.cramers_v:.2f}", f"{one.mutual_information:.2f}", f"{one.p_value:.3f}", after)
    return "\n".join([render(table), render(measured), *(f"  {line}" for line in found.advice)])
