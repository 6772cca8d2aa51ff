"""A component whose work is a Beam job."""

from typing import Generic, TypeVar

from components.base import Component, Parameters
from components.engine.parameters import BeamParameters

P = TypeVar("P", bound=Parameters)
THIS_PROCESS = BeamParameters()


class BeamComponent(Component[P], Generic[P]):
    """Knows where its jobs run, which is no parameter of it: it cannot change the output."""

    def __init__(self, parameters: P, beam: BeamParameters = THIS_PROCESS) -> None:
        super().__init__(parameters)
        self.beam = beam
