"""What `beam` accepts and what it refuses by name."""

import pytest
from pydantic import ValidationError

from components.engine.parameters import BeamParameters


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"engine": "dask"}, r"this engine is refused: .*DaskRunner loses records"),
        ({"engine": "DaskRunner"}, r"this engine is refused: .*DaskRunner loses records"),
        ({"engine": "ray"}, r"this engine is refused: no release of Beam has a Ray runner"),
        ({"engine": "cloud"}, r"'direct', 'flink', 'spark', 'portable' or 'dataflow'"),
        ({"engine": "dataflow"}, r"engine dataflow needs beam\.dataflow"),
        ({"workers": 0}, r"greater than 0"),
        ({"options": ["parallelism=2"]}, r"expected options such as"),
        ({"options": ["--runner=DaskRunner"]}, r"is set by the other keys of `beam`"),
        ({"flink": {"address": "http://host:8081"}}, r"flink\.address"),
        ({"flink": {"job_server_sha256": "abc"}}, r"flink\.job_server_sha256"),
        ({"slots": 3}, r"Extra inputs"),
    ],
)
def test_wrong_value_is_refused_with_the_reason(parameters, message):
    with pytest.raises(ValidationError, match=message):
        BeamParameters.model_validate(parameters)


def test_one_process_is_the_default():
    assert (BeamParameters().engine, BeamParameters().workers) == ("direct", 1)
