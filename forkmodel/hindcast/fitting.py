"""Fit the dynamics of other markets to what was known on a day, and review the fit."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from forkmodel.errors import ForkModelError
from forkmodel.hindcast.dynamics import SPEED_AGE, build_model
from forkmodel.hindcast.moves import Moves, families_of, make_moves
from forkmodel.hindcast.panel import MarketPanel
from forkmodel.hindcast.simulate import Dynamics
from forkmodel.inference.compiling import repeatable
from forkmodel.inference.sampling import Progress, sample
from forkmodel.validate.reviews import review_of_sample

__all__ = ["DRAWS", "Compiled", "MarketFit"]

#: Kept draws and warm-up steps per chain, and chains.
DRAWS, TUNE, CHAINS = 500, 500, 4
#: What is the same in all markets, and what a market of a new family is drawn from.
COMMON = ("size_slope", "youth", "youth_years", "entry_size")
HYPER = (
    *("speed_typical", "speed_family_spread", "speed_market_spread"),
    *("reversion_typical", "reversion_spread", "entry_typical", "entry_spread"),
)


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
        place = list(self.posterior["market_name"].to_numpy()).index(name)
        family = self.posterior.attrs["families"][place]
        of_family = self.posterior[["reversion", "entry"]].isel(family_name=family)
        return self._dynamics(
            self._flat(self.posterior["speed"].isel(market_name=place)),
            self._flat(of_family["reversion"]),
            self._flat(of_family["entry"]),
        )

    def of_new_market(self, seed: int) -> Dynamics:
        """Return the parameters of a market of a new family in every draw: the predictive distribution.

        Parameters
        ----------
        seed : int
            Same seed, same draws.
        """
        draw = {name: self._flat(self.posterior[name]) for name in HYPER}
        z = np.random.default_rng(seed).standard_normal((3, len(draw["speed_typical"])))
        spread = np.hypot(draw["speed_family_spread"], draw["speed_market_spread"])
        return self._dynamics(
            draw["speed_typical"] + spread * z[0],
            draw["reversion_typical"] + draw["reversion_spread"] * z[1],
            draw["entry_typical"] + draw["entry_spread"] * z[2],
        )

    def _flat(self, array: xr.DataArray) -> np.ndarray:
        return np.asarray(array.transpose("chain", "draw").to_numpy().reshape(-1))

    def _dynamics(self, log_speed: np.ndarray, reversion: np.ndarray, log_entry: np.ndarray) -> Dynamics:
        common = {name: self._flat(self.posterior[name]) for name in COMMON}
        fade = 1.0 + common["youth"] * np.exp(-SPEED_AGE / common["youth_years"])
        return Dynamics(
            speed=np.exp(log_speed) / fade, reversion=reversion, entry=np.exp(log_entry), **common
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

        self.room: Moves = make_moves(panels)
        self.names = tuple(panel.market.name for panel in panels)
        model = build_model(panels, self.room)
        with repeatable():
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
