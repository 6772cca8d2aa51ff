"""One conversion in a process of its own: `python -m pipeline.bench.convert PARAMETERS WORKERS OUT`, JSON on stdout.

Without datasets to convert it ends after its imports, so that what they cost can be taken off.
"""

import json
import sys
import time
from pathlib import Path

from components.base import Context
from components.engine.parameters import BeamParameters
from components.example_gen.component import ExampleGen
from components.example_gen.parameters import ExampleGenParameters


def main(parameters: str, workers: str, out: str) -> None:
    """Convert, and print seconds and images."""
    if not parameters:
        return
    examples, work = Path(out) / "examples", Path(out) / "work"
    for folder in (examples, work):
        folder.mkdir(parents=True)
    chosen = ExampleGenParameters.model_validate_json(parameters)
    component = ExampleGen(chosen, BeamParameters(workers=int(workers)))
    started = time.perf_counter()
    component.execute({}, {"examples": examples}, Context(work, work, lambda line: None))
    seconds = time.perf_counter() - started
    manifest = json.loads((examples / "manifest.json").read_text(encoding="utf-8"))
    print(json.dumps({"seconds": seconds, "images": sum(entry["records"] for entry in manifest["counts"])}))


if __name__ == "__main__":
    main(*sys.argv[1:])
