"""Which labels of a fully labelled data set training may see."""

from pydantic import Field

from components.base import Parameters


class LabelMaskParameters(Parameters):
    """All of it.

    Attributes:
        source: Directory of a published examples artifact.
        hide: Structures by domain that nobody labelled there, as far as training and validation know.
        keep: Share of a domain's patients whose labels stay whole all the same.
        shuffle: Deal the presence vectors out anew among all records of a split, whatever their domain: as many labels
            of each structure as before, and no domain can be told by them (the falsification experiment).
        drop: Domains that training and validation do not see at all.
        seed: Of keep and shuffle.
    """

    source: str
    hide: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    keep: float = Field(default=0.0, ge=0, le=1)
    shuffle: bool = False
    drop: tuple[str, ...] = ()
    seed: int = Field(default=0, ge=0)
