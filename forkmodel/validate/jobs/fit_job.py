"""One fit as a job: everything that decides its posterior, and nothing else, is in its key."""

from __future__ import annotations

import ast
import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path

from forkmodel.data.market_tables import MarketTables
from forkmodel.data.panel import PanelOptions
from forkmodel.forecast.parameters import is_forecast_key
from forkmodel.inference.fit import VERSIONED
from forkmodel.inference.sampling import DEFAULT_CHAINS, DEFAULT_DRAWS, DEFAULT_TUNE
from forkmodel.model.design import BLOCKS
from forkmodel.priors import PriorSet

__all__ = ["FitJob", "code_hash", "sources"]

#: Beginnings of the names of the package's folders and files that show results and cannot change one.
PRESENTATION = ("report", "cli", "__main__.py")
#: Where the prior files lie in an installed package.
PRIOR_FILES = "_priors"
DEFAULT_OPTIONS = PanelOptions()


@dataclass(frozen=True, eq=False)
class FitJob:
    """A fit to be made somewhere.

    Attributes
    ----------
    data : MarketTables
        Tables.
    priors : PriorSet
        Resolved priors.
    blocks : tuple of str
        Blocks of the model.
    options : PanelOptions
        Grids and the like.
    draws, tune, chains, seed : int
        As for :meth:`forkmodel.ForkModel.fit`.
    cores : int
        Chains run at once; makes no difference to the draws.
    """

    data: MarketTables
    priors: PriorSet
    blocks: tuple[str, ...] = BLOCKS
    options: PanelOptions = DEFAULT_OPTIONS
    draws: int = DEFAULT_DRAWS
    tune: int = DEFAULT_TUNE
    chains: int = DEFAULT_CHAINS
    seed: int = 1
    cores: int = 1

    @cached_property
    def key(self) -> str:
        """Hash of tables, resolved priors, sampling, and the code and packages that make a result."""
        parts = [
            self.data.content_hash,
            _sampled(self.priors),
            list(self.blocks),
            asdict(self.options),
            self.draws,
            self.tune,
            self.chains,
            self.seed,
            code_hash(),
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:20]

    @property
    def label(self) -> str:
        """Vintage and priors."""
        blocks = "" if self.blocks == BLOCKS else f", {' and '.join(self.blocks)}"
        return f"fit of {self.data.vintage.date()}, {self.priors.name}{blocks}"

    def run(self, to: Path) -> None:
        """Fit, and write the fit."""
        from forkmodel.inference.model import ForkModel

        model = ForkModel(self.data, self.priors, self.blocks, self.options)
        model.fit(self.draws, self.tune, self.chains, self.seed, self.cores).save(to)


def _sampled(priors: PriorSet) -> dict[str, str]:
    """Return the priors that a fit depends on: what only the future needs makes no other posterior."""
    return {
        key: repr((p.family, p.params, p.lower, p.upper))
        for key, p in priors.items()
        if not is_forecast_key(key)
    }


def sources(package: Path) -> list[Path]:
    """Return the files of a package whose content can change a result, in a fixed order.

    All of its code but that which only shows results, and the scenarios and claims that come with it. Tables
    and priors are hashed by their contents wherever a job depends on them.

    Parameters
    ----------
    package : Path
        Folder of the package.
    """
    found = [path for pattern in ("*.py", "*.toml") for path in package.rglob(pattern)]
    named = {path.relative_to(package).as_posix(): path for path in found}
    return [named[name] for name in sorted(named) if not name.startswith((*PRESENTATION, PRIOR_FILES))]


def code_hash(package: Path | None = None) -> str:
    """Return a hash of what can change a result beside tables and priors: the code, and the packages it uses.

    Equations count, comments and layout do not; packages are those whose versions are recorded with a fit.

    Parameters
    ----------
    package : Path, optional
        Folder of the package; this one by default.
    """
    return _code_hash(
        package or Path(__file__).parents[2], tuple((name, version(name)) for name in VERSIONED)
    )


@cache
def _code_hash(package: Path, versions: tuple[tuple[str, str], ...]) -> str:
    digest = hashlib.sha256(json.dumps(versions).encode())
    for path in sources(package):
        text = path.read_text(encoding="utf-8")
        content = _code(text) if path.suffix == ".py" else text
        digest.update(f"{path.relative_to(package).as_posix()}\n{content}\n".encode())
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
