"""The record of one run: each node's execution and artifacts go to the metadata store as they happen."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.metadata.infos import ArtifactInfo
from pipeline.metadata.store import Metadata


def new_run_id() -> str:
    """Sortable by time and unique."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


@dataclass
class RunRecord:
    """What a run writes down.

    Attributes:
        ids: Id of the artifact of each channel so far.
    """

    metadata: Metadata
    pipeline: str
    run: str
    ids: dict[str, int] = field(default_factory=dict)

    def start(self) -> list[str]:
        """Open the run; nodes whose execution an earlier process left behind and that are FAILED now."""
        interrupted = self.metadata.fail_interrupted()
        self.metadata.start_run(self.pipeline, self.run)
        return interrupted

    def begin(self, node: str, key: str, facts: Mapping[str, str], inputs: tuple[str, ...]) -> int:
        """A node starts to execute."""
        return self.metadata.begin(
            self.pipeline, self.run, node, key, facts, {channel: self.ids[channel] for channel in inputs}
        )

    def end(self, execution: int, outputs: Mapping[str, Path], published: Mapping[str, Any], cached: bool) -> None:
        """Its outputs are published, with the facts beside them; `cached` where they already were."""
        digests, contents = published["outputs"], published.get("contents", {})
        infos = {
            channel: ArtifactInfo(0, channel, str(path.resolve()), digests[channel], "LIVE", contents.get(channel, {}))
            for channel, path in outputs.items()
        }
        self.ids |= self.metadata.publish(execution, "CACHED" if cached else "COMPLETE", infos)

    def fail(self, execution: int) -> None:
        """It did not succeed."""
        self.metadata.fail(execution)
