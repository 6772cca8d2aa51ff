"""ExampleGen: raw dataset files → examples."""

from collections import Counter
from pathlib import Path

from components.base import Context, Directories, UserError
from components.content import digest_text, digest_tree
from components.engine.component import BeamComponent
from components.engine.run import Build
from components.example_gen.beam_job import ShardJob, run_job
from components.example_gen.convert import Converter
from components.example_gen.manifest import Result, gather
from components.example_gen.parameters import ExampleGenParameters
from components.example_gen.readers.base import DeadLetter
from components.example_gen.salt import load_salt
from components.example_gen.shard import ShardWriter, Work
from components.example_gen.source import Source, open_sources
from components.example_gen.summary import describe, first_dead_letters
from components.examples_artifact import DEAD_LETTERS
from components.json_file import write_json_lines


class ExampleGen(BeamComponent[ExampleGenParameters]):
    """Converts every dataset of a run to TFRecords with presence vectors.

    Channels:
        examples: `manifest.json`, `<split>/part-*.tfrecord`, `dead_letters.jsonl`.
    """

    name = "ExampleGen"
    outputs = ("examples",)
    neutral = frozenset({"data_root", "max_bad_fraction"})

    def external_content(self) -> dict[str, str]:
        """Content of each dataset's folder, wherever it stands, and of the files that the parameters only name."""
        structures = str(self.parameters.vocabulary())
        datasets = {
            name: text
            for source in open_sources(self.parameters)
            for name, text in (
                (f"{source.spec.name}.files", digest_tree(source.reader.root)),
                (f"{source.spec.name}.spec", digest_text(source.spec.model_dump_json())),
            )
        }
        return {"structures": digest_text(structures), **datasets}

    def execute(self, inputs: Directories, outputs: Directories, context: Context) -> None:
        """List, convert, add up; stop when too much is bad.

        Raises:
            UserError: Too many dead letters, nothing to train on, or a patient in several splits.
        """
        parameters = self.parameters
        sources = open_sources(self.parameters)
        works, listed = _list(sources)
        context.report(f"  {len(works)} files to read, {len(listed)} dead letters already in the lists")
        converter = self._converter(context.private_dir)
        examples, scratch = outputs["examples"].absolute(), context.work_dir.absolute() / "job"
        writer = ShardWriter(sources, converter, parameters.num_shards, examples, scratch)
        with writer.folders():
            run_job(works, writer, self.beam, scratch)
            result = gather(writer.facts, listed)
        context.report(describe(result, converter.vocabulary.names))
        self._check(result, len(works), context.work_dir)
        result.write(outputs["examples"], converter, [source.spec for source in sources])

    def job(self, place: Path) -> Build:
        """The job on one list of references."""
        converter = self._converter(place)
        writer = ShardWriter(open_sources(self.parameters), converter, self.parameters.num_shards, place, place)
        return ShardJob([place / "references.pickle"], writer).build

    def _converter(self, private_dir: Path) -> Converter:
        parameters = self.parameters
        salt = load_salt(parameters.salt, private_dir)
        return Converter(parameters.vocabulary(), parameters.image_size, salt, parameters.keep_aspect)

    def _check(self, result: Result, references: int, work_dir: Path) -> None:
        if result.references != references:  # the records of each file are accounted for by Reader.read
            raise RuntimeError(f"files were lost: {references} listed, {result.references} accounted for")
        if result.bad_fraction > self.parameters.max_bad_fraction:
            file = work_dir / DEAD_LETTERS
            write_json_lines(file, [vars(letter) for letter in result.dead_letters])
            raise UserError(
                f"{len(result.dead_letters)} of {result.records_in} records are bad ({result.bad_fraction:.1%}), more "
                f"than example_gen.max_bad_fraction allows ({self.parameters.max_bad_fraction:.1%}):\n"
                f"{first_dead_letters(result)}\nAll of them: {file}. Next step: mend them, or raise the fraction."
            )
        for split in ("train", "val"):
            if not result.shards[split]:
                counted: Counter[str] = Counter()
                for entry in result.counts:
                    counted[entry["split"]] += entry["records"]
                raise UserError(
                    f"Expected records in the split {split!r} to train on. Received: {dict(counted)}. Next step: check "
                    "the split lists or the split rule of the datasets."
                )


def _list(sources: tuple[Source, ...]) -> tuple[list[Work], list[DeadLetter]]:
    works, listed = [], []
    for index, source in enumerate(sources):
        for item in source.reader.references():
            if isinstance(item, DeadLetter):
                listed.append(item)
            else:
                works.append(Work(index, item.file, item))
    return works, listed
