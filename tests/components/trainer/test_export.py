"""What goes with an export: warm-up requests and TFLite files."""

import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from components.examples_artifact import ExamplesArtifact
from components.trainer.component import source
from components.trainer.model_artifact import EXTRA, SERVING, save_model
from components.trainer.tflite import write_tflite
from models.decision import probabilities
from models.input_pipeline import evaluation_batches
from models.plan import make_plan
from models.unet import build_unet


@pytest.fixture(scope="module", params=["softmax", "sigmoid"])
def exported(request, tiny_examples, tmp_path_factory):
    """Decision, network, and the SavedModel with its extras."""
    tf.keras.utils.set_random_seed(3)
    artifact, directory = ExamplesArtifact.load(tiny_examples), tmp_path_factory.mktemp("model")
    plan = make_plan((48, 48), 3, base_features=4, max_levels=3)
    network = save_model(build_unet(plan), plan, request.param, artifact.vocabulary, directory)
    write_tflite(network, request.param, ("float16", "int8"), source(artifact, "val"), directory / SERVING)
    return request.param, network, directory / SERVING


def test_every_warm_up_request_is_answered(exported):
    _, _, serving = exported
    model = tf.saved_model.load(str(serving))
    batches = []
    for line in tf.data.TFRecordDataset(str(serving / EXTRA / "tf_serving_warmup_requests")).as_numpy_iterator():
        request = prediction_log_pb2.PredictionLog.FromString(line).predict_log.request
        values = {name: tf.constant(tf.make_ndarray(tensor)) for name, tensor in request.inputs.items()}
        answer = model.signatures[request.model_spec.signature_name](**values)
        batches.append((request.model_spec.signature_name, len(answer["mask"])))
    assert batches == [("serving_default", 1), ("serving_default", 8), ("segment", 1), ("segment", 8)]


@pytest.mark.parametrize(("kind", "limit"), [("float16", 0.001), ("int8", 0.05)])
def test_tflite_agrees_with_the_network(exported, tiny_examples, kind, limit):
    decision, network, serving = exported
    interpreter = tf.lite.Interpreter(str(serving / EXTRA / f"network_{kind}.tflite"))
    interpreter.allocate_tensors()
    [given], [answer] = interpreter.get_input_details(), interpreter.get_output_details()
    differences = []
    for image, *_ in evaluation_batches(source(ExamplesArtifact.load(tiny_examples), "test"), 1):
        interpreter.set_tensor(given["index"], image.numpy())
        interpreter.invoke()
        found = interpreter.get_tensor(answer["index"])
        expected = probabilities(network(image, training=False), decision).numpy()
        assert found.shape == expected.shape == (1, 48, 48, 4)
        differences.append(np.abs(found - expected).mean())
    assert np.mean(differences) <= limit  # masks say little: an untrained network decides by a hair
