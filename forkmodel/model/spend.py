"""Equations of adoption and money: who pays, how much closed labs earn, and what open hosting takes in.

===============  =====================  ====================================================================
symbol           code                   meaning
===============  =====================  ====================================================================
A(t)             ``bass``               share of firms that pay, Bass diffusion
V_c(q)           ``log_closed_spend``   revenue of the closed tier, log billion USD per year
a_f(q)           ``log_share``          closed firm f's share of it, log, summing to one as a share
lambda           ``share_pull``         pull of revenue towards block 3's money share, per month
V_o(q)           ``log_open_spend``     money paid for hosted open models, log billion USD per year
===============  =====================  ====================================================================

History shows growth of closed revenue *rising* (1.1 log points in 2024, 1.6 in 2025, about 2 per year in
early 2026), so growth is a random walk here and the fading of ``model.md`` starts at the data's end, in the
forecast. Levels are stated at the end of the grid and built backwards; steps are sampled as
:mod:`forkmodel.model.walks` says.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forkmodel.data.panel import Panel
from forkmodel.data.panel_catalogue import positions
from forkmodel.data.vocabulary import OTHER_CLOSED
from forkmodel.model.demand import DemandDesign
from forkmodel.model.ops import Array, Ops, weighted
from forkmodel.model.shares import log_normalised
from forkmodel.model.walks import WalkBasis, between_knots

__all__ = [
    "MONTHS_PER_QUARTER",
    "SpendDesign",
    "adoption",
    "bass",
    "category_response",
    "closed_money_shares",
    "log_closed_spend",
    "log_open_spend",
    "log_share_paths",
    "pulled",
    "reach_logit",
]

#: Eigenvalues from which data decide a component. A revenue figure is known to about 0.1 and growth moves by
#: 0.5 a quarter; shares move by 0.3, and half of the firms hardly report, so their components stay free.
GROWTH_INFORMED, SHARE_INFORMED = 0.1, 2.0
#: A firm without any offer still has this share of block 3's money, so that its logarithm exists.
SMALLEST_SHARE = 1e-3
YEARS_PER_QUARTER = 0.25
#: GPT-3's interface opens to all, 18 November 2021: the first language model sold without a waiting list.
#: Free, this date would only slide along a ridge with the two Bass coefficients.
DIFFUSION_START = 2021.88
MONTHS_PER_QUARTER = 3.0
#: Centre of the regressor of reach: a level stated where the data are does not trade off with the slope.
LOG_REACH_SIZE = -1.5


@dataclass(frozen=True)
class SpendDesign:
    """Index arrays of the block."""

    firms: tuple[str, ...]
    hosts: tuple[str, ...]
    quarters: pd.DatetimeIndex
    anchor: int
    quarter_month: np.ndarray
    cell_firm: np.ndarray
    cell_closed: np.ndarray
    log_tokens: np.ndarray
    reach_firms: tuple[str, ...]
    level_of_growth_step: np.ndarray
    growth_basis: WalkBasis
    share_basis: WalkBasis

    @property
    def years(self) -> np.ndarray:
        """Years (quarter,) from the anchor to each knot."""
        return np.asarray((np.arange(len(self.quarters)) - self.anchor) * YEARS_PER_QUARTER)

    def at_knots(self, left: np.ndarray, fraction: np.ndarray) -> np.ndarray:
        """Return the weights (row, quarter) of a path on the knots at the places of rows."""
        return between_knots(left, fraction, len(self.quarters))

    def of_firms(self, weight: np.ndarray, firm: np.ndarray) -> np.ndarray:
        """Return weights (row, quarter x firm) from those of each row's quarters, and its firm's position."""
        own = np.eye(len(self.firms))[firm]
        # Without rows there is nothing that a length left open could be told from.
        columns = weight.shape[1] * own.shape[1]
        return np.asarray((weight[:, :, None] * own[:, None, :]).reshape(len(firm), columns))

    @classmethod
    def from_panel(cls, panel: Panel, demand: DemandDesign | None) -> SpendDesign:
        """Place offers on firms and knots; without a choice block nothing pulls the shares."""
        catalogue = panel.catalogue
        firms = pd.Index(catalogue.names.firms)
        quarters = catalogue.quarters
        anchor = int(catalogue.quarter_weights(pd.DatetimeIndex([catalogue.vintage]))[0][0])
        if demand is None:
            quarter_month = np.zeros(len(quarters), dtype=np.int64)
            cell_firm, cell_closed = np.zeros(0, dtype=np.int64), np.zeros(0)
        else:
            middle = quarters + pd.DateOffset(months=1)
            nearest = demand.months.get_indexer(middle, method="nearest")
            quarter_month = np.asarray(nearest, dtype=np.int64)
            names = catalogue.developers.to_numpy()[demand.cell_developer]
            cell_firm = positions(np.where(np.isin(names, firms), names, OTHER_CLOSED), firms)
            cell_closed = 1.0 - demand.cell_open
        knots = panel.rows["revenue"]["knot"].to_numpy()
        observed = np.bincount(knots, minlength=len(quarters)).astype(float)
        level_of_growth_step = _level_of_growth_step(_observed_span(observed), anchor)
        return cls(
            firms=tuple(firms),
            hosts=catalogue.names.hosts,
            quarters=quarters,
            anchor=anchor,
            quarter_month=quarter_month,
            cell_firm=cell_firm,
            cell_closed=cell_closed,
            log_tokens=np.asarray(panel.router_tokens.to_numpy(), dtype=float),
            reach_firms=tuple(sorted(set(panel.rows["reach"]["firm"].to_numpy().astype(str)))),
            level_of_growth_step=level_of_growth_step,
            growth_basis=WalkBasis.from_levels(level_of_growth_step, observed, GROWTH_INFORMED),
            share_basis=WalkBasis.from_levels(_level_of_share_step(len(quarters)), observed, SHARE_INFORMED),
        )


def _level_of_share_step(n: int) -> np.ndarray:
    """Return a share's level (knot, step) per step: the walk ends at its last knot and is built backwards."""
    after = np.tril(np.ones((n, n - 1)), -1)
    return np.asarray(after - after[-1])


def _observed_span(observed: np.ndarray) -> np.ndarray:
    """Return equal weights (interval,), in sum one, over the intervals between first and last observation."""
    knots = np.flatnonzero(observed)
    inside = np.zeros(len(observed) - 1)
    if len(knots):
        inside[knots[0] : max(knots[-1], knots[0] + 1)] = 1.0
    else:
        inside[:] = 1.0
    return np.asarray(inside / inside.sum())


def _level_of_growth_step(weight: np.ndarray, anchor: int) -> np.ndarray:
    """Return log spend (knot, step) per step of growth: the sum of growth, stated at the anchor."""
    n = len(weight) + 1
    rate = np.tril(np.ones((n - 1, n - 1)))
    rate = rate - weight @ rate
    level = np.vstack([np.zeros(n - 1), YEARS_PER_QUARTER * np.cumsum(rate, axis=0)])
    return np.asarray(level - level[anchor])


def bass(ops: Ops, years: np.ndarray, innovation: Array, imitation: Array, ceiling: Array) -> Array:
    """Return the Bass cumulative share of firms at given calendar years.

    Source: Bass (1969), A New Product Growth Model for Consumer Durables, Management Science 15.
    """
    rate = ops.scalar(innovation + imitation)
    # Before the start the curve would go negative; a softplus of a tenth of a year keeps it above zero.
    elapsed = 0.1 * np.logaddexp(0.0, (years - DIFFUSION_START) / 0.1)
    decay = ops.exp(-rate * elapsed)
    return ops.scalar(ceiling) * (1.0 - decay) / (1.0 + ops.scalar(imitation / innovation) * decay)


def adoption(ops: Ops, value: dict[str, Array], years: np.ndarray) -> Array:
    """Return ``A(t)``, the share of firms that pay, at given calendar years."""
    names = ("innovation", "imitation", "ceiling")
    return bass(ops, years, *(value[f"adoption.{name}"] for name in names))


def reach_logit(level: Array, offset: Array, slope: Array, log_size: Array) -> Array:
    """Return the log odds that a firm subscribes to a lab, given the lab's size.

    Parameters
    ----------
    level, slope : array
        Of the line.
    offset : array
        Of each lab.
    log_size : array
        Log of the lab's share of closed revenue times the share of firms that pay.
    """
    return level + offset + slope * (log_size - LOG_REACH_SIZE)


def category_response(elasticity: Array, fall: Array) -> Array:
    """Return how far log spend rises when log prices fall: quantity by the elasticity, price by one."""
    return (elasticity - 1.0) * fall


def log_closed_spend(
    ops: Ops, design: SpendDesign, level: Array, growth: Array, growth_step: Array, price_response: Array
) -> Array:
    """Return ``log V_c`` (quarter,) in log billion USD per year.

    Parameters
    ----------
    level : scalar
        Value at the anchor knot (the quarter of the vintage).
    growth : scalar
        Mean growth over the years with observations, log per year, before the category price response.
        Growth at either end would slide along a ridge with the steps.
    growth_step : (quarter - 1,)
        Steps of the growth walk, log per year.
    price_response : scalar
        Growth of spend that falling quality-adjusted prices bring, per year: :func:`category_response`.
    """
    rate = ops.scalar(growth + price_response)
    return ops.scalar(level) + rate * design.years + weighted(design.level_of_growth_step, growth_step)


def closed_money_shares(
    ops: Ops, design: SpendDesign, enterprise_money: Array, n_months: int, cell_month: np.ndarray
) -> Array:
    """Return closed firms' log shares (quarter, firm) of the money that block 3 gives to closed models."""
    n_firms = len(design.firms)
    grouped = ops.group_sum(
        enterprise_money * design.cell_closed, cell_month * n_firms + design.cell_firm, n_months * n_firms
    )
    by_month = ops.split_last(grouped, n_months, n_firms) + SMALLEST_SHARE
    share = by_month / by_month.sum(-1)[..., None]
    return ops.log(share[..., design.quarter_month, :])


def pulled(before: Array, quarterly_pull: Array, target: Array, step: Array) -> Array:
    """Return log revenue shares a quarter later, not normalised: pulled to the target, and a random step.

    ``a(q) - a(q-1) = pull (target(q) - a(q)) + step(q)``, solved for ``a(q)``.
    """
    return (before + quarterly_pull * target + step) / (1.0 + quarterly_pull)


def log_share_paths(
    ops: Ops, design: SpendDesign, final: Array, step: Array, pull: Array, target: Array
) -> Array:
    """Return closed firms' log revenue shares (quarter, firm), normalised.

    The steps of :func:`pulled` all at once, backwards from the last knot:
    ``a(q) = (1 + pull)^(T - q) a(T) - sum_r (1 + pull)^(r - q - 1) (pull target(r) + step(r))``.

    Parameters
    ----------
    final : (firm,)
        Unnormalised log share at the last knot.
    step : (quarter - 1, firm)
        Random steps of the walk, log.
    pull : scalar
        Per month.
    target : (quarter, firm)
        Log money shares of block 3.
    """
    quarterly = ops.scalar(pull, 2) * MONTHS_PER_QUARTER
    n = len(design.quarters)
    grow = ops.log1p(quarterly)
    moves = quarterly * target[..., 1:, :] + step
    lead = np.arange(1, n)[None, :] - np.arange(n)[:, None]
    kernel = ops.exp(np.maximum(lead - 1, 0) * grow) * (lead >= 1).astype(float)
    passed = (kernel[..., :, :, None] * moves[..., None, :, :]).sum(-2)
    back = ops.exp((n - 1 - np.arange(n))[:, None] * grow)
    state = back * final[..., None, :] - passed
    return log_normalised(ops, state)


def log_open_spend(
    ops: Ops, design: SpendDesign, level: Array, log_router_path: Array, coverage_trend: Array
) -> Array:
    """Return ``log V_o`` (quarter,): the router's open money scaled to the whole market.

    Parameters
    ----------
    level : scalar
        Log billion USD per year at the anchor knot.
    log_router_path : (quarter,)
        Log of open tokens times the effective open price on the router, any unit.
    coverage_trend : scalar
        Growth of the market outside the router over the router's own, log per year.
    """
    relative = log_router_path - log_router_path[..., design.anchor][..., None]
    return ops.scalar(level) + relative + ops.scalar(coverage_trend) * design.years
