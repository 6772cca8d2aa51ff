"""gRPC with TensorFlow Serving's own PredictionService; retries are gRPC's, by its service configuration."""

import json

import grpc
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

from components.serving_client.server import INPUTS, BadRequestError, Masks, Target

NEXT_STEPS = {
    grpc.StatusCode.UNAVAILABLE: "check that the server runs and that the address and port are its gRPC port",
    grpc.StatusCode.DEADLINE_EXCEEDED: "allow more time with --timeout, or look at the server's load",
    grpc.StatusCode.NOT_FOUND: "check --model, --version and --label against the server's models.config",
}


class GrpcServer:
    """A model behind a gRPC address; the channel stays open for all requests."""

    def __init__(self, target: Target) -> None:
        self._target = target
        options = [
            ("grpc.max_receive_message_length", -1),
            ("grpc.max_send_message_length", -1),
            ("grpc.service_config", json.dumps(_service_config(target.retries))),
        ]
        self._stub = prediction_service_pb2_grpc.PredictionServiceStub(
            grpc.insecure_channel(target.address, options=options)
        )

    def ask(self, signature: str, contents: list[bytes]) -> Masks:
        """See Server; probabilities are not sent back."""
        request = predict_pb2.PredictRequest(output_filter=Masks._fields)
        request.model_spec.name = self._target.model
        request.model_spec.signature_name = signature
        if self._target.version is not None:
            request.model_spec.version.value = self._target.version
        if self._target.label is not None:
            request.model_spec.version_label = self._target.label
        request.inputs[INPUTS[signature]].CopyFrom(tf.make_tensor_proto(contents, tf.string, [len(contents)]))
        try:
            answer = self._stub.Predict(request, timeout=self._target.timeout_s)
        except grpc.RpcError as error:
            raise self._explained(error) from None
        return Masks(*(tf.make_ndarray(answer.outputs[name]) for name in Masks._fields))

    def _explained(self, error: grpc.RpcError) -> Exception:
        code, details = error.code(), error.details() or "no details"
        if code == grpc.StatusCode.INVALID_ARGUMENT:
            return BadRequestError(details)
        next_step = NEXT_STEPS.get(code, "look at the server's log")
        return self._target.failed(f"{code.name}, {details}", next_step)


def _service_config(retries: int) -> dict[str, object]:
    method: dict[str, object] = {"name": [{"service": "tensorflow.serving.PredictionService"}]}
    if retries:
        method["retryPolicy"] = {
            "maxAttempts": retries + 1,  # gRPC takes 5 at most
            "initialBackoff": "0.2s",
            "maxBackoff": "3s",
            "backoffMultiplier": 2,
            "retryableStatusCodes": ["UNAVAILABLE"],
        }
    return {"methodConfig": [method]}
