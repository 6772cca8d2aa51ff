"""What a job's failure means to the person who started it."""

import re

from components.base import UserError
from components.engine.worker_check import NEXT_STEPS, REFUSALS, Expectation

LOST = (
    "Process died with exit code",
    "Multiplexer hanging up",
    "client cancelled",
    "TaskManager with id",
    "remote task manager",
)


class WorkerLostError(RuntimeError):
    """A worker process ended before its job did."""


def user_error(text: str, worker: str, expected: Expectation) -> UserError | None:
    """The failure as something the user can mend, none where it is not.

    Args:
        text: What the engine says of the failure, often with a traceback of the worker in it.
        worker: The program that starts workers.
        expected: What workers were asked to have.
    """
    for code, refusal in REFUSALS.items():
        if re.search(rf"exit (?:code|status) {code}\b", text):
            return UserError(
                f"{worker}: a worker's machine {refusal.format(**vars(expected))}. Next step: {NEXT_STEPS[code]}."
            )
    if re.search(r"exit (?:code|status) 12[67]\b|Cannot run program|No such file or directory: .*beam-worker", text):
        return UserError(
            f"{worker}: expected the program that starts a worker, at this path on every machine. Received: none. Next "
            "step: install the sdist there, or set beam.worker_command."
        )
    said = re.search(r"UserError: (.*?)(?: \[while running '[^']*'\])?(?:\\n|\n|$)", text)
    return UserError(said.group(1)) if said else None


def is_lost_worker(text: str) -> bool:
    """Whether the job failed because a process under it ended."""
    return any(sign in text for sign in LOST)
