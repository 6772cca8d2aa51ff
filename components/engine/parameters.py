"""Where Beam jobs run. Nothing here changes what they write, so nothing of it counts in a fingerprint."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, PositiveInt, field_validator, model_validator

REFUSED = {
    "dask": "Beam 2.77's DaskRunner loses records without a word (branches, tagged outputs, finish_bundle, sinks)",
    "ray": "no release of Beam has a Ray runner, and the package that calls itself one stopped at 0.0.1 in 2022",
    "interactive": "Beam's InteractiveRunner keeps every intermediate record for a notebook",
}
OWN_OPTIONS = ("runner", "environment_type", "environment_config", "job_endpoint", "parallelism", "flink_master")


class Section(BaseModel):
    """A group of keys: unknown ones are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FlinkParameters(Section):
    """A Flink cluster that is already running, such as the one of `labeldrop flink up`.

    Attributes:
        address: Host and port of the JobManager's REST interface.
        job_server_jar: Beam's job server for this Flink; none takes the one that `make flink` fetched.
        job_server_sha256: Checksum that the jar must have; none does not ask.
        retries: Restarts of a job whose worker or TaskManager was lost, before it fails.
    """

    address: str = Field(default="127.0.0.1:8081", pattern=r"^[\w.-]+:\d+$")
    job_server_jar: str | None = None
    job_server_sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    retries: NonNegativeInt = 3


class SparkParameters(Section):
    """A Spark cluster that is already running.

    Attributes:
        master_url: Such as spark://host:7077.
        job_server_jar: Beam's job server for Spark 3.
        job_server_sha256: Checksum that the jar must have; none does not ask.
    """

    master_url: str = Field(default="spark://127.0.0.1:7077", pattern=r"^(spark|k8s|yarn|local)")
    job_server_jar: str | None = None
    job_server_sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")


class PortableParameters(Section):
    """Any other Beam job service that is already running.

    Attributes:
        job_endpoint: Its host and port.
    """

    job_endpoint: str = Field(default="127.0.0.1:8073", pattern=r"^[\w.-]+:\d+$")


class DataflowParameters(Section):
    """Google Cloud Dataflow.

    Attributes:
        project, region: Where the job runs; the region must be the data's.
        temp_location: A gs:// folder for what Dataflow stages.
        sdk_container_image: An image with labeldrop installed: Dataflow's own images have not what it needs.
        machine_type: Of the workers.
        service_account_email: Whom the workers act as; none takes the project's default, which may do too much.
        subnetwork: Where workers stand; they get no public addresses.
        max_workers: Upper limit of autoscaling.
    """

    project: str
    region: str
    temp_location: str = Field(pattern=r"^gs://[a-z0-9]")
    sdk_container_image: str
    machine_type: str = "n2-standard-4"
    service_account_email: str | None = None
    subnetwork: str | None = None
    max_workers: PositiveInt = 10


class BeamParameters(Section):
    """Where the jobs of ExampleGen, StatisticsGen and Evaluator run; cannot change what they write.

    Attributes:
        engine: direct is this machine; flink and spark are clusters; portable is any other Beam job service; dataflow
            is Google's.
        workers: How much runs side by side: processes of direct (1 stays in this process), parallel subtasks of a
            cluster, first workers of Dataflow.
        attempts: How often a job whose worker process was lost is started again; what is finished is not done again.
        worker_command: Program that starts a worker on a cluster's machines, at the same path on each; none takes the
            labeldrop-beam-worker beside this Python.
        options: Further options of Beam, such as --sdk_worker_parallelism=2.
        flink: Of engine flink.
        spark: Of engine spark.
        portable: Of engine portable.
        dataflow: Of engine dataflow.
    """

    engine: Literal["direct", "flink", "spark", "portable", "dataflow"] = "direct"
    workers: PositiveInt = 1
    attempts: PositiveInt = 3
    worker_command: str | None = None
    options: tuple[str, ...] = ()
    flink: FlinkParameters = FlinkParameters()
    spark: SparkParameters = SparkParameters()
    portable: PortableParameters = PortableParameters()
    dataflow: DataflowParameters | None = None

    @field_validator("engine", mode="before")
    @classmethod
    def _safe(cls, value: Any) -> Any:
        name = str(value).lower().removesuffix("runner")
        if name in REFUSED:
            raise ValueError(f"this engine is refused: {REFUSED[name]}. Expected one of direct, flink, spark, dataflow")
        return value

    @field_validator("options")
    @classmethod
    def _not_ours(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for option in value:
            if not option.startswith("--"):
                raise ValueError(f"expected options such as --sdk_worker_parallelism=2. Received: {option!r}")
            if option[2:].partition("=")[0] in OWN_OPTIONS:
                raise ValueError(f"{option!r} is set by the other keys of `beam`; leave it out here")
        return value

    @model_validator(mode="after")
    def _complete(self) -> "BeamParameters":
        if self.engine == "dataflow" and self.dataflow is None:
            raise ValueError("engine dataflow needs beam.dataflow: project, region, temp_location, sdk_container_image")
        return self
