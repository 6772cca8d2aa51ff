"""Which components a configuration stands for."""

from typing import Any

from components.base import Component
from components.evaluator.component import Evaluator
from components.example_gen.component import ExampleGen
from components.pusher.component import Pusher
from components.trainer.component import Trainer
from pipeline.config import PipelineConfig


def build_components(config: PipelineConfig) -> list[Component[Any]]:
    """One component per section of the configuration."""
    return [
        ExampleGen(config.example_gen),
        Trainer(config.trainer),
        Evaluator(config.evaluator),
        Pusher(config.pusher),
    ]
