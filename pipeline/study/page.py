"""docs/study.md: `python -m pipeline.study.page [RUN_ROOT ...]`, see `make study-page`.

Keeps the record of each finished study with the project, then writes the page from all records that are kept.
Pictures are kept of the phantom alone: those of real patients stay where they were made.
"""

import shutil
import sys
from pathlib import Path

from pipeline.study.pictures import FOLDER as DRAWN
from pipeline.study.pictures import drawn_pictures
from pipeline.study.record import RECORD, StudyRecord, read_record, ship, shipped_records
from pipeline.study.report import plots_of, render
from pipeline.study.summary import summarize

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "study.md"
PICTURES = DOCS / "pictures" / "study"


def keep(root: Path) -> None:
    """Keep a finished study's record, and a phantom's figures and pictures."""
    record = read_record(root / RECORD)
    ship(record)
    if record.study.data.kind != "phantom":
        return
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    for number, plot in enumerate(plots_of(summarize(record))):
        (PICTURES / f"{number:02d}.svg").write_bytes(plot.svg)
    for one in drawn_pictures(root, tuple(record.study.arms)):
        shutil.copyfile(root / DRAWN / one.file.name, PICTURES / one.file.name)


def render_page(records: list[StudyRecord]) -> str:
    """The page from the records alone."""
    summaries = [summarize(record) for record in records]
    phantom = next((one for one in summaries if one.record.study.data.kind == "phantom"), None)
    figures = [(f"{number:02d}.svg", plot.alt) for number, plot in enumerate(plots_of(phantom))] if phantom else []
    pictures = sorted(file.name for file in PICTURES.glob("*.png")) if phantom else []
    titles = phantom.record.titles if phantom else {}
    drawn = [(name, *name.removesuffix(".png").rsplit("-", 2)) for name in pictures]
    return render("page.md.j2", {"summaries": summaries, "figures": figures, "drawn": drawn, "titles": titles})


def main(roots: list[str]) -> None:
    """Keep the studies in these run roots, and write the page."""
    for root in roots:
        keep(Path(root))
    PAGE.write_text(render_page(shipped_records()), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
