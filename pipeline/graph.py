"""Which components a configuration stands for."""

from typing import Any

from components.base import Component
from components.evaluator.component import Evaluator
from components.example_gen.component import ExampleGen
from components.example_validator.component import ExampleValidator
from components.infra_validator.component import InfraValidator
from components.pusher.component import Pusher
from components.reporter.component import Reporter
from components.reporter.parameters import ReporterParameters
from components.statistics_gen.component import StatisticsGen
from components.statistics_gen.parameters import StatisticsGenParameters
from components.trainer.component import Trainer
from pipeline.config import PipelineConfig


def build_components(config: PipelineConfig) -> list[Component[Any]]:
    """One component per section of the configuration."""
    baseline = config.evaluator.baseline or config.pusher.destination
    return [
        ExampleGen(config.example_gen, config.beam),
        StatisticsGen(
            StatisticsGenParameters(
                loss=config.trainer.loss.name,
                label_dropout=config.trainer.label_dropout,
                seed=config.trainer.seed,
                **dict(config.statistics_gen),
            ),
            config.beam,
        ),
        ExampleValidator(config.example_validator),
        Trainer(config.trainer),
        Evaluator(config.evaluator.model_copy(update={"baseline": baseline}), config.beam),
        InfraValidator(config.infra_validator),
        Reporter(ReporterParameters(title=config.name)),
        Pusher(config.pusher),
    ]
