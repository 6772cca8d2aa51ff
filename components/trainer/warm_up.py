"""Warm-up requests: TensorFlow Serving answers them while it loads a version, so that no user waits for the first."""

from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_log_pb2

FILE = "tf_serving_warmup_requests"  # the name that TF Serving looks for in assets.extra
BATCHES = (1, 8)


def write_warm_up(extra: Path, image_size: tuple[int, int]) -> None:
    """Requests of both signatures with a synthetic picture: no patient's image goes with a model.

    Args:
        extra: The export's assets.extra.
        image_size: Rows and columns of the picture.
    """
    gray = np.broadcast_to(np.linspace(0, 255, image_size[1]).astype(np.uint8)[None, :, None], (*image_size, 1))
    picture = tf.io.encode_png(gray).numpy()
    feature = tf.train.Feature(bytes_list=tf.train.BytesList(value=[picture]))
    example = tf.train.Example(features=tf.train.Features(feature={"image/encoded": feature})).SerializeToString()
    with tf.io.TFRecordWriter(str(extra / FILE)) as writer:
        for signature, name, content in (
            ("serving_default", "examples", example),
            ("segment", "image_bytes", picture),
        ):
            for batch in BATCHES:
                request = predict_pb2.PredictRequest()
                request.model_spec.signature_name = signature
                request.inputs[name].CopyFrom(tf.make_tensor_proto([content] * batch))
                log = prediction_log_pb2.PredictLog(request=request)
                writer.write(prediction_log_pb2.PredictionLog(predict_log=log).SerializeToString())
