"""Equations of demand: two ordered segments choose among the offers of a month, and stay with part of them.

=============  =============================  ========================================================
symbol         code                           meaning
=============  =============================  ========================================================
omega_2        ``capability_threshold``       utility lost per index point below the threshold
d_omega > 0    ``capability_frontier_extra``  what a point is worth to the frontier segment above that
eta_1          ``price_frontier``             price coefficient of the frontier segment
d_eta > 0      ``price_threshold_extra``      what the threshold segment adds to it
T_t            ``threshold``                  "good enough", relative to the open frontier of the month
xi_m           ``demand_shock``               quality that buyers see and benchmarks do not
iota           ``inertia``                    part of last month's buyers who do not choose again
=============  =============================  ========================================================

Frontier segment: ``V = omega_1 index - eta_1 log p + common`` with ``omega_1 = omega_2 + d_omega``; there
is no outside good, so the month's best index cancels. Threshold segment: ``V = -omega_2 softplus(T_t -
index) - (eta_1 + d_eta) log p + common``: capability above the threshold buys nothing.

The frontier segment is the one that cares more for capability, at any level, *and* less for price: marginal
utility of a point is ``omega_1`` there and at most ``omega_2 < omega_1`` in the other. Both orders are
built in because either alone leaves a second mode in which the roles swap: ordered by price only, the
"frontier" segment can become the one that does not care for capability, and one chain in twenty did
(docs/decisions/segment-order.md).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.data.panel import Panel
from forkmodel.data.panel_catalogue import positions
from forkmodel.model.capability import INDEX_PER_UNIT, CapabilityDesign
from forkmodel.model.frontier import tier_frontier
from forkmodel.model.ops import Array, Ops, weighted
from forkmodel.model.price import PriceDesign
from forkmodel.model.shares import MonthlyOffers, logit_shares, normalised
from forkmodel.model.walks import between_knots

__all__ = [
    "SEGMENTS",
    "DemandDesign",
    "capability_coefficients",
    "chosen_shares",
    "demand_shock",
    "good_enough",
    "held_shares",
    "mixed_segments",
    "price_coefficients",
    "segment_shares",
    "segment_utilities",
    "side_by_side",
    "utilities",
]

SEGMENTS = ("frontier", "threshold")
#: Months a buyer can be carried forward before the tail is cut and the month renormalised.
INERTIA_MONTHS = 3


@dataclass(frozen=True)
class DemandDesign:
    """Index arrays of the choice block; one cell is one offer in one month."""

    months: pd.DatetimeIndex
    n_developers: int
    cell_month: np.ndarray
    cell_model: np.ndarray
    cell_developer: np.ndarray
    cell_open: np.ndarray
    log_price: np.ndarray
    price_usd_per_mtok: np.ndarray
    age_months: np.ndarray
    log_presence: np.ndarray
    free: np.ndarray
    earlier_cell: np.ndarray
    month_knot: np.ndarray
    month_fraction: np.ndarray
    model_priced: np.ndarray

    @property
    def sets(self) -> MonthlyOffers:
        """What is on offer together: the cells of a month."""
        return MonthlyOffers(self.cell_month, len(self.months))

    @cached_property
    def both(self) -> DemandDesign:
        """The offers twice, to the frontier and then to the threshold segment.

        What each segment chooses among is a set of its own, as if the second bought in other months: its
        shares are summed and normalised in one pass with those of the first, and not mixed with them.
        """
        n_cells, n_segments = len(self.cell_month), len(SEGMENTS)
        earlier = [
            np.where(self.earlier_cell < n_cells, self.earlier_cell + place * n_cells, n_segments * n_cells)
            for place in range(n_segments)
        ]
        return replace(
            self,
            months=pd.DatetimeIndex(np.tile(self.months.to_numpy(), n_segments)),
            cell_month=side_by_side(self.cell_month, len(self.months)),
            cell_model=np.tile(self.cell_model, n_segments),
            cell_developer=np.tile(self.cell_developer, n_segments),
            cell_open=np.tile(self.cell_open, n_segments),
            log_price=np.tile(self.log_price, n_segments),
            price_usd_per_mtok=np.tile(self.price_usd_per_mtok, n_segments),
            age_months=np.tile(self.age_months, n_segments),
            log_presence=np.tile(self.log_presence, n_segments),
            free=np.tile(self.free, n_segments),
            earlier_cell=np.concatenate(earlier, axis=1),
        )

    @classmethod
    def from_panel(cls, panel: Panel, price: PriceDesign) -> DemandDesign:
        """Place cells on months, models and developers, and pair each with its own past."""
        catalogue, cells = panel.catalogue, panel.cells
        models = catalogue.models
        cell_model = positions(cells["model"], models.index)
        developer = positions(models["developer"], catalogue.developers)
        is_open = (models["access"] == "open").to_numpy(float)
        middle = catalogue.months + pd.Timedelta(days=14)
        knot, fraction = catalogue.quarter_weights(middle)
        return cls(
            months=catalogue.months,
            n_developers=len(catalogue.developers),
            cell_month=positions(cells["month"], catalogue.months),
            cell_model=cell_model,
            cell_developer=developer[cell_model],
            cell_open=is_open[cell_model],
            log_price=cells["log_price"].to_numpy(),
            price_usd_per_mtok=cells["price_usd_per_mtok"].to_numpy(),
            age_months=cells["age_months"].to_numpy(),
            log_presence=cells["log_presence"].to_numpy(),
            free=cells["free"].to_numpy(),
            earlier_cell=_own_past(cells),
            month_knot=knot,
            month_fraction=fraction,
            model_priced=price.model_priced,
        )


def _own_past(cells: xr.Dataset) -> np.ndarray:
    """Return the cell of the same offer 1, 2, ... ``INERTIA_MONTHS`` months earlier (lag, cell).

    Where there is none, the index points one past the last cell, at a zero.
    """
    n_cells = cells.sizes["cell"]
    free = np.where(cells["free"] > 0, ":free", "")
    offer = np.char.add(cells["model"].to_numpy().astype(str), free)
    month = cells["month"].to_numpy().astype("datetime64[M]").astype(np.int64)
    keys = pd.MultiIndex.from_arrays([offer, month])
    lags = [
        keys.get_indexer(pd.MultiIndex.from_arrays([offer, month - lag]))
        for lag in range(1, INERTIA_MONTHS + 1)
    ]
    earlier = np.stack(lags)
    return np.where(earlier >= 0, earlier, n_cells)


def side_by_side(group: np.ndarray, n_groups: int) -> np.ndarray:
    """Return groups of the offers to all segments, one segment after the other, each with its own."""
    return np.concatenate([group + place * n_groups for place in range(len(SEGMENTS))])


def mixed_segments(ops: Ops, offers: MonthlyOffers, shares: Array, frontier_part: Array) -> Array:
    """Return token shares (cell,) of a market: the sum over segments of weight times share.

    :func:`forkmodel.model.shares.segment_mixture` for segments that lie side by side, in one product: to cut
    them apart is free, but to join their gradients again is a copy in every gradient of the fit.

    Parameters
    ----------
    offers : MonthlyOffers
        The cells.
    shares : (segment x cell,)
        Shares of the segments, one after the other.
    frontier_part : (month,)
        Part of the frontier segment in the market.
    """
    weight = ops.concat([frontier_part, 1.0 - frontier_part], axis=-1)
    weighed = weight[..., side_by_side(offers.month, offers.n_months)] * shares
    return ops.split_last(weighed, len(SEGMENTS), len(offers.month)).sum(-2)


def capability_coefficients(value: dict[str, Array]) -> tuple[Array, Array]:
    """Return what an index point is worth to the frontier and (below its threshold) the threshold segment."""
    threshold = value["choice.capability_threshold"]
    return threshold + value["choice.capability_frontier_extra"], threshold


def price_coefficients(value: dict[str, Array]) -> tuple[Array, Array]:
    """Return what a unit of log price takes from the utility of the frontier and of the threshold segment."""
    frontier = value["choice.price_frontier"]
    return frontier, frontier + value["choice.price_threshold_extra"]


def good_enough(ops: Ops, open_best: Array, value: dict[str, Array]) -> Array:
    """Return the index from which more capability is worth nothing to the threshold segment."""
    return open_best + ops.scalar(value["choice.threshold"])


def segment_utilities(
    ops: Ops,
    value: dict[str, Array],
    index: Array,
    bar: Array,
    log_price: tuple[Array, Array],
    common: Array,
) -> tuple[Array, Array]:
    """Return the utilities of offers to the frontier and to the threshold segment.

    Parameters
    ----------
    index : array
        Capability in index points, from any origin.
    bar : array
        What threshold buyers hold to be good enough, from the same origin.
    log_price : pair of array
        Log of price plus floor, by segment: averages over several models differ with who buys them.
    common : array
        Utility that both segments share.
    """
    worth, worth_below = (ops.scalar(worth) for worth in capability_coefficients(value))
    price, price_threshold = (ops.scalar(eta) for eta in price_coefficients(value))
    missing = ops.softplus(bar - index)
    return (
        worth * index - price * log_price[0] + common,
        common - worth_below * missing - price_threshold * log_price[1],
    )


def demand_shock(ops: Ops, design: DemandDesign, residual: Array, value: dict[str, Array]) -> Array:
    """Return ``xi`` (model,): part explained by the price residual, plus its own.

    Slope and remainder are free parameters, which is the joint normal of price and demand shock in
    coordinates without the multiplicative ridge of a correlation.
    """
    has_price = design.model_priced >= 0
    own = residual[..., np.maximum(design.model_priced, 0)] * has_price
    explained = ops.scalar(value["choice.endogeneity"]) * own
    return explained + ops.scalar(value["choice.shock_spread"]) * value["choice.shock_unit"]


def utilities(
    ops: Ops,
    design: DemandDesign,
    capability: CapabilityDesign,
    theta: Array,
    frontier: Array,
    shock: Array,
    value: dict[str, Array],
) -> tuple[Array, Array]:
    """Return the utilities (cell,) of the frontier and the threshold segment."""
    scalar = ops.scalar
    n_closed = capability.frontier.n_closed
    open_best = tier_frontier(frontier[..., :, n_closed:], capability.frontier.exists[:, n_closed:])
    n_knots = capability.frontier.n_quarters
    at_months = weighted(between_knots(design.month_knot, design.month_fraction, n_knots), open_best)
    bar = good_enough(ops, INDEX_PER_UNIT * at_months[..., design.cell_month], value)
    index = INDEX_PER_UNIT * theta[..., design.cell_model]
    common = (
        (scalar(value["choice.brand_spread"]) * value["choice.brand_unit"])[..., design.cell_developer]
        + shock[..., design.cell_model]
        + scalar(value["choice.open_taste"]) * design.cell_open
        - scalar(value["choice.ageing"]) * design.age_months
        - scalar(value["choice.launch"]) * np.exp(-design.age_months)
        + scalar(value["choice.free_limit"]) * design.free
        + design.log_presence
    )
    return segment_utilities(ops, value, index, bar, (design.log_price, design.log_price), common)


def chosen_shares(ops: Ops, design: DemandDesign, utility: Array) -> Array:
    """Return token shares (cell,) among a segment's buyers who choose this month, summing to one in it."""
    return logit_shares(ops, design.sets, utility)


def held_shares(ops: Ops, design: DemandDesign, chosen: Array, inertia: Array) -> Array:
    """Return token shares (cell,) of one segment, summing to one in every month.

    A fraction ``inertia`` of buyers keeps last month's offer as long as it stands; carried-forward choices
    are summed over the recent past and the month is renormalised for offers that were withdrawn.
    """
    held, kept = chosen, 1.0
    for earlier in design.earlier_cell:
        has_past = earlier < len(design.cell_month)
        kept = kept * ops.scalar(inertia)
        held = held + kept * (chosen[..., np.where(has_past, earlier, 0)] * has_past)
    return normalised(ops, design.sets, held)


def segment_shares(ops: Ops, design: DemandDesign, utility: Array, inertia: Array) -> Array:
    """Return token shares (cell,) among all buyers of a segment: those who choose, and those who stay."""
    return held_shares(ops, design, chosen_shares(ops, design, utility), inertia)
