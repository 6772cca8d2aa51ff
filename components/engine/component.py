"""A component whose work is a Beam job."""

from abc import abstractmethod
from pathlib import Path
from typing import Generic, TypeVar

from components.base import Component, Parameters
from components.engine.parameters import BeamParameters
from components.engine.run import Build

P = TypeVar("P", bound=Parameters)
THIS_PROCESS = BeamParameters()


class BeamComponent(Component[P], Generic[P]):
    """Knows where its jobs run, which is no parameter of it: it cannot change the output."""

    def __init__(self, parameters: P, beam: BeamParameters = THIS_PROCESS) -> None:
        super().__init__(parameters)
        self.beam = beam

    @abstractmethod
    def job(self, place: Path) -> Build:
        """The steps of its job, on files below a place that need not be there: for a dry run."""
