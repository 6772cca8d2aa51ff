"""The study's report, an HTML page and a Markdown page, from its record alone."""

from base64 import b64encode
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from components.figure import Plot
from components.json_file import write_json
from components.page import page_style
from data_schemas.vocabulary import load_vocabulary
from pipeline.study.figures import curves, dice_by_arm, dropout_by_loss, predicted_against_found, sweep
from pipeline.study.pictures import Drawn, drawn_pictures
from pipeline.study.record import StudyRecord
from pipeline.study.summary import Summary, summarize

HTML, MARKDOWN, NUMBERS = "report.html", "report.md", "numbers.json"
TEMPLATES = Path(__file__).parent


def write_report(record: StudyRecord, root: Path) -> Path:
    """Write report.html, report.md and numbers.json to a study's run root; the HTML file."""
    summary = summarize(record)
    points = [{**vars(one), "mean": vars(one.mean)} for one in summary.points]
    write_json(root / NUMBERS, {
        "means": [vars(one) for one in summary.table], "differences": [vars(gap) for gap in summary.gaps],
        "findings": [vars(one) for one in summary.findings], "sweeps": points,
    })  # fmt: skip
    (root / MARKDOWN).write_text(render("report.md.j2", {"summary": summary}), encoding="utf-8")
    drawn = drawn_pictures(root, tuple(record.study.arms))
    pictures = [{"caption": one.caption(record.titles), "source": _source(one)} for one in drawn]
    content = {"summary": summary, "style": page_style(), "plots": plots_of(summary), "pictures": pictures}
    content["structures"] = load_vocabulary().structures
    (root / HTML).write_text(render("report.html.j2", content), encoding="utf-8")
    return root / HTML


def render(template: str, content: dict[str, Any]) -> str:
    """A template of this folder, filled in."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        autoescape=".html." in template, keep_trailing_newline=True,
    )  # fmt: skip
    return environment.get_template(template).render(**content)


def plots_of(summary: Summary) -> list[Plot]:
    """All figures: of each hidden structure its Dice by arm, curves in every domain, the audit's word; what label
    dropout does to each loss; the sweeps."""
    record, plots = summary.record, []
    for domain, structure in record.hidden:
        plots.append(dice_by_arm(summary.table, record.titles, domain, structure))
        plots += _curves(record, structure)
        plots.append(predicted_against_found(_audited(summary, domain, structure), domain, structure))
    dropped = [gap for gap in summary.gaps
               if gap.arm == f"{gap.than}_dropout" and (gap.domain, gap.structure) in record.hidden]  # fmt: skip
    if dropped:
        plots.append(dropout_by_loss(dropped, record.titles))
    for name, asked in record.study.sweeps.items():
        for domain, structure in record.hidden:
            own = [(one.arm, one.value, one.mean) for one in summary.points
                   if one.sweep == name and (one.mean.domain, one.mean.structure) == (domain, structure)]  # fmt: skip
            if own:
                plots.append(sweep(own, asked.title, domain, structure))
    return plots


def _audited(summary: Summary, domain: str, structure: str) -> list[tuple[str, float, float]]:
    """Arm, mean Cramér's V and mean Dice of the arms that see both domains; one domain alone has nothing to tell."""
    record = summary.record
    audits: dict[str, list[float]] = {}
    for one in record.main:
        if not record.study.arms[one.arm].drop:
            audits.setdefault(one.name, []).append(one.audit[structure])
    return [
        (one.name, sum(audits[one.name]) / len(audits[one.name]), one.value) for one in summary.table
        if one.name in audits and (one.domain, one.structure) == (domain, structure)
    ]  # fmt: skip


def _curves(record: StudyRecord, structure: str) -> list[Plot]:
    """Of the arms that the study names, one figure a domain."""
    drawn = record.study.curves or tuple(record.study.arms)
    plots = []
    for domain in dict.fromkeys(domain for one in record.main for domain in one.dice):
        key = f"{record.study.trainer.get('watch')}/{domain}/{structure}"
        chosen = [one for one in record.main if one.arm in drawn and any(key in epoch for epoch in one.curves)]
        if chosen:
            plots.append(curves(chosen, record.titles, key))
    return plots


def _source(one: Drawn) -> str:
    return "data:image/png;base64," + b64encode(one.file.read_bytes()).decode()
