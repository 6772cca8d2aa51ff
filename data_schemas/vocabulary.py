"""The ordered vocabulary of structures a model is trained to segment."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from data_schemas.yaml_file import read_yaml

DEFAULT_PATH = Path(__file__).parent / "structures.yaml"
VOCABULARIES_DIR = Path(__file__).parent / "vocabularies"
MAX_STRUCTURES = 254  # ids live in uint8 masks, and 0 is background


@dataclass(frozen=True)
class Structure:
    """One anatomical structure.

    Attributes:
        name: Short name, unique in its vocabulary, for example "LV".
        title: Name for people.
        color: Overlay colour as "#rrggbb".
        definition: What belongs to the structure and what does not.
    """

    name: str
    title: str
    color: str
    definition: str

    @property
    def rgb(self) -> tuple[int, int, int]:
        """Overlay colour as 8-bit red, green, blue."""
        red, green, blue = bytes.fromhex(self.color.removeprefix("#"))
        return red, green, blue


@dataclass(frozen=True)
class Vocabulary:
    """C structures in order; structure k (0-based) has mask id k + 1, background has id 0."""

    structures: tuple[Structure, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Structure names in order, length C."""
        return tuple(structure.name for structure in self.structures)

    @cached_property
    def colors(self) -> tuple[tuple[int, int, int], ...]:
        """Overlay colours in order, length C."""
        return tuple(structure.rgb for structure in self.structures)

    def __len__(self) -> int:
        return len(self.structures)

    def mask_id(self, name: str) -> int:
        """Id of a structure in masks.

        Raises:
            ValueError: The name is not in the vocabulary.
        """
        if name not in self.names:
            raise ValueError(f"Invalid structure name. Expected one of {list(self.names)}. Received: {name!r}")
        return self.names.index(name) + 1

    def presence(self, annotated: tuple[str, ...] | list[str]) -> tuple[int, ...]:
        """Presence vector of length C: 1 for each structure in `annotated`, else 0.

        Raises:
            ValueError: A name is not in the vocabulary.
        """
        ids = {self.mask_id(name) for name in annotated}
        return tuple(int(k + 1 in ids) for k in range(len(self)))


def load_vocabulary(name_or_path: str | Path = DEFAULT_PATH) -> Vocabulary:
    """Read a vocabulary by its name in data_schemas/vocabularies or by a path ending in .yaml.

    Raises:
        ValueError: The file is missing, has no structures, too many, a repeated name, or an incomplete entry.
    """
    named = Path(name_or_path).suffix != ".yaml"
    path = VOCABULARIES_DIR / f"{name_or_path}.yaml" if named else Path(name_or_path)
    content = read_yaml(path)
    entries = content.get("structures") if isinstance(content, dict) else None
    if not isinstance(entries, list) or not 1 <= len(entries) <= MAX_STRUCTURES:
        raise ValueError(
            f"{path}: expected a list `structures` of 1 to {MAX_STRUCTURES} entries. Received: {entries!r}"
        )
    vocabulary = Vocabulary(tuple(_structure(entry, path) for entry in entries))
    if len(set(vocabulary.names)) != len(vocabulary):
        raise ValueError(f"{path}: expected unique structure names. Received: {list(vocabulary.names)}")
    return vocabulary


def _structure(entry: object, path: str | Path) -> Structure:
    keys = {"name", "title", "color", "definition"}
    if not isinstance(entry, dict) or set(entry) != keys:
        raise ValueError(f"{path}: expected a structure with the keys {sorted(keys)}. Received: {entry!r}")
    structure = Structure(**{key: str(value) for key, value in entry.items()})
    try:
        _ = structure.rgb
    except ValueError:
        raise ValueError(
            f"{path}: expected a color like '#3d7fe0' for {structure.name}. Received: {structure.color!r}"
        ) from None
    return structure
