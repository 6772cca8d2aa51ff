"""A dry run: a job's graph is built and validated, and nothing is submitted."""

from dataclasses import dataclass

import apache_beam as beam
from apache_beam.internal import pickler
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.options.pipeline_options_validator import PipelineOptionsValidator
from apache_beam.portability import common_urns, python_urns
from apache_beam.portability.api import beam_runner_api_pb2 as api
from apache_beam.runners.runner import PipelineRunner
from apache_beam.transforms.environments import DockerEnvironment, Environment, ProcessEnvironment

from components.base import UserError
from components.engine.direct import direct_options
from components.engine.options import remote_options
from components.engine.parameters import BeamParameters
from components.engine.run import Build
from components.engine.worker_check import Expectation

LARGEST_GRAPH = 10 * 2**20  # bytes that Dataflow takes; the other engines take more


@dataclass(frozen=True)
class GraphReport:
    """What a graph came to.

    Attributes:
        transforms: Names of the steps that run, in no order.
        size: Bytes of the whole graph.
        environment: What workers are started from: a program, an image, or this Python.
    """

    transforms: tuple[str, ...]
    size: int
    environment: str


def check_graph(parameters: BeamParameters, build: Build, expected: Expectation) -> GraphReport:
    """Build a job's graph for its engine and validate it.

    Raises:
        UserError: An option is wrong, the graph is too large, or a step cannot be sent to a worker.
    """
    options = direct_options(parameters) if parameters.engine == "direct" else remote_options(parameters, expected)
    errors = PipelineOptionsValidator(options, _runner(parameters.engine)).validate()
    unknown = _unknown(options)
    if errors or unknown:
        raise UserError(f"beam: expected options that Beam accepts. Received: {[*errors, *unknown]}")
    pipeline = beam.Pipeline(PipelineRunner(), options)
    build(pipeline)
    graph = pipeline.to_runner_api(default_environment=_environment(parameters, options))
    beam.Pipeline.from_runner_api(graph, PipelineRunner(), options)
    leaves = {name: step for name, step in graph.components.transforms.items() if not step.subtransforms}
    for step in leaves.values():
        _check_step(step)
    size = len(graph.SerializeToString())
    if size > LARGEST_GRAPH:
        raise UserError(f"beam: expected a job graph of at most {LARGEST_GRAPH} bytes. Received: {size}")
    names = tuple(step.unique_name for step in leaves.values() if step.spec.urn)
    return GraphReport(names, size, _started_from(graph))


def _environment(parameters: BeamParameters, options: PipelineOptions) -> Environment:
    """What the engine's own runner would put into the graph."""
    portable = options.view_as(beam.options.pipeline_options.PortableOptions)
    if parameters.engine == "dataflow":
        assert parameters.dataflow is not None
        return DockerEnvironment.from_container_image(parameters.dataflow.sdk_container_image)
    if parameters.engine == "direct":
        return beam.transforms.environments.EmbeddedPythonEnvironment.default()
    return ProcessEnvironment.from_options(portable)


def _check_step(step: api.PTransform) -> None:
    """A step's code must come out of its pickle again; a worker does the same."""
    if step.spec.urn != common_urns.primitives.PAR_DO.urn:
        return
    function = api.ParDoPayload.FromString(step.spec.payload).do_fn
    if function.urn != python_urns.PICKLED_DOFN_INFO:
        return
    try:
        pickler.loads(function.payload)
    except Exception as error:
        raise UserError(
            f"{step.unique_name}: expected a step that can be sent to a worker. Received: {error}"
        ) from None


def _unknown(options: PipelineOptions) -> list[str]:
    """Options that no part of Beam knows; a typing error would be passed over otherwise."""
    known = PipelineOptions([]).get_all_options()
    given = (flag for flag in options._flags if flag.startswith("--"))
    names = (flag[2:].partition("=")[0] for flag in given)
    engine_own = {"number_of_execution_retries", "no_use_public_ips"}  # Flink's job server, and a negated name
    return [f"unknown option --{name}" for name in names if name not in known and name not in engine_own]


def _runner(engine: str) -> PipelineRunner:
    """Beam's validator knows Dataflow's runner by its class's name; the class needs packages of Google's cloud."""
    return type("DataflowRunner", (PipelineRunner,), {})() if engine == "dataflow" else PipelineRunner()


def _started_from(graph: api.Pipeline) -> str:
    found = set()
    for environment in graph.components.environments.values():
        if environment.urn == common_urns.environments.PROCESS.urn:
            found.add(api.ProcessPayload.FromString(environment.payload).command)
        elif environment.urn == common_urns.environments.DOCKER.urn:
            found.add(api.DockerPayload.FromString(environment.payload).container_image)
        else:
            found.add("this Python")
    return ", ".join(sorted(found))
