"""The contract between a component and whoever runs it: channels in, channels out, parameters, a context.

A component names the channels it reads and writes and never the runner. The runner gives it one directory per channel,
publishes the output directories atomically once `execute` returns, and skips the component when nothing that can change
its output has changed.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

Directories = Mapping[str, Path]


class Parameters(BaseModel):
    """Base of every component's parameters: unknown keys are refused, values are immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class UserError(Exception):
    """Something the user can mend: shown as its message, never as a traceback, with exit code 2."""


@dataclass(frozen=True)
class Context:
    """What a component may use besides its channels.

    Attributes:
        work_dir: Exists, private to this node and fingerprint; it survives a kill, so a component can resume from it.
        private_dir: Secrets of the run (the patient salt); never part of an artifact.
        report: Prints one line of progress to the person who watches.
    """

    work_dir: Path
    private_dir: Path
    report: Callable[[str], None]


P = TypeVar("P", bound=Parameters)


class Component(ABC, Generic[P]):
    """One step of the pipeline.

    Class attributes:
        name: Node name, unique in a pipeline, for example "Trainer".
        inputs: Names of the channels read.
        outputs: Names of the channels written.
        shared_by_workers: Whether every worker of a cluster executes it; any other component runs on the chief alone.
        neutral: Parameters that cannot change the output (worker counts, log levels); left out of the fingerprint.
    """

    name: ClassVar[str]
    inputs: ClassVar[tuple[str, ...]] = ()
    outputs: ClassVar[tuple[str, ...]] = ()
    shared_by_workers: ClassVar[bool] = False
    neutral: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, parameters: P) -> None:
        self.parameters = parameters

    def prepare_process(self) -> None:
        """Settings that must be made before the process does any work, such as TensorFlow's devices."""

    @abstractmethod
    def execute(self, inputs: Directories, outputs: Directories, context: Context) -> None:
        """Do the work: read the input directories, fill the (empty) output directories.

        Raises:
            UserError: The input or a parameter is at fault and the user can mend it.
        """

    def external_content(self) -> dict[str, str]:
        """Digest by name of everything outside the channels that the output depends on, such as raw source files."""
        return {}

    def is_current(self, outputs: Directories) -> bool:
        """Whether a published output still stands for the outside world (a pusher's target may be gone)."""
        return True
