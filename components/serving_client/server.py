"""What is asked, of whom, and what an answer is."""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from components.base import UserError

INPUTS = {"serving_default": "examples", "segment": "image_bytes"}  # input of each signature
LONGEST_DETAILS = 300  # characters of a server's own words


class BadRequestError(ValueError):
    """The server says that the request itself is at fault."""


@dataclass(frozen=True)
class Target:
    """Which model of which server, and how long to wait.

    Attributes:
        address: host:port or unix:/path for gRPC, http://host:port or https://host:port for REST.
        version, label: At most one of them; the server chooses where there is none.
        timeout_s: Deadline of one request.
        retries: How often a request is repeated while the server is unavailable, with growing pauses; 0 to 4.
    """

    address: str
    model: str = "labeldrop"
    version: int | None = None
    label: str | None = None
    timeout_s: float = 10.0
    retries: int = 3

    def failed(self, details: str, next_step: str) -> UserError:
        """An error that no other request would escape."""
        expected = f"expected masks of the model {self.model!r}"
        return UserError(f"{self.address}: {expected}. Received: {shortened(details)}. Next step: {next_step}.")


class Masks(NamedTuple):
    """An answer.

    Attributes:
        mask: (B,H,W) uint8 structure ids; H and W are the largest of all requests that the server batched together.
        size: (B,2) int32, rows and columns of each image.
    """

    mask: np.ndarray
    size: np.ndarray


class Server(Protocol):
    """A served model, whatever the protocol."""

    def ask(self, signature: str, contents: list[bytes]) -> Masks:
        """Masks of a batch.

        Args:
            signature: One of INPUTS.
            contents: What that signature takes, one an image.

        Raises:
            BadRequestError: The server refuses the contents.
            UserError: No answer in time, no server there, no such model.
        """


def shortened(details: str) -> str:
    """A server's words on one line, cut where they are long."""
    line = " ".join(details.split())
    return line if len(line) <= LONGEST_DETAILS else line[:LONGEST_DETAILS] + " ..."
