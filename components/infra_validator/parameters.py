"""What a served model must withstand."""

from pydantic import Field, PositiveFloat, PositiveInt

from components.base import Parameters


class InfraValidatorParameters(Parameters):
    """All of it.

    Attributes:
        examples: Images that are requested.
        rounds: Requests of one image that latency is measured over, after one that does not count.
        maximum_p99_ms: Largest accepted 99th percentile of their latency; none only reports it.
        timeout_s: The process that serves is given up after this time.
        minimum_agreement: Smallest accepted share of mask pixels that equal the Keras model's.
        maximum_difference: Largest accepted difference of a probability from the Keras model's.
        minimum_tflite_agreement: The same share for TFLite files, where the trainer wrote any.
        model_server: Path of a tensorflow_model_server that is started and asked for real; none takes the one on PATH,
            and without one the report says "not run".
    """

    examples: PositiveInt = 4
    rounds: PositiveInt = 20
    maximum_p99_ms: PositiveFloat | None = None
    timeout_s: PositiveFloat = 300.0
    minimum_agreement: float = Field(default=0.999, ge=0, le=1)
    maximum_difference: float = Field(default=1e-4, gt=0)
    minimum_tflite_agreement: float = Field(default=0.95, ge=0, le=1)
    model_server: str | None = None
