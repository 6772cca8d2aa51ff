"""Which source files a component's code is made of: its module and all that it imports of this distribution."""

import ast
import hashlib
import importlib.util
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGES = ("data_schemas", "models", "components", "pipeline")
DATA_SUFFIXES = (".pbtxt", ".j2", ".css")  # read by the modules beside them; YAML comes in by the parameters


def code_digests(module: str) -> dict[str, str]:
    """Digest by file of every source that an import of the module can run, also one inside a function.

    Comments and layout change nothing: what is digested is the syntax tree without docstrings.
    """
    pending, files = [module], dict[str, str]()
    seen = set(pending)
    while pending:
        name = pending.pop()
        file = _file(name)
        if file is None:
            continue
        files[_label(name, file)] = _digest(file)
        if file.name == "__init__.py":
            files |= {f"{_label(name, file)}/{data.name}": _raw_digest(data) for data in _data_files(file.parent)}
        for found in (*_parents(name), *_imports(file, name)):
            if found not in seen:
                seen.add(found)
                pending.append(found)
    return dict(sorted(files.items()))


def _file(module: str) -> Path | None:
    """The module's file, none where it is no module (a name in one) or not ours and not the first asked for."""
    try:
        spec = importlib.util.find_spec(module)
    except (ModuleNotFoundError, ValueError):
        return None
    return Path(spec.origin) if spec and spec.origin and spec.origin.endswith(".py") else None


def _parents(module: str) -> Iterator[str]:
    parts = module.split(".")
    for length in range(1, len(parts)):
        yield ".".join(parts[:length])


def _imports(file: Path, module: str) -> Iterator[str]:
    """Modules of this distribution that a file names in its import statements."""
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(_tree(file)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = importlib.util.resolve_name("." * node.level + base, package)
            names = [base, *(f"{base}.{alias.name}" for alias in node.names)]
        yield from (name for name in names if name.partition(".")[0] in PACKAGES)


def _digest(file: Path) -> str:
    tree = _tree(file)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node, clean=False):
            node.body = node.body[1:]
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()[:16]


@cache
def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def _tree(file: Path) -> ast.Module:
    return ast.parse(_text(file))


def _raw_digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:16]


def _data_files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.iterdir() if file.suffix in DATA_SUFFIXES)


def _label(module: str, file: Path) -> str:
    return module.replace(".", "/") + ("" if file.name == "__init__.py" else ".py")
