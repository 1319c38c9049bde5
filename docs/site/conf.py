"""The documentation as a site: the pages of ``docs/``, the method with its notation, every public name.

What code and prior files already say is not written twice: notation comes from the docstrings of
``forkmodel/model``, parameters from the reference priors, the public names from ``forkmodel.__all__``.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import forkmodel as fm

ROOT = Path(__file__).resolve().parents[2]

project = "forkmodel"
author = "the forkmodel authors"
release = fm.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.viewcode", "numpydoc"]
exclude_patterns = ["images"]
source_suffix = {".md": "markdown"}
root_doc = "site/index"
html_theme = "furo"
html_title = f"forkmodel {release}"
myst_heading_anchors = 3
suppress_warnings = ["myst.header"]
autodoc_typehints = "none"
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
autosummary_generate = False

#: A link from a page to a file or folder of the project that is no page.
OUTWARD = re.compile(r"\[([^\]]*)\]\(((?:\.\./)+[^)#]+|[\w/-]+/)(?:#[^)]*)?\)")
#: Parameters of the priors by what they belong to, in the order of the chain.
BLOCKS = {
    "capability": "Capability",
    "price": "Price",
    "choice": "Choice",
    "adoption": "Adoption",
    "spend": "Spend",
    "value": "Value",
    "forecast": "The future",
}


def _named(match: re.Match[str]) -> str:
    """Return a link to a file outside the site as the file's path: the site has no copy of it."""
    label, target = match.groups()
    path = f"`{target.replace('../', '')}`"
    return path if label.strip("`").rstrip("/") in path else f"{label} ({path})"


def _read(_: Any, page: str, source: list[str]) -> None:
    """Fill in what a page takes from code, and name the files it points to."""
    source[0] = OUTWARD.sub(_named, source[0])
    if page == "site/method":
        source[0] = source[0].replace("{{ parameters }}", _parameters())
    if page == "site/api":
        source[0] = source[0].replace("{{ public_names }}", _public_names())


def _number(value: float) -> str:
    return f"{value:.3g}"


def _parameters() -> str:
    """Return every parameter with unit, meaning and the 90 % interval of its reference prior."""
    priors = fm.load_priors("reference")
    lines: list[str] = []
    for block, title in BLOCKS.items():
        lines += [
            f"\n### {title}\n",
            "| parameter | unit | meaning | prior, 90 % interval |",
            "| --- | --- | --- | --- |",
        ]
        for key, prior in priors.items():
            if key.startswith(f"{block}."):
                low, high = (_number(prior.quantile(p)) for p in (0.05, 0.95))
                words = prior.meaning.replace("|", "\\|")
                lines.append(f"| `{key}` | {prior.unit} | {words} | {low} to {high} |")
    return "\n".join(lines)


def _public_names() -> str:
    """Return directives that document every public name, classes with their methods."""
    blocks: list[str] = []
    for name in sorted((name for name in fm.__all__ if not name.startswith("_")), key=str.lower):
        kind, options = "function", ""
        if isinstance(getattr(fm, name), type):
            kind, options = "class", "   :members:\n"
        blocks.append(f"## {name}\n\n```{{eval-rst}}\n.. auto{kind}:: forkmodel.{name}\n{options}```\n")
    return "\n".join(blocks)


def setup(app: Any) -> None:
    """Register the reader of pages."""
    app.connect("source-read", _read)
