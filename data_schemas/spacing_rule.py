"""Where a dataset's pixel spacing comes from."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat

Spacing = tuple[float, float]


class FileSpacing(BaseModel):
    """The files say it; where one does not, it is unknown.

    Attributes:
        rule: Always file.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    rule: Literal["file"] = "file"

    def apply(self, stored: Spacing) -> Spacing:
        """Row and column spacing in mm, NaN where unknown."""
        return stored


class UnknownSpacing(BaseModel):
    """Nobody knows it, whatever the files say; pixels are taken as square and distances are told in pixels.

    Attributes:
        rule: Always unknown.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    rule: Literal["unknown"] = "unknown"

    def apply(self, stored: Spacing) -> Spacing:
        """NaN."""
        return (float("nan"), float("nan"))


class FixedSpacing(BaseModel):
    """The same for every image.

    Attributes:
        rule: Always fixed.
        mm: Row and column spacing in mm.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    rule: Literal["fixed"] = "fixed"
    mm: tuple[PositiveFloat, PositiveFloat]

    def apply(self, stored: Spacing) -> Spacing:
        """The fixed spacing."""
        return self.mm


SpacingRule = Annotated[FileSpacing | UnknownSpacing | FixedSpacing, Field(discriminator="rule")]
