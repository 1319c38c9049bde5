"""What a posterior says about single models: abilities, shares, elasticities, diversion, markups, lags."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.dates import read_span
from forkmodel.errors import ForkModelError, did_you_mean
from forkmodel.inference.posterior import Posterior
from forkmodel.market import (
    floored_price_slope,
    group_diversion_ratio,
    lerner_index,
    price_exposure,
    segment_own_price_elasticity,
)
from forkmodel.model.choice import ChoicePaths
from forkmodel.model.demand import SEGMENTS, DemandDesign, price_coefficients
from forkmodel.model.latent import latent_states
from forkmodel.model.ops import ArrayOps
from forkmodel.model.price import paid_over_list
from forkmodel.model.shares import leaning, money_shares, monthly_tilt, segment_mixture, segment_weights
from forkmodel.results.paths_capability import closed_records, measured_models
from forkmodel.results.paths_elasticity import chosen_in_market
from forkmodel.results.scale import public_scale

__all__ = [
    "MonthMarket",
    "capability",
    "diversion",
    "elasticities",
    "markups",
    "month_market",
    "month_place",
    "record_lags",
    "shares",
]

MARKET_CHOICES = ["openrouter", "enterprise", "gateway"]
UNIT_CHOICES = ["tokens", "spend"]
#: Marks the offer of a model that costs nothing, beside the paid one of the same model.
FREE = ":free"


def _require(posterior: Posterior, block: str) -> None:
    if block not in posterior.blocks:
        raise ForkModelError(
            f"this fit has no {block} block, only {', '.join(posterior.blocks)}; fit again with it."
        )


def _theta(posterior: Posterior) -> np.ndarray:
    _require(posterior, "capability")
    # Abilities need no other block, and the others take nine tenths of the time.
    alone = replace(posterior.design, blocks=("capability",))
    return np.concatenate([part.theta for part in latent_states(posterior.values, alone)])


def _sample(posterior: Posterior) -> dict[str, np.ndarray]:
    """Return the coordinates of the draws, which come first in every result."""
    return {"chain": np.arange(posterior.chains), "draw": np.arange(posterior.draws)}


def capability(posterior: Posterior) -> xr.DataArray:
    """Return abilities on the public index (chain, draw, model)."""
    theta = _theta(posterior)
    index = public_scale(theta, posterior.panel.catalogue.models.index).index(theta)
    return xr.DataArray(
        index.reshape(posterior.chains, posterior.draws, -1),
        dims=("chain", "draw", "model"),
        coords={
            **_sample(posterior),
            "model": posterior.panel.catalogue.models.index.to_numpy(),
        },
        name="capability",
        attrs={"unit": "index (Claude 3.5 Sonnet = 130, GPT-5 = 150)"},
    )


def record_lags(posterior: Posterior) -> pd.DataFrame:
    """Return closed records with right-censored lags."""
    theta = _theta(posterior)
    catalogue = posterior.panel.catalogue
    scale = public_scale(theta, catalogue.models.index)
    return closed_records(theta, scale, catalogue, measured_models(posterior.panel))


def _check(market: str, unit: str = "tokens") -> None:
    if market not in MARKET_CHOICES:
        raise ForkModelError(f"unknown market {market!r}. {did_you_mean(market, MARKET_CHOICES)}")
    if unit not in UNIT_CHOICES:
        raise ForkModelError(f"unknown unit {unit!r}. {did_you_mean(unit, UNIT_CHOICES)}")


def shares(posterior: Posterior, market: str, unit: str) -> xr.DataArray:
    """Return monthly shares by model (chain, draw, month, model); free and paid offers are added up."""
    _check(market, unit)
    _require(posterior, "choice")
    demand = posterior.design.choice.demand
    models = posterior.panel.catalogue.models.index
    used = np.unique(demand.cell_model)
    column = np.searchsorted(used, demand.cell_model)
    out = np.full((posterior.chains * posterior.draws, len(demand.months), len(used)), np.nan)
    out[:, demand.cell_month, column] = 0.0
    start = 0
    for part in latent_states(posterior.values, posterior.design):
        paths = part.choice
        if paths is None:
            break
        cells = _cell_shares(posterior, part.value, paths, market, unit)
        block = out[start : start + len(cells)]
        for cell in range(cells.shape[1]):
            block[:, demand.cell_month[cell], column[cell]] += cells[:, cell]
        start += len(cells)
    return xr.DataArray(
        out.reshape(posterior.chains, posterior.draws, len(demand.months), len(used)),
        dims=("chain", "draw", "month", "model"),
        coords={
            **_sample(posterior),
            "month": demand.months.to_numpy(),
            "model": models[used].to_numpy(),
        },
        name="share",
        attrs={"market": market, "unit": unit},
    )


def _segment_shares(
    paths: ChoicePaths, market: str, demand: DemandDesign
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return both segments' shares of cells in a market, and the part of the frontier segment."""
    if market == "openrouter":
        return paths.router_frontier_share, paths.router_threshold_share, paths.mix_router
    if market == "enterprise":
        return paths.enterprise_frontier_share, paths.enterprise_threshold_share, paths.mix_enterprise
    ops, lean = ArrayOps(), paths.gateway_lean
    towards_open = monthly_tilt(ops, lean, demand.cell_month, demand.cell_open, len(demand.months))
    first, second = (
        leaning(ops, demand.sets, share, towards_open)
        for share in (paths.frontier_share, paths.threshold_share)
    )
    return first, second, paths.mix_gateway


def _cell_shares(
    posterior: Posterior, value: dict[str, np.ndarray], paths: ChoicePaths, market: str, unit: str
) -> np.ndarray:
    demand, ops = posterior.design.choice.demand, ArrayOps()
    first, second, mix = _segment_shares(paths, market, demand)
    tokens = segment_mixture(first, second, mix[:, demand.cell_month])
    if unit == "tokens":
        return np.asarray(tokens)
    paid = paid_over_list(ops, value, demand.cell_open) * demand.price_usd_per_mtok
    return np.asarray(money_shares(ops, demand.sets, tokens, paid))


@dataclass(frozen=True)
class MonthMarket:
    """Demand for every offer of one market and month, free ones included, and the offers' facts.

    Free offers stay because they take buyers from the others; without them the segments' weights would no
    longer be those of the market.
    """

    month: pd.Timestamp
    share: xr.DataArray
    weight: xr.DataArray
    eta: xr.DataArray
    slope: xr.DataArray
    exposure: xr.DataArray
    facts: pd.DataFrame

    @property
    def paid(self) -> np.ndarray:
        """Labels of the offers that have a price."""
        return self.facts.index[~self.facts["free"]].to_numpy()

    def fact(self, name: str) -> xr.DataArray:
        """Return one fact of every offer."""
        values = self.facts[name].to_numpy()
        return xr.DataArray(values, dims="model", coords={"model": self.facts.index.to_numpy()})

    def groups(self, name: str) -> dict[str, str]:
        """Return the group of every offer."""
        return {str(offer): str(owner) for offer, owner in self.facts[name].items()}


def month_place(months: pd.DatetimeIndex, month: str | None) -> int:
    """Return the place of a month, by default the last; raises ForkModelError where it is not there."""
    if month is None:
        return len(months) - 1
    wanted = pd.Timestamp(read_span(month, "month", grains=("month", "day")).first.replace(day=1))
    place = int(months.get_indexer(pd.DatetimeIndex([wanted]))[0])
    if place < 0:
        raise ForkModelError(
            f"month {month!r} is not in the choice block; it has {months[0].date()} to "
            f"{months[-1].date()}, by quarter before 2025."
        )
    return place


def month_market(posterior: Posterior, month: str | None, market: str) -> MonthMarket:
    """Return demand of those who choose in one month: shares, weights and responses to price."""
    _check(market)
    _require(posterior, "choice")
    demand = posterior.design.choice.demand
    place = month_place(demand.months, month)
    cells = np.flatnonzero(demand.cell_month == place)
    models = posterior.panel.catalogue.models.iloc[demand.cell_model[cells]]
    price = demand.price_usd_per_mtok[cells]
    facts = models.assign(price_usd_per_mtok=price, free=price <= 0.0)
    facts.index = pd.Index(np.where(facts["free"], models.index + FREE, models.index), name="model")
    segment, weight, eta = [], [], []
    for part in latent_states(posterior.values, posterior.design):
        paths = part.choice
        if paths is None:
            break
        segment.append(chosen_in_market(part, posterior.design, market)[:, :, cells])
        weight.append(segment_weights(_segment_shares(paths, market, demand)[2][:, place]))
        eta.append(np.stack(price_coefficients(part.value), axis=-1))
    small = {**_sample(posterior), "segment": list(SEGMENTS)}
    shape = (posterior.chains, posterior.draws, len(SEGMENTS))
    coords = {**small, "model": facts.index.to_numpy()}
    etas = xr.DataArray(np.concatenate(eta).reshape(shape), dims=tuple(small), coords=small)
    prices = xr.DataArray(price, dims="model", coords={"model": facts.index.to_numpy()})
    floor = posterior.options.price_floor_usd_per_mtok
    return MonthMarket(
        month=demand.months[place],
        share=xr.DataArray(np.concatenate(segment).reshape(*shape, -1), dims=tuple(coords), coords=coords),
        weight=xr.DataArray(np.concatenate(weight).reshape(shape), dims=tuple(small), coords=small),
        eta=etas,
        slope=floored_price_slope(etas, prices, floor),
        exposure=price_exposure(prices, floor),
        facts=facts,
    )


def elasticities(posterior: Posterior, month: str | None, market: str) -> xr.DataArray:
    """Return own-price elasticities (chain, draw, segment, model) of one month's paid offers.

    They are those of buyers who choose in the month, in segments of fixed size; see
    :mod:`forkmodel.results.paths_elasticity`.
    """
    found = month_market(posterior, month, market)
    own = segment_own_price_elasticity(found.share, found.slope)
    return own.sel(model=found.paid).rename("elasticity_own")


def diversion(posterior: Posterior, month: str | None, market: str, by: str) -> xr.DataArray:
    """Return diversion ratios between groups of one month's offers, among those who choose in it.

    Free offers take diverted buyers like others. A group of free offers alone has no price to raise: its row
    is NaN. All other rows sum to one.
    """
    if by not in ("developer", "access"):
        raise ForkModelError(f"unknown grouping {by!r}. {did_you_mean(by, ['developer', 'access'])}")
    found = month_market(posterior, month, market)
    ratio = group_diversion_ratio(found.share, found.weight, found.slope, found.groups(by), group_dim=by)
    return ratio.rename("diversion")


def markups(posterior: Posterior, month: str | None, market: str) -> xr.DataArray:
    """Return the Lerner index (chain, draw, model) that Bertrand-Nash pricing implies for paid offers.

    Closed models are priced by their developer against the demand of those who choose; open models are sold
    by any host at cost, so their index is zero. Free offers take buyers from the others and have no index.
    There is no outside good: the category's price response keeps the conditions solvable.
    """
    _require(posterior, "adoption")
    found = month_market(posterior, month, market)
    index = lerner_index(
        found.share,
        found.weight,
        found.slope,
        found.groups("developer"),
        found.fact("price_usd_per_mtok"),
        posterior.free["spend.category_elasticity"] * found.exposure,
        competitive=(found.fact("access") == "open") | found.fact("free"),
    )
    return index.sel(model=found.paid).rename("lerner_index")
