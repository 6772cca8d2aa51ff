"""The statistics channel: names of its files, and the tally for those who check it."""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from components.base import UserError
from components.json_file import read_json, write_json
from components.statistics_gen.tally import Tally

PROTO = "statistics.pb"  # tensorflow_metadata DatasetFeatureStatisticsList
TABLES = "tables.json"
AUDIT = "audit.json"
SUMMARY = "summary.txt"
FORMAT = 1


def write_tables(tally: Tally, structures: tuple[str, ...], directory: Path) -> None:
    """Write a tally as plain tables."""
    content = {
        "format": FORMAT,
        "structures": structures,
        "records": [[*key, number] for key, number in sorted(tally.records.items())],
        "areas": [[*where, name, counts.tolist()] for (where, name), counts in sorted(tally.areas.items())],
        "gray": [[*where, counts.tolist()] for where, counts in sorted(tally.gray.items())],
        "spacings": [[*where, text, number] for (where, text), number in sorted(tally.spacings.items())],
        "sizes": [[*where, *size, number] for (where, *size), number in sorted(tally.sizes.items())],
        "patients": {patient: sorted(splits) for patient, splits in sorted(tally.patients.items())},
        "features": [[*key, number] for key, number in sorted(tally.features.items())],
        "contradictions": dict(sorted(tally.contradictions.items())),
        "contradicting": tally.contradicting,
    }
    write_json(directory / TABLES, content)


def read_tables(directory: Path) -> tuple[Tally, tuple[str, ...]]:
    """The tally of a statistics artifact, and its structures in order.

    Raises:
        UserError: It is none, or one of another format.
    """
    file = directory / TABLES
    if not file.is_file():
        expected = f"{file}: expected the tables of a statistics artifact"
        raise UserError(f"{expected}. Received: no such file. Next step: name the statistics folder of a run.")
    content: dict[str, Any] = read_json(file)
    if content.get("format") != FORMAT:
        expected = f"{file}: expected format {FORMAT}"
        raise UserError(f"{expected}. Received: {content.get('format')!r}. Next step: run StatisticsGen again.")
    tally = Tally(
        records=Counter({(*key[:5], tuple(key[5])): number for *key, number in content["records"]}),
        areas={((split, domain), name): np.array(c) for split, domain, name, c in content["areas"]},
        gray={(split, domain): np.array(counts) for split, domain, counts in content["gray"]},
        spacings=Counter({((split, domain), text): n for split, domain, text, n in content["spacings"]}),
        sizes=Counter({((split, domain), h, w): n for split, domain, h, w, n in content["sizes"]}),
        patients={patient: set(splits) for patient, splits in content["patients"].items()},
        features=Counter({(kind, name): n for kind, name, n in content["features"]}),
        contradictions=Counter(content["contradictions"]),
        contradicting=content["contradicting"],
    )
    return tally, tuple(content["structures"])
