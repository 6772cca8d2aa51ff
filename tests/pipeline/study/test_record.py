"""A study's record on disk, and the page that is made of those that are kept."""

from pipeline.study.page import PAGE, render_page
from pipeline.study.record import read_record, shipped_records, write_record
from tests.pipeline.study.makers import record


def test_what_is_written_is_read_back(tmp_path):
    made = record({"acce": 0.43219999, "upper": 0.9})
    write_record(made, tmp_path / "record.jsonl")
    back = read_record(tmp_path / "record.jsonl")
    assert back.study == made.study
    assert back.command == made.command
    assert [one.name for one in back.results] == [one.name for one in made.results]
    before, after = made.results[0].dice["beta"]["LA"], back.results[0].dice["beta"]["LA"]
    assert {patient: round(value, 4) for patient, value in before.items()} == after


def test_page_in_the_repository_is_up_to_date():
    assert PAGE.read_text() == render_page(shipped_records()), "Next step: run `make study-page` and commit the page."


def test_shipped_records_tell_nothing_of_the_machines_folders():
    for one in shipped_records():
        assert all(result.evaluation == "" for result in one.results)
        assert not one.study.run_root.startswith("/")
        assert not getattr(one.study.data, "root", "").startswith("/")
        assert "=/" not in one.command
