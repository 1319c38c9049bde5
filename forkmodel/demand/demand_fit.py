"""``fit_demand`` and ``DemandFit``: the facade of this room, each verb one call into it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import xarray as xr

from forkmodel.demand import outcomes, told
from forkmodel.demand.draws import DemandDraws
from forkmodel.demand.fitting import DRAWS, TUNE, sample_demand
from forkmodel.demand.table import ProductTable
from forkmodel.inference.sampling import Progress
from forkmodel.inference.verdict import Review

if TYPE_CHECKING:
    from forkmodel.results.merger_figures import MergerScreen

__all__ = ["DemandFit", "fit_demand", "load_demand"]


def fit_demand(
    table: ProductTable,
    segments: int = 1,
    *,
    draws: int = DRAWS,
    tune: int = TUNE,
    chains: int = 4,
    seed: int = 1,
    cores: int | None = None,
    progress: Progress | None = None,
) -> DemandFit:
    """Fit demand with an outside good to a table of products, prices and shares.

    The model is stated in :mod:`forkmodel.demand.model`: a logit, or a mixture of two that differ in how much
    they mind the price, with prices that sellers set knowing what the table does not show.

    Parameters
    ----------
    table : ProductTable
        What :func:`forkmodel.read_products` returns.
    segments : int
        1 or 2 segments of buyers.
    draws, tune, chains : int
        Kept draws and warm-up steps per chain, and the number of chains.
    seed : int
        Same seed, same draws.
    cores : int, optional
        Chains run at once; all of them by default.
    progress : callable, optional
        Receives ``(stage, fraction, message)``.

    Returns
    -------
    DemandFit
        Ask its ``review()`` before anything else.

    Raises
    ------
    DataError
        If nothing in the table moves prices alone.
    ForkModelError
        If an option cannot be meant.
    SamplingError
        If no starting point with finite density was found.
    """
    return DemandFit(
        sample_demand(
            table,
            segments,
            draws=draws,
            tune=tune,
            chains=chains,
            seed=seed,
            cores=cores,
            progress=progress,
        )
    )


class DemandFit:
    """Demand on every draw of its posterior.

    Parameters
    ----------
    posterior : DemandDraws
        The draws, with their table.
    """

    def __init__(self, posterior: DemandDraws) -> None:
        self.posterior = posterior

    def __repr__(self) -> str:
        """Return what was fitted."""
        made = self.posterior
        size = len(made.table.products)
        return (
            f"<DemandFit: {size:,} products in {len(made.table.markets)} markets, "
            f"{made.segments} segment(s), {made.size:,} draws>"
        )

    @cached_property
    def by_market(self) -> xr.Dataset:
        """What is told of every market, dims ``chain, draw, market``.

        See :func:`forkmodel.demand.outcomes.market_table`.
        """
        return outcomes.market_table(self.posterior)

    @cached_property
    def _review(self) -> Review:
        from forkmodel.demand.checks import review_demand

        return self.posterior.review or review_demand(self.posterior, self.by_market)

    def review(self) -> Review:
        """Return PASS, REVIEW or FAIL for each check, with a sentence of advice."""
        return self._review

    def parameters(self) -> pd.DataFrame:
        """Return tastes, sensitivities to price and errors: median, 50, 80 and 90 % intervals, draws."""
        return told.parameter_rows(self.posterior)

    def markets(self) -> pd.DataFrame:
        """Return HHI, elasticities, diversion to the outside good and markups of every market."""
        return told.market_rows(self.posterior, self.by_market)

    def products(self, market: str | None = None) -> pd.DataFrame:
        """Return own-price elasticity, diversion to the outside good and markup of each product.

        Parameters
        ----------
        market : str, optional
            The market; the last of the table by default. So it is in all verbs below.
        """
        return told.product_rows(self._at(market))

    def firms(self, market: str | None = None) -> pd.DataFrame:
        """Return the markup of each firm under Bertrand pricing, as a part of the price."""
        return told.firm_rows(self._at(market))

    def own_elasticities(self, market: str | None = None) -> xr.DataArray:
        """Return own-price elasticities (chain, draw, product)."""
        return outcomes.own_elasticities(self._at(market))

    def elasticities(self, market: str | None = None) -> xr.DataArray:
        """Return own- and cross-price elasticities (chain, draw, product, product_price)."""
        return outcomes.elasticities(self._at(market))

    def diversion(self, market: str | None = None) -> xr.DataArray:
        """Return diversion ratios between products (chain, draw, product, product_to)."""
        return outcomes.diversion(self._at(market))

    def firm_diversion(self, market: str | None = None) -> xr.DataArray:
        """Return diversion ratios between firms (chain, draw, firm, firm_to): all prices of one rise."""
        return outcomes.firm_diversion(self._at(market))

    def markups(self, market: str | None = None) -> xr.DataArray:
        """Return Lerner indices under Bertrand pricing by firm (chain, draw, product)."""
        return outcomes.markups(self._at(market))

    def merger(
        self, firms: Sequence[str], market: str | None = None, efficiency: float = 0.0
    ) -> MergerScreen:
        """Return what a merger would do: HHI, diversion, UPP, GUPPI, CMCR, prices after, buyers' loss.

        Parameters
        ----------
        firms : sequence of str
            The firms that merge.
        market : str, optional
            The market.
        efficiency : float
            Part of marginal cost that each product of theirs saves, 0 to below 1.

        Raises
        ------
        ForkModelError
            If the market or a firm is unknown, or the efficiency is none.
        """
        from forkmodel.demand.mergers import demand_merger

        return demand_merger(self.posterior, firms, market, efficiency)

    def describe(self) -> dict[str, object]:
        """Return provenance: table, instruments, priors, seed, draws, versions."""
        from forkmodel.demand.model import PRIORS

        made, design = self.posterior, self.posterior.design
        return {
            "products": len(made.table.products),
            "markets": made.table.markets,
            "characteristics": made.table.characteristics,
            "instruments": design.instruments,
            "instruments_computed": design.computed,
            "instruments_dropped": design.dropped,
            "segments": made.segments,
            "priors": PRIORS,
            "seed": made.seed,
            "chains": int(made.free.sizes["chain"]),
            "draws": int(made.free.sizes["draw"]),
            "tune": made.tune,
            "versions": made.versions,
        }

    def save(self, path: str | Path) -> None:
        """Write draws, table, review and provenance as one ``.nc`` file, whole or not at all."""
        from forkmodel.demand.storage import save

        save(replace(self.posterior, review=self.review()), Path(path), json.dumps(self.describe()))

    def _at(self, market: str | None) -> outcomes.LocalMarket:
        return outcomes.local_market(self.posterior, market)


def load_demand(path: str | Path) -> DemandFit:
    """Read a fit of demand that :meth:`DemandFit.save` wrote.

    Raises
    ------
    FitFileError
        If there is no such file, it is something else, or it was damaged or edited.
    """
    from forkmodel.demand.storage import load

    return DemandFit(load(Path(path)))
