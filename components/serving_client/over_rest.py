"""TensorFlow Serving's REST interface: rows of {"b64": ...}. It sends every output back, so gRPC is much lighter."""

from base64 import b64encode
from http import HTTPStatus
from typing import Any

import numpy as np
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from components.serving_client.server import BadRequestError, Masks, Target


class RestServer:
    """A model behind an http or https address."""

    def __init__(self, target: Target) -> None:
        self._target = target
        chosen = "" if target.version is None else f"/versions/{target.version}"
        chosen = chosen if target.label is None else f"/labels/{target.label}"
        self._url = f"{target.address.rstrip('/')}/v1/models/{target.model}{chosen}:predict"
        retry = Retry(
            total=target.retries, status_forcelist=[HTTPStatus.SERVICE_UNAVAILABLE], allowed_methods=["POST"],
            backoff_factor=0.2, read=False, raise_on_status=False,
        )  # fmt: skip
        self._session = requests.Session()
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=retry))

    def ask(self, signature: str, contents: list[bytes]) -> Masks:
        """See Server."""
        rows = [{"b64": b64encode(content).decode()} for content in contents]
        body = {"signature_name": signature, "instances": rows}
        try:
            response = self._session.post(self._url, json=body, timeout=self._target.timeout_s)
            answer: dict[str, Any] = response.json()
        except requests.Timeout as error:
            raise self._target.failed(f"no answer in time, {error}", "allow more time with --timeout") from None
        except requests.ConnectionError as error:
            next_step = "check that the server runs and that the port is its REST port"
            raise self._target.failed(str(error), next_step) from None
        except requests.JSONDecodeError:
            next_step = "check that the address is a TensorFlow Serving server's"
            raise self._target.failed(f"no JSON, HTTP {response.status_code}", next_step) from None
        if response.status_code == HTTPStatus.BAD_REQUEST:
            raise BadRequestError(str(answer.get("error")))
        if response.status_code != HTTPStatus.OK:
            next_step = "check --model, --version and --label, and the server's log"
            raise self._target.failed(f"HTTP {response.status_code}, {answer.get('error')}", next_step)
        found = answer["predictions"]
        masks, sizes = ([row[name] for row in found] for name in Masks._fields)
        return Masks(np.array(masks, np.uint8), np.array(sizes, np.int32))
