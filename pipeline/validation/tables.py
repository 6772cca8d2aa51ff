"""What was found, as tables for people."""

from collections import Counter, defaultdict

import numpy as np
from rich.table import Table

from components.text import render
from data_schemas.record import SPLITS
from data_schemas.vocabulary import Vocabulary
from pipeline.validation.findings import Finding
from pipeline.validation.survey import Seen, Survey


def describe(survey: Survey, findings: list[Finding], vocabulary: Vocabulary) -> str:
    """Counts, pictures and findings."""
    return "\n".join([_counts(survey, vocabulary), _pictures(survey), _findings(findings)])


def _counts(survey: Survey, vocabulary: Vocabulary) -> str:
    """Records of each dataset and split, and how many of them have each structure annotated."""
    total: Counter[tuple[str, str]] = Counter()
    labels: dict[tuple[str, str], np.ndarray] = defaultdict(lambda: np.zeros(len(vocabulary), int))
    patients: dict[tuple[str, str], set[str]] = defaultdict(set)
    for seen in survey.records:
        key = (seen.dataset, seen.split)
        total[key] += 1
        labels[key] += np.array(seen.presence)
        patients[key].add(seen.patient_id)
    table = Table("dataset", "split", "records", "patients", *vocabulary.names, title="Records with each label")
    for dataset, split in sorted(total, key=lambda key: (key[0], SPLITS.index(key[1]))):
        key = (dataset, split)
        table.add_row(dataset, split, *map(str, (total[key], len(patients[key]), *labels[key])))
    dead = Counter(letter.dataset for letter in survey.dead_letters)
    for dataset, number in sorted(dead.items()):
        table.add_row(dataset, "cannot be used", str(number))
    return render(table)


def _pictures(survey: Survey) -> str:
    """Shapes and spacings of each dataset and view."""
    groups: dict[tuple[str, str], list[Seen]] = defaultdict(list)
    for seen in survey.records:
        groups[seen.dataset, seen.view].append(seen)
    table = Table("dataset", "view", "shapes", "most common", "spacing, mm", title="Pictures")
    for (dataset, view), group in sorted(groups.items()):
        shapes = Counter(seen.shape for seen in group)
        (height, width), number = shapes.most_common(1)[0]
        table.add_row(dataset, view, str(len(shapes)), f"{height}x{width} ({number})", _spacing(group))
    return render(table)


def _spacing(group: list[Seen]) -> str:
    values = np.array([seen.spacing_mm for seen in group])
    values = values[np.isfinite(values).all(axis=1)]
    if not len(values):
        return "unknown"
    low, middle, high = values.min(), np.median(values), values.max()
    return f"{middle:.3g} ({low:.3g} to {high:.3g})"


def _findings(findings: list[Finding]) -> str:
    if not findings:
        return "Nothing found to mend.\n"
    table = Table("", "dataset", "finding", title="Findings")
    for finding in findings:
        table.add_row(finding.level, finding.dataset, finding.text)
    return render(table)
