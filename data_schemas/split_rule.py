"""Which rule puts a patient into train, val or test."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class SourceSplit(BaseModel):
    """The dataset's own split lists decide.

    Attributes:
        rule: Always source.
        provenance: Where those lists come from.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    rule: Literal["source"] = "source"
    provenance: str = ""


class FixedSplit(BaseModel):
    """Every patient belongs to one split.

    Attributes:
        rule: Always fixed.
        split: That split.
        provenance: Why.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    rule: Literal["fixed"] = "fixed"
    split: Literal["train", "val", "test"]
    provenance: str = ""


class HashSplit(BaseModel):
    """A patient's salted hash decides, so that adding patients never moves one that was there.

    Attributes:
        rule: Always hash.
        train, val, test: Share of the patients; together 1.
        provenance: Why.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    rule: Literal["hash"] = "hash"
    train: float = Field(ge=0, le=1)
    val: float = Field(ge=0, le=1)
    test: float = Field(ge=0, le=1)
    provenance: str = ""

    @model_validator(mode="after")
    def _sums_to_one(self) -> "HashSplit":
        if abs(self.train + self.val + self.test - 1) > 1e-6:
            raise ValueError(
                f"Invalid split fractions. Expected train + val + test = 1. "
                f"Received: {self.train} + {self.val} + {self.test}"
            )
        return self


SplitRule = Annotated[SourceSplit | FixedSplit | HashSplit, Field(discriminator="rule")]
