"""One job of each component on any engine, from data whose every shard takes a moment."""

import hashlib
import json
import threading
import time

import cv2
import numpy as np

from components.base import Context
from components.engine.parameters import BeamParameters
from components.evaluator.component import Evaluator
from components.evaluator.parameters import EvaluatorParameters
from components.example_gen.component import ExampleGen
from components.example_gen.parameters import ExampleGenParameters
from components.statistics_gen.component import StatisticsGen
from components.statistics_gen.parameters import StatisticsGenParameters

SHARDS = 12
PATIENTS = 48
SIDE = 1200  # pixels; large pictures make a job long enough to be disturbed
DIRECT = BeamParameters()


def write_pictures(root):
    """Pictures of one patient each, and one that is no picture."""
    for folder in ("images", "masks"):
        (root / "full" / folder).mkdir(parents=True)
    rows, columns = np.mgrid[:SIDE, :SIDE]
    for number in range(PATIENTS):
        image = ((rows + number * columns) % 256).astype(np.uint8)
        mask = ((rows - 600) ** 2 + (columns - 600) ** 2 < (100 + number) ** 2).astype(np.uint8)
        for folder, picture in (("images", image), ("masks", mask)):
            cv2.imwrite(str(root / "full" / folder / f"p{number:03d}_4CH_ED.png"), picture)
    (root / "full" / "images" / "p007_4CH_ED.png").write_bytes(b"no picture")
    return root


def parameters(root, **changes):
    use = {
        "spec": "folder", "root": "full", "annotated": ["LV"], "spacing": {"rule": "fixed", "mm": [0.5, 0.5]},
        "split": {"rule": "hash", "train": 0.6, "val": 0.2, "test": 0.2},
    }  # fmt: skip
    return ExampleGenParameters.model_validate(
        {
            "data_root": str(root),
            "datasets": [use],
            "image_size": [48, 48],
            "num_shards": SHARDS,
            "salt": "s",
            **changes,
        }
    )


def context(out):
    (out / "work").mkdir(parents=True, exist_ok=True)
    return Context(out / "work", out / "work", lambda line: None)


def convert(root, out, beam=DIRECT, **changes):
    """The examples directory."""
    (out / "examples").mkdir(parents=True)
    ExampleGen(parameters(root, **changes), beam).execute({}, {"examples": out / "examples"}, context(out))
    return out / "examples"


def count(examples, out, beam=DIRECT):
    """The statistics directory."""
    (out / "statistics").mkdir(parents=True)
    chosen = StatisticsGenParameters.model_validate({"loss": "acce", "label_dropout": {}, "seed": 3})
    component = StatisticsGen(chosen, beam)
    component.execute({"examples": examples}, {"statistics": out / "statistics"}, context(out))
    return out / "statistics"


def evaluate(examples, model, out, beam=DIRECT):
    """The evaluation directory."""
    outputs = {name: out / name for name in ("evaluation", "blessing")}
    for folder in outputs.values():
        folder.mkdir(parents=True)
    chosen = EvaluatorParameters(pictures=1, also=())
    Evaluator(chosen, beam).execute({"examples": examples, "model": model}, outputs, context(out))
    return out / "evaluation"


def checksums(directory):
    """SHA-256 of each file below a directory, hidden ones too."""
    files = sorted(path for path in directory.rglob("*") if path.is_file())
    return {str(file.relative_to(directory)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


class Disturber:
    """Does something once the first shards of a job are written; knows which processes wrote them."""

    def __init__(self, out, act):
        self._facts, self._act = out / "work" / "job" / "facts", act
        self.processes, self.shards_before = set(), 0
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *failure):
        self._thread.join(timeout=5)
        assert failure[0] is not None or self.shards_before, "the job ended before it was disturbed"

    def _run(self):
        until = time.monotonic() + 120
        while time.monotonic() < until:
            done = list(self._facts.glob("part-*.json"))
            if done:
                self.processes = {int(json.loads(file.read_text())["process"].split(":")[1]) for file in done}
                self.shards_before = len(done)
                self._act(self.processes)
                return
            time.sleep(0.01)
