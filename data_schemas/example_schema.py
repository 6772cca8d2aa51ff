"""The TFRecord contract, read from example.schema.pbtxt: the parse specification is derived, never written twice."""

from pathlib import Path

import tensorflow as tf
from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2

DEFAULT_PATH = Path(__file__).parent / "example.schema.pbtxt"
STRUCTURE_DIMENSION = "structure"

_DTYPES = {schema_pb2.BYTES: tf.string, schema_pb2.INT: tf.int64, schema_pb2.FLOAT: tf.float32}


def load_schema(num_structures: int, path: str | Path = DEFAULT_PATH) -> schema_pb2.Schema:
    """Read the schema and give the dimension named "structure" its size, C.

    Raises:
        google.protobuf.text_format.ParseError: The file is not a Schema.
    """
    schema = text_format.Parse(Path(path).read_text(encoding="utf-8"), schema_pb2.Schema())
    for feature in schema.feature:
        for dimension in feature.shape.dim:
            if dimension.name == STRUCTURE_DIMENSION:
                dimension.size = num_structures
    return schema


def feature_spec(schema: schema_pb2.Schema) -> dict[str, tf.io.FixedLenFeature]:
    """Specification for `tf.io.parse_example`: every feature is dense and required."""
    return {
        feature.name: tf.io.FixedLenFeature([dim.size for dim in feature.shape.dim], _DTYPES[feature.type])
        for feature in schema.feature
    }
