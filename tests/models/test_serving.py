"""The exported SavedModel, loaded where nothing of this project can be imported."""

import io
import json
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from tensorflow.core.protobuf import saved_model_pb2

from data_schemas.record import Record
from models.decision import probabilities, structure_ids
from models.plan import make_plan
from models.serving import export
from models.unet import build_unet

CLIENT = """
import sys, json, base64
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"data_schemas", "models", "components", "pipeline", "tensorflow_addons", "keras_cv"}:
            raise ImportError(f"{name} must not be needed")
sys.meta_path.insert(0, Blocked())
import tensorflow as tf
model = tf.saved_model.load(sys.argv[1])
request = json.load(sys.stdin)
values = tf.constant([base64.b64decode(item) for item in request["items"]], tf.string)
answer = model.signatures[request["signature"]](**{request["input"]: values})
facts = {name: [list(value.shape), value.dtype.name, value.numpy().tolist()] for name, value in answer.items()}
print(json.dumps(facts))
"""


def png(image):
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, format="PNG")
    return stream.getvalue()


@pytest.fixture(scope="module")
def network():
    tf.keras.utils.set_random_seed(3)
    return build_unet(make_plan((32, 32), 2, base_features=4))


@pytest.fixture(scope="module")
def saved_model(network, tmp_path_factory):
    directory = tmp_path_factory.mktemp("serving")
    export(network, "softmax", directory)
    return directory


@pytest.fixture(scope="module")
def signatures(saved_model):
    return tf.saved_model.load(str(saved_model)).signatures


def ask_in_clean_process(saved_model, signature, name, items):
    import base64

    request = {"signature": signature, "input": name, "items": [base64.b64encode(item).decode() for item in items]}
    done = subprocess.run(
        [sys.executable, "-I", "-c", CLIENT, str(saved_model)],
        input=json.dumps(request), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def noise(height, width, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width), dtype=np.uint8)


def test_both_signatures_answer_where_the_project_is_not_installed(saved_model, network):
    image = noise(32, 32)
    answer = ask_in_clean_process(saved_model, "segment", "image_bytes", [png(image)])
    assert answer["mask"][:2] == [[1, 32, 32], "uint8"]
    assert answer["probabilities"][:2] == [[1, 32, 32, 3], "float32"]
    expected = probabilities(network(image[None, ..., None] / 255.0), "softmax")
    np.testing.assert_allclose(answer["probabilities"][2], expected, atol=1e-4)
    np.testing.assert_array_equal(answer["mask"][2], structure_ids(expected))

    record = Record(
        image_png=png(image), mask_png=png(image * 0), height=32, width=32, spacing_mm=(0.3, 0.3),
        label_presence=(1, 0), domain="d", dataset="s", view="4CH", frame="ED", split="test", patient_id="p",
        example_id="e",
    )  # fmt: skip
    of_record = ask_in_clean_process(saved_model, "serving_default", "examples", [record.serialize()])
    assert of_record["mask"] == answer["mask"]


def test_mask_has_the_images_own_size(signatures):
    for size in [(50, 80), (1, 1), (31, 7), (200, 100)]:
        answer = signatures["segment"](image_bytes=tf.constant([png(noise(*size))]))
        assert answer["mask"].shape == (1, *size)
        assert answer["probabilities"].shape == (1, *size, 3)
        np.testing.assert_allclose(tf.reduce_sum(answer["probabilities"], -1), 1.0, atol=1e-4)


def test_batch_of_mixed_sizes_answers_as_each_image_alone(signatures):
    images = [noise(40, 60, 1), noise(64, 20, 2)]
    batch = signatures["segment"](image_bytes=tf.constant([png(image) for image in images]))
    assert batch["size"].numpy().tolist() == [[40, 60], [64, 20]]
    for index, image in enumerate(images):
        alone = signatures["segment"](image_bytes=tf.constant([png(image)]))
        height, width = image.shape
        np.testing.assert_array_equal(batch["mask"][index, :height, :width], alone["mask"][0])
        assert not np.any(batch["mask"][index, height:])
        assert not np.any(batch["mask"][index, :, width:])


def test_jpeg_and_colour_are_read_as_gray(signatures):
    stream = io.BytesIO()
    Image.fromarray(np.dstack([noise(40, 40)] * 3)).save(stream, format="JPEG")
    assert signatures["segment"](image_bytes=tf.constant([stream.getvalue()]))["mask"].shape == (1, 40, 40)


def test_empty_batch_gives_an_empty_answer(signatures):
    answer = signatures["segment"](image_bytes=tf.constant([], tf.string))
    assert answer["mask"].shape[0] == 0


def test_bytes_that_are_no_image_are_an_error_the_process_survives(signatures):
    with pytest.raises(tf.errors.InvalidArgumentError):
        signatures["segment"](image_bytes=tf.constant([b"not an image"]))
    assert signatures["segment"](image_bytes=tf.constant([png(noise(8, 8))]))["mask"].shape == (1, 8, 8)


def test_sigmoid_decision_gives_background_where_no_structure_reaches_one_half():
    logits = tf.constant([[[[9.0, -1.0, -2.0], [-9.0, 0.1, 2.0]]]])
    assert structure_ids(probabilities(logits, "sigmoid")).numpy().tolist() == [[[0, 2]]]


def test_served_graph_draws_nothing_at_random(saved_model):
    document = saved_model_pb2.SavedModel.FromString((saved_model / "saved_model.pb").read_bytes())
    graph = document.meta_graphs[0].graph_def
    operations = {node.op for function in graph.library.function for node in function.node_def}
    assert {"Conv2D", "DecodeImage"} <= operations
    assert [name for name in operations if "Random" in name or "Dropout" in name] == []


@pytest.mark.parametrize(
    "content",
    [
        png(np.random.default_rng(0).integers(0, 65536, (20, 30)).astype(np.uint16)),
        png(noise(20, 30, 1).repeat(4).reshape(20, 30, 4)),
        png(noise(20, 30, 1).repeat(2).reshape(20, 30, 2)),
        png(noise(20, 30) > 128),
    ],
    ids=["16 bits", "RGBA", "gray with alpha", "one bit"],
)
def test_unusual_pictures_are_answered_on_their_own_grid(signatures, content):
    answer = signatures["segment"](image_bytes=tf.constant([content]))
    assert answer["mask"].shape == (1, 20, 30)
    assert np.isfinite(answer["probabilities"].numpy()).all()


@pytest.mark.parametrize(
    "content",
    [png(noise(40, 40))[:200], b"\x89PNG\r\n\x1a\n", b"GIF89a", png(np.zeros((10_000, 10_000), np.uint8))],
    ids=["truncated", "signature alone", "half a GIF", "10,000 by 10,000"],
)
def test_malformed_and_huge_pictures_are_refused(signatures, content):
    with pytest.raises(tf.errors.InvalidArgumentError):
        signatures["segment"](image_bytes=tf.constant([content]))


def test_example_without_its_picture_is_refused(signatures):
    with pytest.raises(tf.errors.InvalidArgumentError, match="image/encoded"):
        signatures["serving_default"](examples=tf.constant([tf.train.Example().SerializeToString()]))
    with pytest.raises(tf.errors.InvalidArgumentError):
        signatures["serving_default"](examples=tf.constant([b"no example"]))


def test_two_thousand_mutated_pictures_are_answered_or_refused(signatures):
    rng = np.random.default_rng(0)
    stream = io.BytesIO()
    Image.fromarray(noise(24, 24)).save(stream, "JPEG")
    sources = [png(noise(24, 24)), stream.getvalue()]
    answered = 0
    for number in range(2000):
        content = bytearray(sources[number % 2])
        for place in rng.integers(0, len(content), rng.integers(1, 8)):
            content[place] = rng.integers(0, 256)
        if number % 5 == 0:
            del content[rng.integers(1, len(content)) :]
        try:
            answer = signatures["segment"](image_bytes=tf.constant([bytes(content)]))
        except tf.errors.InvalidArgumentError:
            continue
        answered += 1
        assert np.isfinite(answer["probabilities"].numpy()).all()
    assert 0 < answered < 2000  # some mutations leave a picture, some do not
    assert signatures["segment"](image_bytes=tf.constant([sources[0]]))["mask"].shape == (1, 24, 24)
