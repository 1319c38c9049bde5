"""What a fit is made of, under the names that callers use: each is one attribute of the posterior."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from forkmodel.data.market_tables import MarketTables
from forkmodel.data.panel import Panel, PanelOptions
from forkmodel.inference.geometry.metric import Metric
from forkmodel.inference.posterior import Posterior
from forkmodel.model.design import Design
from forkmodel.priors import PriorSet

__all__ = ["FitAttributes"]


class FitAttributes:
    """The parts of a fit.

    Attributes
    ----------
    data : MarketTables
        The tables that were fitted.
    priors : PriorSet
        Resolved priors.
    posterior : Dataset
        Free variables, dims ``chain, draw, ...``.
    sample_stats : Dataset
        Statistics of the sampler.
    seed, tune : int
        Seed and warm-up steps.
    timings : dict
        Seconds per stage.
    versions : dict
        Versions of the packages that made the fit.
    panel, design : Panel, Design
        The tables as arrays, and the index arrays made from them.
    metric : Metric or None
        Shape of the posterior, for the sampler of a later fit; None for small models and short fits.
    interrupted : bool
        Whether sampling was stopped before its end.
    chains, draws : int
        Number of chains, and kept draws per chain.
    """

    result: Posterior

    @property
    def data(self) -> MarketTables:
        """The tables that were fitted."""
        return self.result.data

    @property
    def priors(self) -> PriorSet:
        """Resolved priors."""
        return self.result.priors

    @property
    def posterior(self) -> xr.Dataset:
        """Free variables, dims ``chain, draw, ...``."""
        return self.result.free

    @property
    def sample_stats(self) -> xr.Dataset:
        """Statistics of the sampler."""
        return self.result.sample_stats

    @property
    def seed(self) -> int:
        """Seed of the fit."""
        return self.result.seed

    @property
    def tune(self) -> int:
        """Warm-up steps per chain."""
        return self.result.tune

    @property
    def timings(self) -> dict[str, float]:
        """Seconds per stage."""
        return self.result.timings

    @property
    def versions(self) -> dict[str, str]:
        """Versions of the packages that made the fit."""
        return self.result.versions

    @property
    def panel(self) -> Panel:
        """The tables as model-ready arrays."""
        return self.result.panel

    @property
    def design(self) -> Design:
        """Index arrays made from the panel."""
        return self.result.design

    @property
    def options(self) -> PanelOptions:
        """Choices made when tables became arrays."""
        return self.result.options

    @property
    def blocks(self) -> tuple[str, ...]:
        """Blocks of the model, in causal order."""
        return self.result.blocks

    @property
    def metric(self) -> Metric | None:
        """Shape of the posterior, for the sampler of a later fit; None for small models and short fits."""
        return self.result.metric

    @property
    def interrupted(self) -> bool:
        """Whether sampling was stopped before its end."""
        return self.result.asked is not None

    @property
    def chains(self) -> int:
        """Number of chains."""
        return self.result.chains

    @property
    def draws(self) -> int:
        """Kept draws per chain."""
        return self.result.draws

    @property
    def values(self) -> dict[str, np.ndarray]:
        """Free variables as arrays with one leading axis of draws, chains in order."""
        return self.result.values

    def describe(self) -> dict[str, Any]:
        """Return provenance: seed, draws, hashes, versions, seconds per stage."""
        return self.result.describe()
