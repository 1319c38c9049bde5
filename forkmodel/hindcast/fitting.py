"""Fit the dynamics of other markets to what was known on a day, and review the fit."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from forkmodel.errors import ForkModelError
from forkmodel.hindcast.dynamics import QUANTITIES, build_model
from forkmodel.hindcast.moves import Moves, families_of, make_moves
from forkmodel.hindcast.panel import MarketPanel
from forkmodel.hindcast.simulate import Dynamics
from forkmodel.inference.sampling import Progress, sample
from forkmodel.validate.reviews import review_of_sample

__all__ = ["DRAWS", "Compiled", "MarketFit"]

#: Kept draws and warm-up steps per chain, and chains.
DRAWS, TUNE, CHAINS = 500, 500, 4


@dataclass(frozen=True)
class MarketFit:
    """Draws of the parameters, and their review.

    Attributes
    ----------
    posterior : Dataset
        Dims ``chain, draw`` and those of :func:`forkmodel.hindcast.dynamics.build_model`.
    review : dict
        As :func:`forkmodel.validate.reviews.review_of_sample` returns.
    """

    posterior: xr.Dataset
    review: dict[str, Any]

    @property
    def failed(self) -> bool:
        """Whether the review failed, so that nothing may be said with the draws."""
        return bool(self.review["status"] == "FAIL")

    def of_market(self, name: str) -> Dynamics:
        """Return the parameters of one market in every draw.

        Parameters
        ----------
        name : str
            A market of the fit.
        """
        level = self.posterior["market_level"].sel(market_name=name)
        family = self.posterior.attrs["families"][list(self.posterior["market_name"].to_numpy()).index(name)]
        entry = self.posterior["entry_family"].isel(family_name=family)
        return self._dynamics(
            {quantity: self._flat(level.sel(quantity=quantity)) for quantity in QUANTITIES}, self._flat(entry)
        )

    def of_new_market(self, seed: int) -> Dynamics:
        """Return the parameters of a market of a new family in every draw: the predictive distribution.

        Parameters
        ----------
        seed : int
            Same seed, same draws.
        """
        rng = np.random.default_rng(seed)
        level = {}
        for quantity in QUANTITIES:
            typical, family, market = (
                self._flat(self.posterior[name].sel(quantity=quantity))
                for name in ("typical", "family_spread", "market_spread")
            )
            level[quantity] = typical + np.hypot(family, market) * rng.standard_normal(len(typical))
        typical, spread = (self._flat(self.posterior[name]) for name in ("entry_typical", "entry_spread"))
        return self._dynamics(level, typical + spread * rng.standard_normal(len(typical)))

    def _flat(self, array: xr.DataArray) -> np.ndarray:
        return np.asarray(array.transpose("chain", "draw").to_numpy().reshape(-1))

    def _dynamics(self, level: dict[str, np.ndarray], log_entry: np.ndarray) -> Dynamics:
        names = ("size_slope", "error_slope", "youth", "youth_years", "entry_size")
        return Dynamics(
            speed=np.exp(level["speed"]),
            momentum=1.0 / (1.0 + np.exp(-level["momentum"])),
            error=1.0 / (1.0 + np.exp(-level["error"])),
            reversion=np.exp(level["reversion"]),
            entry=np.exp(log_entry),
            **{name: self._flat(self.posterior[name]) for name in names},
        )


class Compiled:
    """One compiled density for every day: shorter records fill the same arrays.

    Parameters
    ----------
    panels : list of MarketPanel
        Markets on their longest record.
    """

    def __init__(self, panels: list[MarketPanel]) -> None:
        import nutpie
        import pytensor

        self.room: Moves = make_moves(panels)
        self.names = tuple(panel.market.name for panel in panels)
        model = build_model(panels, self.room)
        # As for the joint model: what fast mathematics reorders depends on the compiler's cache.
        with pytensor.config.change_flags(numba__fastmath=False):
            self._density = nutpie.compile_pymc_model(model, backend="numba")

    def fit(
        self,
        panels: list[MarketPanel],
        *,
        without: Collection[str] = (),
        seed: int = 1,
        draws: int = DRAWS,
        tune: int = TUNE,
        chains: int = CHAINS,
        cores: int | None = None,
        progress: Progress | None = None,
    ) -> MarketFit:
        """Sample the parameters given the moves of some panels.

        Parameters
        ----------
        panels : list of MarketPanel
            The same markets as known on a day.
        without : collection of str
            Markets whose record is not used.
        seed, draws, tune, chains, cores, progress
            As for :func:`forkmodel.inference.sampling.sample`.

        Raises
        ------
        ForkModelError
            If a market has fewer than two quarters on record.
        """
        if tuple(panel.market.name for panel in panels) != self.names:
            have = ", ".join(panel.market.name for panel in panels) or "none"
            raise ForkModelError(
                f"the markets with two quarters on record are {have} and not {', '.join(self.names)}: "
                "give tables that reach further back, or later years."
            )
        moves = make_moves(panels, without).fitted_into(self.room)
        tree = sample(
            self._density.with_data(**moves.arrays()),
            draws=draws,
            tune=tune,
            chains=chains,
            seed=seed,
            cores=cores,
            progress=progress,
        )
        posterior = tree["posterior"].to_dataset()
        posterior.attrs["families"] = families_of(panels).tolist()
        return MarketFit(posterior, review_of_sample(posterior, tree["sample_stats"].to_dataset()))
