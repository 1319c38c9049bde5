"""Assemble the history dataset: every reported path on every draw, from 2023 to the data's end.

The variables, dims and units are public API, listed in :mod:`forkmodel.results.schema`. A time is a quarter
start; stocks (frontiers, prices, lag) are read at the quarter's end or the vintage, whichever is first, flows
(shares) are means over the quarter's months with data, so the last quarter stands for its months so far.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.data.panel import Panel
from forkmodel.data.panel_catalogue import ACCESS, decimal_years
from forkmodel.data.panel_prices import years_from_reference
from forkmodel.data.vocabulary import OTHER_CLOSED
from forkmodel.market.partition import partition_concentration
from forkmodel.model.demand import SEGMENTS
from forkmodel.model.design import Design
from forkmodel.model.latent import CHUNK, LatentState, latent_state
from forkmodel.model.ops import ArrayOps
from forkmodel.model.spend import adoption
from forkmodel.results.chunks import in_chunks
from forkmodel.results.paths_capability import capability_paths, measured_models
from forkmodel.results.paths_concentration import (
    SCOPES,
    among_closed,
    among_developers,
    among_firms,
    concentration_paths,
)
from forkmodel.results.paths_elasticity import chosen_by_segment, elasticity_paths
from forkmodel.results.paths_price import FIXED_INDEX, price_paths
from forkmodel.results.paths_shares import MonthlyShares, monthly_shares, quarter_means, reach_parts
from forkmodel.results.paths_value import (
    DEFINITIONS,
    LAYERS,
    N_STICKS,
    USD_PER_BILLION,
    host_partition,
    surplus_of_tier,
    value_paths,
)
from forkmodel.results.scale import public_scale
from forkmodel.results.schema import HISTORY_SCHEMA

__all__ = [
    "MARKETS",
    "SCOPES",
    "UNITS",
    "FirmMoney",
    "Frame",
    "build_history",
    "firm_money",
    "frame_of",
    "hosts_today",
    "moved_history",
]

MARKETS = ("openrouter", "enterprise", "gateway", "business_subscriptions")
UNITS = ("tokens", "spend")
START = pd.Timestamp("2023-01-01")
#: Key of the random numbers that fill in the hosts nobody reports on.
HOSTS_STREAM = 77


@dataclass(frozen=True)
class Frame:
    """What all chunks share: the panel, the design and the time grid."""

    panel: Panel
    design: Design
    times: pd.DatetimeIndex
    ends: np.ndarray
    developers: pd.Index
    measured: np.ndarray

    @property
    def knots(self) -> np.ndarray:
        """Places of the times on the quarterly knots."""
        return np.asarray(self.design.spend.quarters.get_indexer(self.times))


def frame_of(panel: Panel, design: Design) -> Frame:
    """Return what all chunks of draws share."""
    vintage = panel.catalogue.vintage
    quarters = panel.catalogue.quarters
    # Before its first release another market has no history.
    start = START if panel.catalogue.names.bundled else pd.Timestamp(panel.options.first_month)
    times = quarters[(quarters >= start) & (quarters <= vintage)]
    ends = np.minimum(
        (times + pd.offsets.QuarterEnd(0)).to_numpy("datetime64[D]"), np.datetime64(vintage, "D")
    )
    developers = panel.catalogue.developers.union(pd.Index([OTHER_CLOSED]), sort=True)
    measured = measured_models(panel)
    return Frame(panel, design, times, ends, developers.rename("developer"), measured)


def _spread(values: np.ndarray, labels: pd.Index, target: pd.Index) -> np.ndarray:
    """Place the last axis, labelled ``labels``, on a longer axis ``target``; the rest is zero."""
    out = np.zeros((*values.shape[:-1], len(target)))
    out[..., target.get_indexer(labels)] = values
    return out


def _capability_and_price(part: LatentState, frame: Frame) -> dict[str, np.ndarray]:
    catalogue = frame.panel.catalogue
    scale = public_scale(part.theta, catalogue.models.index)
    paths = capability_paths(part.theta, scale, catalogue, frame.measured, frame.ends)
    if "price" in frame.design.blocks:
        years = years_from_reference(pd.DatetimeIndex(frame.ends), frame.panel.options)
        paths |= price_paths(part.value, paths["capability_frontier"], scale, years)
    return paths


def _shares(part: LatentState, frame: Frame, monthly: MonthlyShares) -> dict[str, np.ndarray]:
    assert part.choice is not None  # noqa: S101 - narrows the type; the caller built monthly from it
    demand = frame.design.choice.demand
    months, developers = demand.months, frame.panel.catalogue.developers
    draws = len(part.theta)

    def quarterly(path: np.ndarray) -> np.ndarray:
        return quarter_means(path, months, frame.times)

    def placed(path: np.ndarray) -> np.ndarray:
        return _spread(quarterly(path), developers, frame.developers)

    token = np.full((draws, len(frame.times), len(MARKETS), len(frame.developers)), np.nan)
    spend = token.copy()
    for shares, by_market in ((token, monthly.tokens), (spend, monthly.money)):
        for market, path in by_market.items():
            shares[:, :, MARKETS.index(market)] = placed(path)
    opened = np.full((draws, len(frame.times), len(MARKETS), len(UNITS)), np.nan)
    floor = frame.panel.options.price_floor_usd_per_mtok
    elasticity = elasticity_paths(chosen_by_segment(part, frame.design), demand, part.value, floor)
    for (market, unit), path in monthly.open_share.items():
        opened[:, :, MARKETS.index(market), UNITS.index(unit)] = quarterly(path)
    return {
        "token_share": token,
        "spend_share": spend,
        "open_share": opened,
        "elasticity_own": quarterly(elasticity),
    }


def _adoption(part: LatentState, frame: Frame) -> np.ndarray:
    share: np.ndarray = adoption(ArrayOps(), part.value, decimal_years(frame.times))
    return share


@dataclass(frozen=True)
class FirmMoney:
    """Who earns what.

    Attributes
    ----------
    closed, opened : array (draw, time)
        Revenue of closed models and money for hosted open weights, billion USD per year.
    firms : Index
        Closed firms whose revenue is followed, and the remainder.
    closed_share : array (draw, time, firm)
        Their shares of closed revenue.
    open_revenue : array (draw, time, developer)
        Money for open weights by developer; NaN in quarters without router data.
    revenue : array (draw, time, developer)
        All revenue, the closed remainder as one column.
    known : array (draw, time, developer)
        Shares of the enterprise money for closed models; NaN where it has none, zero without a choice block.
    """

    closed: np.ndarray
    opened: np.ndarray
    firms: pd.Index
    closed_share: np.ndarray
    open_revenue: np.ndarray
    revenue: np.ndarray
    known: np.ndarray


def firm_money(part: LatentState, frame: Frame, monthly: MonthlyShares | None) -> FirmMoney:
    """Split closed revenue and the money for open weights among those who earn them."""
    assert part.spend is not None  # noqa: S101 - the caller checks that the block is there
    design, knots = frame.design.spend, frame.knots
    closed, opened = np.exp(part.spend.closed[:, knots]), np.exp(part.spend.open[:, knots])
    firms, share = pd.Index(design.firms), np.exp(part.spend.log_share[:, knots])
    revenue = _spread(closed[..., None] * share, firms, frame.developers)
    # Without a choice block nobody in the remainder is known, and nobody's part of the open money.
    known, open_revenue = np.zeros_like(revenue), np.zeros_like(revenue)
    if monthly is not None:
        opened = opened * _open_offered(frame)

        def placed(path: np.ndarray) -> np.ndarray:
            quarterly = quarter_means(path, frame.design.choice.demand.months, frame.times)
            return _spread(quarterly, frame.panel.catalogue.developers, frame.developers)

        open_revenue = opened[..., None] * placed(monthly.router_open_money)
        revenue = revenue + np.nan_to_num(open_revenue)
        known = placed(monthly.enterprise_closed_money)
    return FirmMoney(closed, opened, firms, share, open_revenue, revenue, known)


def _money(
    part: LatentState, frame: Frame, monthly: MonthlyShares | None, uniforms: np.ndarray
) -> tuple[dict[str, np.ndarray], dict[str, xr.Dataset]]:
    """Return money paths, and the concentration of money by scope."""
    assert part.spend is not None  # noqa: S101 - the caller checks that the block is there
    money = firm_money(part, frame, monthly)
    measured: dict[str, xr.Dataset] = {}
    surplus = np.full((*money.closed.shape, len(ACCESS)), np.nan)
    if monthly is not None and part.choice is not None:
        demand = frame.design.choice.demand
        measured = {
            "open_developers": among_firms(money.open_revenue),
            "all_developers": among_developers(
                money.revenue, money.closed, money.firms, money.known, frame.developers
            ),
        }
        month_knot = demand.month_knot
        total = np.exp(part.spend.closed[:, month_knot]) + np.exp(part.spend.open[:, month_knot])
        monthly_surplus = surplus_of_tier(part.choice, demand, part.value, total)
        surplus = quarter_means(monthly_surplus, demand.months, frame.times)
    measured["closed"] = among_closed(money.closed_share, money.firms, money.known, frame.developers)
    paths = {"revenue": money.revenue * 1e9, "adoption_firms": _adoption(part, frame)}
    if "value" in frame.design.blocks:
        paths |= _value(part.value, money.closed, money.opened, surplus)
        hosts = host_partition(part.value, len(frame.design.spend.hosts), uniforms)
        measured["open_hosts"] = partition_concentration(hosts, "host")
    return paths, measured


def _value(
    value: dict[str, np.ndarray], closed: np.ndarray, opened: np.ndarray, surplus: np.ndarray
) -> dict[str, np.ndarray]:
    """Return the paths that parameters without a likelihood are part of, and no others."""
    times = closed.shape[1]
    margins = np.stack([value["value.margin_closed"], value["value.margin_open"]], axis=-1)
    return {
        **value_paths(value, closed, opened, surplus),
        "gross_margin": np.repeat(margins[:, None, :], times, axis=1),
        "api_share": np.repeat(value["value.api_share"][:, None], times, axis=1),
    }


def moved_history(
    history: xr.Dataset, before: dict[str, np.ndarray], after: dict[str, np.ndarray]
) -> xr.Dataset:
    """Return the history of draws of which only parameters without a likelihood were changed.

    Parameters
    ----------
    history : Dataset
        The history of the draws as they were, from :func:`build_history`, with all blocks.
    before, after : dict of array
        Free variables with one leading axis of draws; they may differ in
        :data:`forkmodel.model.open_stack.PRIOR_ONLY`.
    """
    stacked = history["value"].transpose("chain", "draw", "time", "access", "definition")
    value = stacked.to_numpy().reshape(-1, *stacked.shape[2:]) / USD_PER_BILLION
    closed, opened = (value[:, :, place, DEFINITIONS.index("narrow")] for place in range(len(ACCESS)))
    broad = value_paths(before, closed, opened, np.zeros((*closed.shape, len(ACCESS))))["value"]
    welfare = DEFINITIONS.index("welfare")
    surplus = value[..., welfare] - broad[..., welfare] / USD_PER_BILLION
    return history.assign(
        {
            name: history[name].copy(data=path.reshape(history[name].shape))
            for name, path in _value(after, closed, opened, surplus).items()
        }
    )


def _open_offered(frame: Frame) -> np.ndarray:
    """Return 1 per time at which some open model is on offer, else 0: no offers, no money."""
    demand = frame.design.choice.demand
    months = np.bincount(demand.cell_month, weights=demand.cell_open, minlength=len(demand.months)) > 0
    return np.asarray(months[frame.design.spend.quarter_month[frame.knots]].astype(float))


def _reach_shares(part: LatentState, frame: Frame) -> np.ndarray:
    """Return each firm's part of paid subscriptions: normalised reach (draw, time, developer)."""
    assert part.spend is not None  # noqa: S101 - the caller checks that the block is there
    design = frame.design.spend
    spots = [design.firms.index(name) for name in design.reach_firms]
    log_share = part.spend.log_share[:, frame.knots][:, :, spots]
    parts = reach_parts(part.value, log_share, _adoption(part, frame))
    return _spread(parts, pd.Index(design.reach_firms), frame.developers)


def _chunk_paths(part: LatentState, frame: Frame, uniforms: np.ndarray) -> dict[str, np.ndarray]:
    blocks = frame.design.blocks
    paths: dict[str, np.ndarray] = {}
    if "capability" in blocks:
        paths |= _capability_and_price(part, frame)
    monthly: MonthlyShares | None = None
    measured: dict[str, xr.Dataset] = {}
    if part.choice is not None:
        monthly = monthly_shares(part.choice, frame.design.choice.demand, part.value)
        paths |= _shares(part, frame, monthly)
        measured = {
            "openrouter_tokens": among_firms(paths["token_share"][:, :, 0]),
            "openrouter_spend": among_firms(paths["spend_share"][:, :, 0]),
        }
    if part.spend is not None:
        money, by_scope = _money(part, frame, monthly, uniforms)
        paths |= money
        measured |= by_scope
        if "spend_share" in paths:
            paths["spend_share"][:, :, MARKETS.index("business_subscriptions")] = _reach_shares(part, frame)
    if measured:
        paths |= concentration_paths(measured, len(uniforms), len(frame.times))
    return paths


def _host_uniforms(draws: int, seed: int) -> np.ndarray:
    return np.random.default_rng([seed, HOSTS_STREAM]).random((draws, N_STICKS))


def hosts_today(values: dict[str, np.ndarray], design: Design, seed: int) -> xr.Dataset:
    """Return the partition among hosts as the history has it; parameters as in :func:`build_history`."""
    draws = len(next(iter(values.values())))
    return host_partition(values, len(design.spend.hosts), _host_uniforms(draws, seed))


def build_history(
    values: dict[str, np.ndarray], panel: Panel, design: Design, shape: tuple[int, int], seed: int
) -> xr.Dataset:
    """Compute the history dataset on every draw.

    Parameters
    ----------
    values : dict of array
        Free variables with one leading axis of draws, chains in order.
    panel, design : Panel, Design
        Data and index arrays of the fit.
    shape : (int, int)
        Chains and draws per chain.
    seed : int
        Seed of the fit; fills in the hosts that nobody reports on.

    Returns
    -------
    Dataset
        Dims ``chain, draw, time`` and those of :data:`forkmodel.results.schema.HISTORY_SCHEMA`; blocks that
        are not part of the fit leave their variables out.
    """
    frame = frame_of(panel, design)
    n = shape[0] * shape[1]
    uniforms = _host_uniforms(n, seed)

    def paths(first: int) -> dict[str, np.ndarray]:
        window = slice(first, first + CHUNK)
        part = latent_state({name: array[window] for name, array in values.items()}, design)
        return _chunk_paths(part, frame, uniforms[window])

    chunks = in_chunks(paths, n, CHUNK)
    coords = {
        "chain": np.arange(shape[0]),
        "draw": np.arange(shape[1]),
        "time": frame.times.to_numpy(),
        "access": list(ACCESS),
        "segment": list(SEGMENTS),
        "market": list(MARKETS),
        "unit": list(UNITS),
        "developer": frame.developers.to_numpy(),
        "definition": list(DEFINITIONS),
        "layer": list(LAYERS),
        "scope": list(SCOPES),
    }
    variables = {}
    for name in chunks[0]:
        entry = HISTORY_SCHEMA[name]
        data = np.concatenate([chunk[name] for chunk in chunks])
        dims = ("chain", "draw", "time", *entry.dims)
        attrs = {"unit": entry.unit, "description": entry.description}
        variables[name] = xr.DataArray(data.reshape(*shape, *data.shape[1:]), dims=dims, attrs=attrs)
    used = {dim for variable in variables.values() for dim in variable.dims}
    history = xr.Dataset(variables, coords={dim: coords[str(dim)] for dim in sorted(map(str, used))})
    if "price_fixed_capability" in history:
        history["price_fixed_capability"].attrs["index_level"] = FIXED_INDEX
    return history
