"""The study's report, an HTML page and a Markdown page, from stored results alone."""

import os
import platform
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from components.figure import Plot
from components.json_file import read_json, write_json
from components.page import page_style
from data_schemas.vocabulary import load_vocabulary
from pipeline.study.config import StudyConfig
from pipeline.study.figures import curves, dice_by_arm, predicted_against_found, sweep
from pipeline.study.findings import findings
from pipeline.study.results import CellResult
from pipeline.study.statistics import Mean, differences, means

HTML, MARKDOWN, NUMBERS = "report.html", "report.md", "numbers.json"
TEMPLATES = Path(__file__).parent


def write_report(study: StudyConfig, results: Sequence[CellResult], command: str) -> Path:
    """Write report.html, report.md and numbers.json to the study's run root; the HTML file.

    Args:
        results: Of the study's cells, as many as are finished.
        command: That made them, for the reader.
    """
    root = Path(study.run_root)
    main = [one for one in results if one.sweep is None]
    table, gaps = means(main), differences(main, study.comparisons)
    content: dict[str, Any] = {
        "study": study,
        "command": command,
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}",
        "seconds": sum(one.seconds for one in results),
        "seeds": sorted({one.seed for one in main}),
        "titles": {name: arm.title for name, arm in study.arms.items()},
        "table": _rows(study, table),
        "columns": [(domain, structure) for domain, structure in _columns(table)],
        "gaps": gaps,
        "findings": findings(table, gaps),
        "sweep_rows": _sweep_rows(study, results),
    }
    numbers = {"means": [vars(one) for one in table], "differences": [vars(gap) for gap in gaps]}
    write_json(root / NUMBERS, {**numbers, "sweeps": [[*row[:3], vars(row[3])] for row in content["sweep_rows"]]})
    environment = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False)
    (root / MARKDOWN).write_text(_render(environment, "report.md.j2", content), encoding="utf-8")
    page = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=True)
    content |= {"style": page_style(), "plots": _plots(study, main, table, results), "pictures": _pictures(root, main)}
    content["structures"] = load_vocabulary().structures
    (root / HTML).write_text(_render(page, "report.html.j2", content), encoding="utf-8")
    return root / HTML


def _render(environment: Environment, template: str, content: dict[str, Any]) -> str:
    return environment.from_string((TEMPLATES / template).read_text(encoding="utf-8")).render(**content)


def _columns(table: Sequence[Mean]) -> list[tuple[str, str]]:
    return list(dict.fromkeys((one.domain, one.structure) for one in table))


def _rows(study: StudyConfig, table: Sequence[Mean]) -> list[tuple[str, list[Mean]]]:
    """Title of each arm and its means, in the study's order."""
    return [
        (arm.title, [one for column in _columns(table) for one in table
                     if one.name == name and (one.domain, one.structure) == column])
        for name, arm in study.arms.items() if any(one.name == name for one in table)
    ]  # fmt: skip


def _hidden(study: StudyConfig) -> list[tuple[str, str]]:
    return [(domain, structure) for domain, structures in study.partial.items() for structure in structures]


def _sweep_rows(study: StudyConfig, results: Sequence[CellResult]) -> list[tuple[str, str, Any, Mean]]:
    """Sweep, arm, value and mean, of the structures that nobody labelled."""
    rows = []
    swept = [one for one in results if one.sweep is not None]
    for one in means(swept):
        cell = next(result for result in swept if result.name == one.name)
        if (one.domain, one.structure) in _hidden(study):
            rows.append((str(cell.sweep), cell.arm, cell.value, one))
    return rows


def _plots(
    study: StudyConfig, main: Sequence[CellResult], table: Sequence[Mean], results: Sequence[CellResult]
) -> list[Plot]:
    titles = {name: arm.title for name, arm in study.arms.items()}
    plots = []
    for domain, structure in _hidden(study):
        plots.append(dice_by_arm(table, titles, domain, structure))
        key = f"{study.trainer.get('watch')}/{domain}/{structure}"
        if any(key in epoch for one in main for epoch in one.curves):
            plots.append(curves(main, titles, key))
        points = [
            (one.name, next(cell.audit[structure] for cell in main if cell.name == one.name), one.value)
            for one in table if (one.domain, one.structure) == (domain, structure)
        ]  # fmt: skip
        plots.append(predicted_against_found(points, structure))
    rows = _sweep_rows(study, results)
    for name, asked in study.sweeps.items():
        for domain, structure in _hidden(study):
            own = [(arm, value, one) for sweep_name, arm, value, one in rows
                   if sweep_name == name and (one.domain, one.structure) == (domain, structure)]  # fmt: skip
            if own and all(isinstance(value, int | float) for _, value, _ in own):
                plots.append(sweep(own, asked.title, domain, structure))
    return plots


def _pictures(root: Path, main: Sequence[CellResult]) -> list[dict[str, str]]:
    """The same kind of case of each arm, the first seed: worst, median and best of beta by that arm."""
    found = []
    first = min((one.seed for one in main), default=0)
    for one in (one for one in main if one.seed == first):
        folder = root / one.evaluation / "pictures"
        for entry in read_json(folder / "legend.json") if (folder / "legend.json").is_file() else ():
            if entry["name"].startswith("beta") and entry["place"] == "median":
                caption = f"{one.name}: median case of beta, mean Dice {entry['dice']:.3f}"
                source = "data:image/png;base64," + b64encode((folder / entry["file"]).read_bytes()).decode()
                found.append({"source": source, "caption": caption})
    return found
