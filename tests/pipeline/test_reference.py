from pathlib import Path

from pipeline.reference import render_reference

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "configuration.md"


def test_page_in_the_repository_is_up_to_date():
    assert PAGE.read_text() == render_reference(), "Next step: run `make reference` and commit the page."


def test_every_key_is_explained():
    rows = [line for line in render_reference().splitlines() if line.startswith("| `")]
    assert len(rows) > 50
    assert [row for row in rows if row.endswith("|  |")] == []
