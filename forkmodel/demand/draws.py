"""What a fit of demand left behind, as data: draws of the free variables and the table they are of."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import xarray as xr

from forkmodel.demand.model import Design, make_design
from forkmodel.demand.table import ProductTable
from forkmodel.inference.posterior import versions
from forkmodel.inference.verdict import Review

__all__ = ["SEGMENTS", "DemandDraws"]

#: Labels of segments, the less price-sensitive first.
SEGMENTS = {1: ("all",), 2: ("less sensitive", "more sensitive")}


@dataclass(frozen=True, eq=False)
class DemandDraws:
    """Draws from the posterior of demand.

    Attributes
    ----------
    table : ProductTable
        The table that was fitted.
    segments : int
        Segments of buyers, 1 or 2.
    free : Dataset
        Free variables, dims ``chain, draw, ...``.
    sample_stats : Dataset
        Statistics of the sampler.
    seed, tune : int
        Seed and warm-up steps.
    versions : dict
        Versions of the packages that made the draws.
    review : Review or None
        The review that was saved with them.
    """

    table: ProductTable
    segments: int
    free: xr.Dataset
    sample_stats: xr.Dataset
    seed: int
    tune: int
    versions: dict[str, str] = field(default_factory=versions)
    review: Review | None = None

    @cached_property
    def design(self) -> Design:
        """The table as arrays."""
        return make_design(self.table)

    @property
    def size(self) -> int:
        """Number of draws, all chains together."""
        return int(self.free.sizes["chain"] * self.free.sizes["draw"])

    @cached_property
    def sensitivity(self) -> xr.DataArray:
        """``alpha``: by how much utility falls per unit of price (chain, draw, segment)."""
        first = self.free["sensitivity"] / self.design.price.mean()
        steps = [first] if self.segments == 1 else [first, first * (1.0 + self.free["spread"])]
        return _by_segment(steps, self.segments)

    @cached_property
    def weight(self) -> xr.DataArray:
        """Part of potential buyers in each segment (chain, draw, segment)."""
        if self.segments == 1:
            return _by_segment([xr.ones_like(self.free["sensitivity"])], 1)
        second = self.free["weight"]
        return _by_segment([1.0 - second, second], 2)

    @cached_property
    def tastes(self) -> xr.DataArray:
        """``beta``: log-odds per unit of each characteristic (chain, draw, characteristic)."""
        found = self.design.tastes(
            self.free["taste"].to_numpy(),
            self.free["hedonic"].to_numpy(),
            self.sensitivity.isel(segment=0).to_numpy(),
        )
        return self.free["taste"].copy(data=found)

    @cached_property
    def endogeneity(self) -> xr.DataArray:
        """Correlation of unobserved quality and the hedonic residual (chain, draw)."""
        scale = self.design.scale
        through = self.free["slope"] + self.sensitivity.isel(segment=0, drop=True) * scale
        moved = through * self.free["price_sd"]
        return moved / np.sqrt(moved**2 + self.free["taste_sd"] ** 2)


def _by_segment(parts: list[xr.DataArray], segments: int) -> xr.DataArray:
    labels = list(SEGMENTS[segments])
    return xr.concat(parts, xr.Variable("segment", labels)).transpose("chain", "draw", "segment")
