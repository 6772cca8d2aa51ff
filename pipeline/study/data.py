"""The fully labelled examples that a study's cells start from: made once for each data setting, by who comes first."""

import fcntl
import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

from components.example_gen.component import ExampleGen
from components.example_gen.parameters import ExampleGenParameters
from pipeline.phantom.camus_writer import write_camus
from pipeline.phantom.settings import PhantomSettings, load_settings
from pipeline.runner import run_pipeline
from pipeline.study.config import DOMAINS, CamusData, PhantomData
from pipeline.study.second_scanner import write_second_scanner

FINISHED = "finished"
SPECS = {"phantom": ("phantom_alpha", "phantom_beta_labelled"), "camus": ("camus_alpha", "camus_beta")}


def full_examples(
    data: PhantomData | CamusData, image_size: tuple[int, int], study_root: Path, report: Callable[[str], None]
) -> Path:
    """The published examples of a data setting. Processes that want the same ones wait for the first to make them.

    Raises:
        UserError: The data is not there.
    """
    text = f"{data.model_dump_json()} {image_size}"
    root = study_root / "data" / hashlib.sha256(text.encode()).hexdigest()[:12]
    files = root / "files"
    root.mkdir(parents=True, exist_ok=True)
    with (root / "making.lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (root / FINISHED).is_file():
            report(f"Making the data: {text}")
            shutil.rmtree(files, ignore_errors=True)
            if isinstance(data, PhantomData):
                _write_phantom(data, files)
            else:
                write_second_scanner(Path(data.root), files)
            (root / FINISHED).touch()
        return run_pipeline([ExampleGen(_parameters(data, image_size, files))], root, lambda line: None)["examples"]


def _parameters(data: PhantomData | CamusData, image_size: tuple[int, int], files: Path) -> ExampleGenParameters:
    datasets = [{"spec": spec, "root": domain} for spec, domain in zip(SPECS[data.kind], DOMAINS, strict=True)]
    salt = "public"  # a phantom has no patients, and CAMUS is published without identities
    content = {"data_root": str(files), "image_size": image_size, "num_shards": 2, "salt": salt, "datasets": datasets}
    return ExampleGenParameters.model_validate(content)


def _write_phantom(data: PhantomData, folder: Path) -> None:
    content = load_settings(seed=data.seed).model_dump(mode="json")
    content["shift"] = data.shift
    for domain in DOMAINS:
        content[domain]["patients"] = getattr(data, domain).model_dump()
    settings = PhantomSettings.model_validate(content)
    write_camus(settings, folder / "alpha", lambda line: None, "alpha")
    write_camus(settings, folder / "beta", lambda line: None, "beta")
