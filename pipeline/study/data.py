"""The fully labelled examples that a study's cells start from: made once for each data setting."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from components.example_gen.component import ExampleGen
from components.example_gen.parameters import ExampleGenParameters
from pipeline.phantom.camus_writer import write_camus
from pipeline.phantom.settings import PhantomSettings, load_settings
from pipeline.runner import run_pipeline
from pipeline.study.config import CamusData, PhantomData
from pipeline.study.second_scanner import write_second_scanner

FINISHED = "finished"
DOMAINS = ("alpha", "beta")
SPECS = {"phantom": ("phantom_alpha", "phantom_beta_labelled"), "camus": ("camus_alpha", "camus_beta")}


def full_examples(
    data: PhantomData | CamusData, image_size: tuple[int, int], run_root: Path, report: Callable[[str], None]
) -> Path:
    """The published examples of a data setting, made where they are not there yet."""
    text = json.dumps(data.model_dump(mode="json"), sort_keys=True)
    folder = run_root / "data" / hashlib.sha256(text.encode()).hexdigest()[:12]
    if not (folder / FINISHED).is_file():
        report(f"Making the data: {text}")
        if isinstance(data, PhantomData):
            _write_phantom(data, folder)
        else:
            write_second_scanner(Path(data.root), folder)
        (folder / FINISHED).touch()
    parameters = ExampleGenParameters.model_validate(
        {
            "data_root": str(folder),
            "image_size": image_size,
            "num_shards": 2,
            "salt": "public",  # a phantom has no patients, and CAMUS is published without identities
            "datasets": [
                {"spec": spec, "root": domain} for spec, domain in zip(SPECS[data.kind], DOMAINS, strict=True)
            ],
        }
    )
    return run_pipeline([ExampleGen(parameters)], run_root, report)["examples"]


def _write_phantom(data: PhantomData, folder: Path) -> None:
    content = load_settings(seed=data.seed).model_dump(mode="json")
    content["shift"] = data.shift
    for domain in DOMAINS:
        content[domain]["patients"] = getattr(data, domain).model_dump()
    settings = PhantomSettings.model_validate(content)
    write_camus(settings, folder / "alpha", lambda line: None, "alpha")
    write_camus(settings, folder / "beta", lambda line: None, "beta")
