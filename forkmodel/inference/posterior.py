"""The posterior: everything that one fit of the model left behind, as data and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, wraps
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.data.market_tables import MarketTables
from forkmodel.data.panel import Panel, PanelOptions
from forkmodel.inference.geometry.metric import Metric
from forkmodel.inference.verdict import Review
from forkmodel.model.design import Design
from forkmodel.model.latent import free_values
from forkmodel.priors import PriorSet

__all__ = ["VERSIONED", "Posterior", "once", "versions"]

#: Packages whose versions are recorded with a fit.
VERSIONED = ("forkmodel", "pymc", "pytensor", "nutpie", "arviz", "numba", "numpy", "pandas", "xarray")


def versions() -> dict[str, str]:
    """Return the versions of the packages that make a fit."""
    return {name: version(name) for name in VERSIONED}


@dataclass(frozen=True, eq=False)
class Posterior:
    """Draws of the free variables with all that is needed to compute anything else from them.

    Every room above takes one and returns labelled arrays. It answers no question itself: the verbs are in
    :class:`forkmodel.fit.Fit`, and each is one call into a room.

    Attributes
    ----------
    data : MarketTables
        The tables that were fitted.
    priors : PriorSet
        Resolved priors.
    panel : Panel
        The tables as model-ready arrays.
    design : Design
        Index arrays made from the panel, with the blocks of the model.
    free : Dataset
        Free variables, dims ``chain, draw, ...``: the equations that built the density compute the rest.
    sample_stats : Dataset
        Statistics of the sampler; empty for draws from the prior.
    seed, tune : int
        Seed and warm-up steps.
    timings : dict
        Seconds per stage; rooms add theirs.
    versions : dict
        Versions of the packages that made the draws.
    review : Review or None
        The review that was saved with the draws; None until one is made.
    metric : Metric or None
        Shape of the posterior, for the sampler of a later fit; None for small models and draws from a prior.
    recipe : str
        Hash of all that the draws depend on, see :mod:`forkmodel.recipe`; empty where nobody stated it.
    asked : int or None
        Draws per chain that were asked for, where sampling was interrupted; None where it came to its end.
    derived : dict
        What has been computed from the draws and is kept, see :func:`once`.
    """

    data: MarketTables
    priors: PriorSet
    panel: Panel
    design: Design
    free: xr.Dataset
    sample_stats: xr.Dataset
    seed: int
    tune: int
    timings: dict[str, float] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=versions)
    review: Review | None = None
    metric: Metric | None = None
    recipe: str = ""
    asked: int | None = None
    derived: dict[str, Any] = field(default_factory=dict, init=False, repr=False)

    @property
    def blocks(self) -> tuple[str, ...]:
        """Blocks of the model, in causal order."""
        return self.design.blocks

    @property
    def options(self) -> PanelOptions:
        """Choices made when tables became arrays."""
        return self.panel.options

    @property
    def vintage(self) -> pd.Timestamp:
        """Last day of the tables."""
        return self.panel.catalogue.vintage

    @property
    def chains(self) -> int:
        """Number of chains."""
        return int(self.free.sizes["chain"])

    @property
    def draws(self) -> int:
        """Kept draws per chain."""
        return int(self.free.sizes["draw"])

    @cached_property
    def values(self) -> dict[str, np.ndarray]:
        """Free variables as arrays with one leading axis of draws, chains in order."""
        return free_values(self.free)

    def describe(self) -> dict[str, Any]:
        """Return provenance: seed, draws, hashes, versions, seconds per stage."""
        return {
            "data_vintage": str(self.vintage.date()),
            "data_hash": self.data.content_hash,
            "prior_set": self.priors.name,
            "prior_hash": self.priors.hash,
            "blocks": list(self.blocks),
            "seed": self.seed,
            "chains": self.chains,
            "draws": self.draws,
            "tune": self.tune,
            "seconds": {name: round(seconds, 3) for name, seconds in self.timings.items()},
            "versions": self.versions,
        }


def once[T](function: Callable[[Posterior], T]) -> Callable[[Posterior], T]:
    """Keep what a function of one posterior returns, for as long as the posterior lives.

    Paths and the start of forecasts take seconds and are asked for by many; a posterior never changes.
    """
    name = f"{function.__module__}.{function.__qualname__}"

    @wraps(function)
    def kept(posterior: Posterior) -> T:
        if name not in posterior.derived:
            posterior.derived[name] = function(posterior)
        found: T = posterior.derived[name]
        return found

    return kept
