"""A hash of the code that makes a result: what a job was run with, so that nothing stale is taken for it."""

from __future__ import annotations

import ast
import hashlib
import json
from functools import cache
from importlib.metadata import version
from pathlib import Path

from forkmodel.inference.geometry.bundled import METRIC_FILE
from forkmodel.inference.posterior import VERSIONED

__all__ = ["BEYOND_A_FIT", "code_hash", "sources"]

#: Beginnings of the names of folders and files that ask for results or show them, and cannot change one.
PRESENTATION = (
    "report/",
    "cli/",
    "doctor.py",
    "fit.py",
    "fit_attributes.py",
    "fork_model.py",
    "pipeline.py",
    "recipe.py",
    "__init__.py",
    "__main__.py",
)
#: The same of what stands above a fit: its posterior and review are made without them.
BEYOND_A_FIT = ("validate/", "claims/", "forecast/", "queries/", "scenarios/")
#: Where the prior files lie in an installed package.
PRIOR_FILES = "_priors"


def sources(package: Path, without: tuple[str, ...] = ()) -> list[Path]:
    """Return the files of a package whose content can change a result, in a fixed order.

    All of its code but that which only shows results, the scenarios and claims that come with it, and the
    metric that a sampler begins with. Tables and priors are hashed by their contents wherever a job depends
    on them.

    Parameters
    ----------
    package : Path
        Folder of the package.
    without : tuple of str
        Beginnings of the names of further files that cannot change this kind of result.
    """
    found = [path for pattern in ("*.py", "*.toml", METRIC_FILE) for path in package.rglob(pattern)]
    named = {path.relative_to(package).as_posix(): path for path in found}
    silent = (*PRESENTATION, PRIOR_FILES, *without)
    return [named[name] for name in sorted(named) if not name.startswith(silent)]


def code_hash(package: Path | None = None, without: tuple[str, ...] = ()) -> str:
    """Return a hash of what can change a result beside tables and priors: the code, and the packages it uses.

    Equations count, comments and layout do not; packages are those whose versions are recorded with a fit.

    Parameters
    ----------
    package : Path, optional
        Folder of the package; this one by default.
    without : tuple of str
        As for :func:`sources`.
    """
    versions = tuple((name, version(name)) for name in VERSIONED)
    return _code_hash(package or Path(__file__).parents[2], without, versions)


@cache
def _code_hash(package: Path, without: tuple[str, ...], versions: tuple[tuple[str, str], ...]) -> str:
    digest = hashlib.sha256(json.dumps(versions).encode())
    for path in sources(package, without):
        content = path.read_bytes()
        if path.suffix == ".py":
            content = _code(content.decode("utf-8")).encode()
        digest.update(f"{path.relative_to(package).as_posix()}\n".encode() + content + b"\n")
    return digest.hexdigest()


def _code(source: str) -> str:
    """Return source as a tree without comments, layout and docstrings."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            value = body[0].value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                node.body = body[1:]  # type: ignore[attr-defined]
    return ast.dump(tree)
