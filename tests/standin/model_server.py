"""Stands in for tensorflow_model_server in tests: the exported SavedModel over real sockets, with its flags.

    python model_server.py --port=N --grpc_socket_path=PATH --rest_api_port=N --model_name=NAME --model_base_path=DIR

It binds to loopback, serves the highest version as the label `canary` and the lowest as `stable`, and prints one line
once it answers. The environment misleads it: STANDIN_UNAVAILABLE=N refuses the first N requests, STANDIN_SLEEP=S sleeps
before each answer, STANDIN_ZEROS=1 answers empty masks, STANDIN_DIES=1 ends at once, STANDIN_PAD=N pads answers as a
batch with a larger image would.
"""

import argparse
import base64
import json
import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import grpc
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

CODES = {"INVALID_ARGUMENT": 400, "NOT_FOUND": 404, "UNAVAILABLE": 503}


class RefusalError(Exception):
    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


class Models:
    """Every version below a base path, answering as the environment says."""

    def __init__(self, name, base):
        self.name = name
        self.versions = {int(path.name): tf.saved_model.load(str(path)) for path in Path(base).iterdir()
                         if path.name.isdecimal()}  # fmt: skip
        self.labels = {"canary": max(self.versions), "stable": min(self.versions)}
        self.refusals = int(os.environ.get("STANDIN_UNAVAILABLE", 0))
        self.lock = threading.Lock()

    def answer(self, name, version, label, signature, given):
        """Outputs by name; `given` is a batch by input name, or a list of rows for the only input."""
        with self.lock:
            if self.refusals > 0:
                self.refusals -= 1
                raise RefusalError("UNAVAILABLE", "warming up")
        time.sleep(float(os.environ.get("STANDIN_SLEEP", 0)))
        version = self.labels.get(label, -1) if label else version or max(self.versions)
        if name != self.name or version not in self.versions:
            raise RefusalError("NOT_FOUND", f"Servable not found for request: Specific({name}, {version})")
        function = self.versions[version].signatures[signature or "serving_default"]
        if isinstance(given, list):
            [given] = [{key: given} for key in function.structured_input_signature[1]]
        try:
            answer = function(**{key: tf.constant(value, tf.string) for key, value in given.items()})
        except tf.errors.InvalidArgumentError as error:
            raise RefusalError("INVALID_ARGUMENT", error.message) from None
        found = {key: value.numpy() for key, value in answer.items()}
        if os.environ.get("STANDIN_ZEROS"):
            found["mask"] = np.zeros_like(found["mask"])
        beyond = int(os.environ.get("STANDIN_PAD", 0))
        found["mask"] = np.pad(found["mask"], ((0, 0), (0, beyond), (0, beyond)))
        return found


class Predictions(prediction_service_pb2_grpc.PredictionServiceServicer):
    def __init__(self, models):
        self.models = models

    def Predict(self, request, context):  # noqa: N802 - the service names it
        spec = request.model_spec
        given = {key: tf.make_ndarray(tensor).tolist() for key, tensor in request.inputs.items()}
        try:
            found = self.models.answer(spec.name, spec.version.value, spec.version_label, spec.signature_name, given)
        except RefusalError as refusal:
            context.abort(grpc.StatusCode[refusal.code], str(refusal))
        response = predict_pb2.PredictResponse()
        for key in request.output_filter or found:
            response.outputs[key].CopyFrom(tf.make_tensor_proto(found[key]))
        return response


def handler(models):
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            parts = self.path.removesuffix(":predict").split("/")[3:]
            chosen = dict(zip(parts[1::2], parts[2::2], strict=True))
            rows = [base64.b64decode(row["b64"]) for row in body["instances"]]
            try:
                if not rows:
                    raise RefusalError("INVALID_ARGUMENT", "no instances")
                version = int(chosen.get("versions", 0))
                found = models.answer(parts[0], version, chosen.get("labels"), body.get("signature_name"), rows)
                code, content = 200, {
                    "predictions": [{k: v[n].tolist() for k, v in found.items()} for n in range(len(rows))]
                }  # fmt: skip
            except RefusalError as refusal:
                code, content = CODES[refusal.code], {"error": str(refusal)}
            text = json.dumps(content).encode()
            self.send_response(code)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

    return Handler


def main():
    parser = argparse.ArgumentParser()
    for flag in ("port", "rest_api_port"):
        parser.add_argument(f"--{flag}", type=int, default=0)
    for flag in ("grpc_socket_path", "model_name", "model_base_path"):
        parser.add_argument(f"--{flag}", default="")
    arguments, _ = parser.parse_known_args()
    if os.environ.get("STANDIN_DIES"):
        sys.exit("no such model")
    models = Models(arguments.model_name, arguments.model_base_path)
    server = grpc.server(ThreadPoolExecutor(4), options=[("grpc.max_receive_message_length", -1)])
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(Predictions(models), server)
    if arguments.port:
        server.add_insecure_port(f"127.0.0.1:{arguments.port}")
    if arguments.grpc_socket_path:
        server.add_insecure_port(f"unix:{arguments.grpc_socket_path}")
    server.start()
    print("ready", flush=True)
    if arguments.rest_api_port:
        ThreadingHTTPServer(("127.0.0.1", arguments.rest_api_port), handler(models)).serve_forever()
    server.wait_for_termination()


if __name__ == "__main__":
    main()
