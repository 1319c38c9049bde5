"""Bertrand-Nash prices of multi-product firms on plain arrays, by the fixed point of Morrow and Skerlos.

The first-order conditions of :mod:`forkmodel.market.first_order` in the price itself are

    Lambda_j m_j - sum_s w_s b_sj s_sj sum_{k in f} s_sk m_k + q_j = 0,
    b_sj = dV_sj / dp_j,    Lambda_j = sum_s w_s b_sj s_sj,    m_k = p_k - c_k.

Solved for the first margin they are a map of prices, ``p <- c + zeta(p)`` with

    zeta_j = [sum_s w_s b_sj s_sj sum_{k in f} s_sk m_k - q_j] / Lambda_j,

which converges where iterating on the usual markup equation often does not (Morrow and Skerlos 2011,
Operations Research 59(2); PyBLP uses it too). A firm's sum over its products is all that a step needs, so no
product-by-product matrix is built. The market has a fixed number of buyers: what its priced products leave of
one is the outside good, or offers whose prices stand still.

Arrays have the leading dims flattened: ``rows, segments, products``, and ``rows, 1, products`` for prices.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from forkmodel.market.price_response import PriceResponse

__all__ = ["consumer_loss", "equilibrium_prices", "shares_at"]

Floats = NDArray[np.float64]

#: Largest change of any price in a step, as a part of the price, at which a row has converged.
CLOSE = 1e-11
MOST_STEPS = 3000
#: Points at which demand is read on the way from old prices to new ones (Gauss-Legendre).
POINTS = 16


def shares_at(share: Floats, response: PriceResponse, before: Floats, after: Floats) -> Floats:
    """Return segment shares at other prices.

    Parameters
    ----------
    share : ndarray
        Segment shares at the old prices, shape ``(rows, segments, products)``.
    response : PriceResponse
        With coefficients of shape ``(rows, segments, 1)``.
    before, after : ndarray
        Prices, shape ``(rows, products)``.
    """
    moved = response.utility(after[:, None, :]) - response.utility(before[:, None, :])
    weight = share * np.exp(moved)
    outside = 1.0 - share.sum(-1)
    shares: Floats = weight / (outside + weight.sum(-1))[..., None]
    return shares


def equilibrium_prices(
    share: Floats,
    weights: Floats,
    response: PriceResponse,
    price: Floats,
    cost: Floats,
    owner: NDArray[np.intp],
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the prices at which no firm gains by another, starting from the prices of today.

    Parameters
    ----------
    share : ndarray
        Segment shares at ``price``, shape ``(rows, segments, products)``; zero for absent products, whose
        prices stay.
    weights : ndarray
        Shape ``(rows, segments)``.
    response : PriceResponse
        With coefficients of shape ``(rows, segments, 1)``.
    price, cost : ndarray
        Shape ``(rows, products)``.
    owner : ndarray of int
        Number of the firm that sets each price.

    Returns
    -------
    prices : ndarray
        Shape ``(rows, products)``; NaN in rows that did not converge.
    converged : ndarray of bool
        Shape ``(rows,)``.
    """
    belongs = (owner[:, None] == np.arange(owner.max(initial=0) + 1)[None, :]).astype(float)
    found = np.full(price.shape, np.nan)
    converged = np.zeros(len(price), dtype=bool)
    rows, now = np.arange(len(price)), price.copy()
    # A row that leaves the prices at which utility exists is one that does not converge.
    with np.errstate(all="ignore"):
        for _ in range(MOST_STEPS):
            part = replace(response, coefficient=response.coefficient[rows])  # type: ignore[type-var]
            at_prices = shares_at(share[rows], part, price[rows], now)
            margin = _zeta(
                at_prices, weights[rows], part.derivative(now[:, None, :]), now - cost[rows], belongs
            )
            new = np.where(np.isnan(margin), now, cost[rows] + margin)
            step = np.abs(new - now).max(-1) / np.abs(now).max(-1)
            lost = ~np.isfinite(at_prices.sum((1, 2))) | ~np.isfinite(step)
            done = ~lost & (np.abs(new - now) <= CLOSE * np.maximum(np.abs(now), CLOSE)).all(-1)
            found[rows[done]], converged[rows[done]] = new[done], True
            going = ~(lost | done)
            rows, now = rows[going], new[going]
            if not len(rows):
                break
    return found, converged


def _zeta(share: Floats, weights: Floats, slope: Floats, margin: Floats, belongs: Floats) -> Floats:
    """Return the margins of the next step; NaN where nobody buys."""
    response = weights[..., None] * slope * share
    steepness = response.sum(1)
    captured = (share * margin[:, None, :]) @ belongs
    pull = (response * (captured @ belongs.T)).sum(1)
    quantity = np.einsum("rs,rsj->rj", weights, share)
    there = steepness < 0.0
    return np.where(there, (pull - quantity) / np.where(there, steepness, 1.0), np.nan)


def consumer_loss(
    share: Floats, weights: Floats, response: PriceResponse, before: Floats, after: Floats
) -> Floats:
    """Return what buyers lose by a change of prices, per buyer: the area left of their demand curves.

    It is ``sum_j`` of the integral of ``q_j dp_j`` on the straight way between the prices. In the level form
    it is the difference of log sums, whatever the way. In the log form demand is not symmetric in its
    cross-price derivatives and the way matters a little; to first order it is what buyers pay more for what
    they bought, in either.

    Parameters
    ----------
    share, weights, response, before, after
        As in :func:`shares_at` and :func:`equilibrium_prices`.

    Returns
    -------
    ndarray
        Shape ``(rows,)``, in the currency of the prices.
    """
    nodes, parts = np.polynomial.legendre.leggauss(POINTS)
    total = np.zeros(len(before))
    for node, part in zip(0.5 * (nodes + 1.0), 0.5 * parts, strict=True):
        between = shares_at(share, response, before, before + node * (after - before))
        quantity = np.einsum("rs,rsj->rj", weights, between)
        total += part * (quantity * (after - before)).sum(-1)
    return total
