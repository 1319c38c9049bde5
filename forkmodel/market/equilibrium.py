"""Prices after a merger: recover marginal costs, change the owners, and find the new Bertrand-Nash prices.

Costs come from the first-order conditions before the merger, so the prices given are an equilibrium under the
old owners. Shares at other prices follow from the shares at these ones, without utilities: within a segment

    s'_j = s_j exp(dV_j) / (s_0 + sum_k s_k exp(dV_k)),        dV_j = b_j log r_j  or  b_j (r_j - 1),

for price ratios ``r = p' / p`` in log and level form, and quantity moves by ``(P'_s / P_s)^(-e_s)`` with the
log-sum index. A price solves ``1 - c / p = L(p)``, where the Lerner index ``L`` comes from the first-order
conditions of all products of its owner. The iteration is Newton's for a firm that is alone, and damped row by
row where firms react to each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from forkmodel.errors import ForkModelError
from forkmodel.market.derivatives import demand
from forkmodel.market.first_order import firm_markups
from forkmodel.market.labels import Groups, Numeric, align_to
from forkmodel.market.markups import Competitive, owner_codes, prepare_prices
from forkmodel.market.slopes import PriceForm

__all__ = ["merger_equilibrium"]

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]

TOLERANCE = 1e-11
#: A price that moves by more than this factor is running away, not converging.
RUNAWAY = 1e4
#: A rest of the shares below this is rounding, not an outside good.
ROUNDING = 1e-9


def merger_equilibrium(
    segment_shares: xr.DataArray,
    weights: xr.DataArray,
    slope: Numeric,
    price: Numeric,
    owners: Groups,
    owners_after: Groups,
    price_form: PriceForm = "log",
    category_elasticity: Numeric = 0.0,
    cost_ratio: Numeric = 1.0,
    competitive: Competitive = None,
    product_dim: str = "model",
    segment_dim: str = "segment",
    max_iterations: int = 500,
) -> xr.Dataset:
    """Return prices, margins and shares after a change of owners.

    Parameters
    ----------
    segment_shares, weights, slope, price, category_elasticity, competitive, product_dim, segment_dim
        As in :func:`~forkmodel.market.markups.lerner_index`, before the merger.
    owners, owners_after : DataArray or mapping
        Owner of each product before and after, as from :func:`~forkmodel.market.merger.merge_owners`.
    price_form : {"log", "level"}
        How utility depends on price; must agree with ``slope``.
    cost_ratio : DataArray or float
        Marginal cost after over before, for savings that the merger brings.
    max_iterations : int
        Most steps of the fixed point.

    Returns
    -------
    Dataset
        ``price``, ``price_change`` (after over before, less one), ``marginal_cost`` (after),
        ``lerner_before``, ``lerner_after``, ``market_share`` (of quantity, outside good included in the
        whole), ``quantity_ratio`` (market total after over before, without the product dim) and
        ``converged``. Where ``converged`` is False all values after the merger are NaN: no equilibrium was
        found, because in log form a cost before the merger is not positive (Lerner index of one or more), the
        merged firm owns all of a market of fixed size, or prices run away.

    Raises
    ------
    ForkModelError
        As in :func:`~forkmodel.market.markups.lerner_index`; if ``price_form`` is unknown; or if a category
        elasticity comes with the level form or with slopes that differ by product, for which the price index
        is not defined.
    """
    if price_form not in ("log", "level"):
        raise ForkModelError(f"price_form is {price_form!r}. Choose 'log' or 'level'.")
    local = demand(segment_shares, weights, slope, category_elasticity, product_dim, segment_dim)
    steep = align_to(local.quantity, slope, "slope")
    category = align_to(local.quantity, category_elasticity, "category_elasticity")
    by_product = product_dim in steep.dims or product_dim in category.dims
    if bool((category > 0.0).any()) and (price_form == "level" or by_product):
        raise ForkModelError(
            "A category elasticity needs the log form with one slope per segment: only there is the price "
            "index defined. "
            "Use an outside good instead (shares that sum to less than one)."
        )
    if product_dim in category.dims:
        category = category.max(product_dim)
    full = prepare_prices(local, price)
    steep = (steep * xr.ones_like(local.quantity)).fillna(0.0)
    saving = align_to(local.quantity, cost_ratio, "cost_ratio") * xr.ones_like(full)
    code_before = owner_codes(owners, local.quantity, product_dim, competitive)
    code_after = owner_codes(owners_after, local.quantity, product_dim, competitive)
    inputs = xr.broadcast(
        local.quantity,
        steep,
        local.weights,
        category * xr.ones_like(local.weights),
        full,
        saving,
        local.present,
        exclude=[product_dim, segment_dim],
    )
    pair, single = [segment_dim, product_dim], [product_dim]
    names = (
        "price",
        "marginal_cost",
        "lerner_before",
        "lerner_after",
        "market_share",
        "quantity_ratio",
        "converged",
    )
    solved = xr.apply_ufunc(
        _solve_rows,
        *inputs,
        kwargs={
            "before": code_before,
            "after": code_after,
            "in_logs": price_form == "log",
            "max_iterations": max_iterations,
        },
        input_core_dims=[pair, pair, [segment_dim], [segment_dim], single, single, single],
        output_core_dims=[single] * 5 + [[], []],
    )
    found: dict[str, xr.DataArray] = dict(zip(names, solved, strict=True))
    found["price_change"] = found["price"] / full.where(local.present) - 1.0
    found["converged"] = found["converged"].astype(bool)
    return xr.Dataset(found)


@dataclass(slots=True)
class _Rows:
    """Demand and costs of the rows still being solved; every field has the rows first."""

    quantity: Floats
    slope: Floats
    weights: Floats
    category: Floats
    price: Floats
    cost: Floats
    strategic: NDArray[np.bool_]

    def take(self, keep: NDArray[np.bool_]) -> _Rows:
        return _Rows(
            self.quantity[keep],
            self.slope[keep],
            self.weights[keep],
            self.category[keep],
            self.price[keep],
            self.cost[keep],
            self.strategic[keep],
        )


def _demand_at(rows: _Rows, ratio: Floats, in_logs: bool) -> tuple[Floats, Floats, Floats]:
    """Return segment shares, slopes and segment totals at prices ``ratio`` times the old ones."""
    across = ratio[:, None, :]
    outside = 1.0 - rows.quantity.sum(axis=-1)
    outside = np.where(outside > ROUNDING, outside, 0.0)
    move = rows.slope * (np.log(across) if in_logs else across - 1.0)
    # The outside good does not move, so the largest move to subtract is at least zero where there is one.
    top = np.where(rows.quantity > 0.0, move, -np.inf).max(axis=-1)
    top = np.where(outside > 0.0, np.maximum(top, 0.0), np.where(np.isfinite(top), top, 0.0))
    weight = np.where(
        rows.quantity > 0.0, rows.quantity * np.exp(np.minimum(move - top[..., None], 0.0)), 0.0
    )
    total = weight.sum(axis=-1) + outside * np.exp(-top)
    shares = weight / np.where(total > 0.0, total, np.nan)[..., None]
    if not in_logs:
        return shares, rows.slope * across, rows.weights
    eta = -rows.slope.min(axis=-1)
    index = -(np.log(total) + top) / np.where(eta > 0.0, eta, np.nan)
    size = np.where(rows.category > 0.0, np.exp(-rows.category * index), 1.0)
    return shares, rows.slope, rows.weights * size


def _lerner_at(rows: _Rows, ratio: Floats, owner: Codes, in_logs: bool) -> tuple[Floats, Floats]:
    """Return Lerner indices that solve the first-order conditions at these prices, and mean price slopes.

    The index of a price taker is zero. A mean slope is the product's ``-b`` averaged over its buyers.
    """
    shares, slope, size = _demand_at(rows, ratio, in_logs)
    response = shares * slope
    price = rows.price * ratio
    margin = firm_markups(shares, response, size, rows.category[..., None] * shares, price, owner)
    bought = np.einsum("rs,rsj->rj", size, shares)
    steep = -np.einsum("rs,rsj->rj", size, response) / np.where(bought > 0.0, bought, np.nan)
    return np.where(rows.strategic, margin / price, 0.0), steep


def _solve_rows(
    quantity: Floats,
    slope: Floats,
    weights: Floats,
    category: Floats,
    price: Floats,
    saving: Floats,
    present: NDArray[np.bool_],
    before: Codes,
    after: Codes,
    in_logs: bool,
    max_iterations: int,
) -> tuple[Floats, ...]:
    """Solve all rows; the arguments carry the same leading dims."""
    leading, products = price.shape[:-1], price.shape[-1]
    q, b = (array.reshape(-1, *array.shape[-2:]) for array in (quantity, slope))
    w, e = (array.reshape(-1, array.shape[-1]) for array in (weights, category))
    p, ratio_of_cost = (array.reshape(-1, products) for array in (price, saving))
    there = present.reshape(-1, products)
    rows = _Rows(q, b, w, e, p, np.ones_like(p), there & (before >= 0) & (q.max(axis=1) > 0.0))
    lerner_before, _ = _lerner_at(rows, np.ones_like(p), before, in_logs)
    cost = p * (1.0 - lerner_before)
    possible = np.isfinite(cost).all(axis=-1) & there.any(axis=-1)
    if in_logs:
        possible &= (cost > 0.0).all(axis=-1)
    rows.cost = cost * ratio_of_cost
    ratio, converged = _iterate(rows, possible, after, in_logs, max_iterations)

    ratio_or_nan = np.where(converged[:, None], ratio, np.nan)
    shares, _, size = _demand_at(rows, ratio, in_logs)
    total = size.sum(axis=-1)
    sold = np.einsum("rs,rsj->rj", size, shares) / total[:, None]
    lerner_after, _ = _lerner_at(rows, ratio, after, in_logs)
    seen = there & converged[:, None]
    flat = (
        np.where(there, p * ratio_or_nan, np.nan),
        np.where(there & possible[:, None], rows.cost, np.nan),
        np.where(there, lerner_before, np.nan),
        np.where(seen, lerner_after, np.nan),
        np.where(seen, sold, np.nan),
    )
    shaped = tuple(array.reshape(*leading, products) for array in flat)
    quantity_ratio = np.where(converged, total / w.sum(axis=-1), np.nan)
    return (*shaped, quantity_ratio.reshape(leading), converged.astype(float).reshape(leading))


def _iterate(
    rows: _Rows, possible: NDArray[np.bool_], owner: Codes, in_logs: bool, max_iterations: int
) -> tuple[Floats, NDArray[np.bool_]]:
    """Run the damped fixed point; rows leave as soon as they converge or run away."""
    ratio = np.ones_like(rows.price)
    converged = np.zeros(len(ratio), dtype=bool)
    active = np.flatnonzero(possible)
    live = rows.take(possible)
    current = ratio[active]
    damping = np.ones(len(active))
    last = np.full(len(active), np.inf)
    for _ in range(max_iterations):
        if not active.size:
            break
        step = _step(live, current, owner, in_logs)
        size = np.abs(step).max(axis=-1)
        damping = np.where(size > last, np.maximum(0.5 * damping, 0.02), np.minimum(1.1 * damping, 1.0))
        moved = damping[:, None] * step
        current = current * np.exp(moved) if in_logs else np.maximum(current + moved, 0.25 * current)
        done = size < TOLERANCE
        gone = ~np.isfinite(size) | (np.abs(np.log(current)).max(axis=-1) > np.log(RUNAWAY))
        if (done | gone).any():
            ratio[active[done]] = current[done]
            converged[active[done]] = True
            keep = ~(done | gone)
            active, live, current = active[keep], live.take(keep), current[keep]
            damping, size = damping[keep], size[keep]
        last = size
    return ratio, converged


def _step(rows: _Rows, ratio: Floats, owner: Codes, in_logs: bool) -> Floats:
    """Return the undamped step: in log price for the log form, in the price ratio for the level form.

    A firm that raises its prices loses share and with it markup: its index falls by ``S / (1 - S)`` per
    log unit of price, which equals ``eta L - 1`` with one segment. Dividing the miss by that slope makes the
    step Newton's for a firm alone, where plain substitution would overshoot without end as ``L`` nears one.
    """
    lerner, mean_slope = _lerner_at(rows, ratio, owner, in_logs)
    fall = np.maximum(mean_slope * lerner - 1.0, 0.0)
    cost = rows.cost / rows.price
    if in_logs:
        share = cost / ratio
        step = (lerner - 1.0 + share) / (share + fall)
    else:
        step = (cost + (lerner - 1.0) * ratio) / (1.0 + fall)
    return np.where(rows.strategic, np.clip(step, -1.0, 1.0), 0.0)
