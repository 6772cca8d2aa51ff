"""Beam's engine for one machine, named outright: `DirectRunner` would first try to download another one."""

import threading

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.portability import python_urns
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.runners.portability.fn_api_runner.worker_handlers import SubprocessSdkWorkerHandler, WorkerHandler
from apache_beam.runners.portability.local_job_service import SubprocessSdkWorker

from components.engine.failure import WorkerLostError
from components.engine.parameters import BeamParameters


@WorkerHandler.register_environment(python_urns.SUBPROCESS_SDK, bytes)
class WatchedWorkerHandler(SubprocessSdkWorkerHandler):
    """A worker process whose death fails the job; with Beam's own handler the job would wait for it for ever."""

    def start_worker(self) -> None:
        """Start the process, and a thread that waits for its end."""
        self.worker = SubprocessSdkWorker(
            self._worker_command_line, self.control_address, self.provision_info, self.worker_id
        )
        self.worker_thread = threading.Thread(name="run_worker", target=self._run)
        self.worker_thread.start()

    def _run(self) -> None:
        try:
            self.worker.run()
        except RuntimeError as error:
            self.control_conn.abort(WorkerLostError(f"{self.worker_id}: {error}"))


def direct_options(parameters: BeamParameters) -> PipelineOptions:
    """One worker works in this process, more have a process each."""
    mode = "in_memory" if parameters.workers == 1 else "multi_processing"
    flags = ["--default_sdk_harness_log_level=WARNING", *parameters.options]
    return PipelineOptions(flags, direct_running_mode=mode, direct_num_workers=parameters.workers)


def direct_pipeline(parameters: BeamParameters) -> beam.Pipeline:
    """A pipeline on this machine."""
    return beam.Pipeline(runner=FnApiRunner(), options=direct_options(parameters))
