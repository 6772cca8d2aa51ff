"""The whole way through the console script, on a tiny phantom."""

import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.pipeline.makers import command, run

LENIENT = "evaluator.thresholds=[{structure: LV, minimum: 0}, {structure: LA, domain: beta, minimum: 0}]"
IMPOSSIBLE = "evaluator.thresholds=[{structure: LV, minimum: 0}, {structure: LA, domain: beta, minimum: 1}]"


@pytest.fixture(scope="module")
def finished(tiny_phantom, tmp_path_factory):
    """A run that was blessed: its root and the finished process."""
    root = tmp_path_factory.mktemp("finished")
    return root, run(root, tiny_phantom, LENIENT)


def test_blessed_run_prints_table_verdict_and_path_and_pushes(finished):
    root, process = finished
    assert process.returncode == 0, process.stderr
    assert "Verdict: BLESSED" in process.stdout
    assert "alpha" in process.stdout
    assert "beta" in process.stdout
    assert f"Pushed model: {root}/served/1" in process.stdout
    assert (root / "served" / "1" / "saved_model.pb").is_file()


def test_report_is_whole_in_itself_and_reads_well_in_a_browser(finished, browser):
    _, process = finished
    report = Path(process.stdout.split("Report: ")[1].splitlines()[0])
    for width in (1200, 360):
        context = browser.new_context(viewport={"width": width, "height": 800}, offline=True)
        page, said, requested = context.new_page(), [], []
        page.on("console", lambda message, said=said: said.append(message.text))
        page.on("pageerror", lambda error, said=said: said.append(str(error)))
        page.on("request", lambda request, requested=requested: requested.append(request.url))
        page.goto(report.as_uri())
        assert said == []
        assert [url for url in requested if not url.startswith("data:")] == [report.as_uri()]
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        pictures = page.locator("img")
        assert pictures.count() >= 2 * 3 + 3  # cases of two domains, their distributions, the training curves
        for picture in pictures.all():
            assert len(picture.get_attribute("alt")) > 20
            assert picture.evaluate("one => one.complete && one.naturalWidth > 0")
        for text in ("BLESSED", "LV in alpha: Dice", "worst", "median", "best", "How well presence predicts the domain",
                     "Training curves over 2 epochs", "Trainer/"):  # fmt: skip
            assert page.get_by_text(text).first.is_visible(), text
        context.close()
    assert "patient0001" not in report.read_text()


def test_second_run_reuses_every_step(finished, tiny_phantom):
    root, _ = finished
    process = run(root, tiny_phantom, LENIENT)
    assert process.returncode == 0, process.stderr
    assert process.stdout.count("nothing changed, reused") == 8
    assert ": running" not in process.stdout
    assert sorted(entry.name for entry in (root / "served").iterdir()) == ["1", "models.config"]


def test_not_blessed_pushes_nothing_says_why_and_exits_with_3(finished, tiny_phantom, tmp_path):
    root, _ = finished
    shutil.copytree(root / "run", tmp_path / "run")  # data and model are reused, only the gate differs
    process = run(tmp_path, tiny_phantom, IMPOSSIBLE)
    assert process.returncode == 3, process.stderr
    assert "Verdict: NOT_BLESSED" in process.stdout
    assert "FAIL  LA in beta: Dice" in process.stdout
    assert "Pushed model: none" in process.stdout
    assert not (tmp_path / "served").exists()


def test_deleted_model_is_pushed_again(finished, tiny_phantom):
    root, _ = finished
    shutil.rmtree(root / "served" / "1")
    process = run(root, tiny_phantom, LENIENT)
    assert process.returncode == 0, process.stderr
    assert "Pusher: running" in process.stdout
    assert "Trainer: nothing changed" in process.stdout
    assert (root / "served" / "1" / "saved_model.pb").is_file()


def test_killed_training_goes_on_from_its_last_checkpoint(finished, tiny_phantom, tmp_path):
    root, _ = finished
    shutil.copytree(root / "run" / "artifacts" / "ExampleGen", tmp_path / "run" / "artifacts" / "ExampleGen")
    settings = (LENIENT, "trainer.epochs=40")
    process = subprocess.Popen(command(tmp_path, tiny_phantom, *settings), stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 240
    while not list(tmp_path.glob("run/work/Trainer/*/scratch/checkpoints/last/ckpt-2.index")):
        assert process.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < deadline, "no checkpoint was written"
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "run" / "artifacts" / "Trainer").exists()

    again = run(tmp_path, tiny_phantom, *settings)
    assert again.returncode == 0, again.stderr
    assert "resumed after epoch" in again.stdout
    resumed = int(again.stdout.split("resumed after epoch ")[1].split()[0])
    assert 3 <= resumed < 40
    assert f"epoch {resumed + 1}/40" in again.stdout
    assert f"epoch {resumed}/40" not in again.stdout


def test_too_much_bad_data_stops_before_training_with_exit_code_2(tiny_phantom, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(tiny_phantom, data)
    scans = sorted((data / "alpha" / "database_nifti").rglob("*_ED.nii.gz"))
    for scan in scans[:3]:
        scan.write_bytes(scan.read_bytes()[: scan.stat().st_size // 2])
    process = run(tmp_path, data, LENIENT)
    assert process.returncode == 2
    assert scans[0].name in process.stderr
    assert "Traceback" not in process.stderr
    assert "Trainer: running" not in process.stdout


def test_wrong_configuration_is_one_message_and_no_work(tiny_phantom, tmp_path):
    process = run(tmp_path, tiny_phantom, "trainer.epoch=3")
    assert process.returncode == 2
    assert "trainer.epoch: unknown key" in process.stderr
    assert "Traceback" not in process.stderr
    assert not (tmp_path / "run").exists()


def test_steps_run_side_by_side_where_asked_for(tiny_phantom, tmp_path):
    process = run(tmp_path, tiny_phantom, LENIENT, "parallel=2")
    assert process.returncode == 0, process.stderr
    lines = process.stdout.splitlines()
    places = {
        name: next(place for place, line in enumerate(lines) if line.endswith(f"{name}: running"))
        for name in ("StatisticsGen", "Trainer")
    }
    done = next(place for place, line in enumerate(lines) if "StatisticsGen: done" in line)
    assert places["Trainer"] < done  # both were running
    assert (tmp_path / "served" / "1" / "saved_model.pb").is_file()
    assert ": running" not in run(tmp_path, tiny_phantom, LENIENT).stdout


def test_bad_data_stops_a_run_side_by_side_too(tiny_phantom, tmp_path):
    process = run(tmp_path, tiny_phantom, "parallel=2", "example_gen.salt=public", "example_validator.stop_on=never",
                  "trainer.label_dropout.probability={RV: 0.5}")  # fmt: skip
    assert process.returncode == 2
    assert "Invalid key of trainer.label_dropout.probability" in process.stderr
    assert "Traceback" not in process.stderr
