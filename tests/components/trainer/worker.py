"""Trains in a process of its own, because a process can have only one MirroredStrategy and one set of devices.

Usage: python worker.py EXAMPLES OUT PARAMETERS_JSON [STOP_AFTER_EPOCH]
"""

import json
import sys
from pathlib import Path

from components.base import Context, UserError
from components.trainer.component import Trainer
from components.trainer.parameters import TrainerParameters


class Interrupted(BaseException):
    """Stands for the power cut."""


def main(examples: str, out: str, parameters: str, stop_after: str = "") -> None:
    """Train, and print the last line of the tale: `done`, `interrupted` or the user error."""

    def report(line: str) -> None:
        print(line, flush=True)
        if stop_after and line.strip().startswith(f"epoch {int(stop_after) + 1}/"):
            raise Interrupted

    trainer = Trainer(TrainerParameters.model_validate(json.loads(parameters)))
    trainer.prepare_process()
    work, outputs = Path(out) / "work", {name: Path(out) / name for name in ("model", "model_run")}
    for directory in (work, *outputs.values()):
        directory.mkdir(parents=True, exist_ok=True)
    try:
        trainer.execute({"examples": Path(examples)}, outputs, Context(work, work, report))
        print("done")
    except Interrupted:
        print("interrupted")
    except UserError as error:
        print(f"user error: {error}")


if __name__ == "__main__":
    main(*sys.argv[1:])
