"""Price elasticities of demand: own within a segment, and own and cross in a market.

All are elasticities of quantity in log price on every draw. ``slope`` is ``dV / dlog p``
(:func:`~forkmodel.market.slopes.log_price_slope` for the choice block), and ``category_elasticity`` lets the
market's total respond to its price index; see :mod:`forkmodel.market.derivatives` for the formula. With a
category elasticity of zero and no outside good these are elasticities of shares, and raising all prices
together changes nothing.

Shares decide whose elasticities these are. Every number that the package reports is that of *fresh choosers*:
of those who choose in the period, with the shares of that choice, in a market of fixed size. Buyers who stay
with an earlier choice respond when they choose again, so it is the long-run elasticity as well; what all
buyers do within one period is smaller by the part that stays.

A full matrix takes 8 bytes per pair of products and draw: 115 MB for 4,000 draws of 60 models.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from forkmodel.market.derivatives import demand, over_prices, quantity_derivatives
from forkmodel.market.labels import Numeric, align_to
from forkmodel.market.shares import check_segment_shares

__all__ = [
    "logit_own_elasticity",
    "own_price_elasticity",
    "price_elasticities",
    "segment_own_price_elasticity",
]


def logit_own_elasticity[A: (np.ndarray, xr.DataArray)](slope: A, share: A) -> A:
    """Return the own-price elasticity of a share within a segment of fixed size: ``b (1 - s)``.

    Every own-price elasticity that the package reports, of the past or of the future, is this one.

    Parameters
    ----------
    slope : array
        ``dV / dlog p``, as from :func:`~forkmodel.market.slopes.floored_price_slope`; labelled or plain.
    share : array
        Share of the segment.

    Returns
    -------
    array
        Elasticities, at most 0.
    """
    return slope * (1.0 - share)


def segment_own_price_elasticity(
    segment_shares: xr.DataArray,
    slope: Numeric,
    category_elasticity: Numeric = 0.0,
    product_dim: str = "model",
    segment_dim: str = "segment",
) -> xr.DataArray:
    """Return each product's own-price elasticity within each segment.

    The formula is ``b_sj (1 - s_sj) - e_s s_sj``.

    Parameters
    ----------
    segment_shares : DataArray
        Shares within segments; NaN = absent.
    slope : DataArray or float
        ``dV / dlog p``, negative.
    category_elasticity : DataArray or float
        Category elasticity, at least 0.
    product_dim, segment_dim : str
        Names of the dims.

    Returns
    -------
    DataArray
        Dims of the shares; NaN for absent products.

    Raises
    ------
    ForkModelError
        If the shares are no shares, or labels are missing.
    """
    shares = check_segment_shares(segment_shares, product_dim, segment_dim)
    steep = align_to(shares, slope, "slope")
    category = align_to(shares, category_elasticity, "category_elasticity")
    return logit_own_elasticity(steep, shares) - category * shares


def own_price_elasticity(
    segment_shares: xr.DataArray,
    weights: xr.DataArray,
    slope: Numeric,
    category_elasticity: Numeric = 0.0,
    product_dim: str = "model",
    segment_dim: str = "segment",
) -> xr.DataArray:
    """Return each product's own-price elasticity in the market, without the matrix of all pairs.

    Parameters
    ----------
    segment_shares, weights, slope, category_elasticity, product_dim, segment_dim
        As in :func:`price_elasticities`.

    Returns
    -------
    DataArray
        The diagonal of :func:`price_elasticities`: dims of the shares without ``segment_dim``.

    Raises
    ------
    ForkModelError
        As in :func:`~forkmodel.market.derivatives.demand`.
    """
    local = demand(segment_shares, weights, slope, category_elasticity, product_dim, segment_dim)
    own = local.response - local.quantity * (local.response + local.withdrawal)
    total = (local.quantity * local.weights).sum(segment_dim)
    return ((own * local.weights).sum(segment_dim) / total).where(local.present)


def price_elasticities(
    segment_shares: xr.DataArray,
    weights: xr.DataArray,
    slope: Numeric,
    category_elasticity: Numeric = 0.0,
    product_dim: str = "model",
    segment_dim: str = "segment",
) -> xr.DataArray:
    """Return the matrix of own- and cross-price elasticities of the market.

    Parameters
    ----------
    segment_shares, slope, category_elasticity, product_dim, segment_dim
        As in :func:`segment_own_price_elasticity`.
    weights : DataArray
        Segment weights, which sum to one.

    Returns
    -------
    DataArray
        Dims ``(..., product_dim, product_dim + "_price")``: the response of the first to the price of the
        second. NaN where either is absent.

    Raises
    ------
    ForkModelError
        As in :func:`~forkmodel.market.derivatives.demand`.
    """
    local = demand(segment_shares, weights, slope, category_elasticity, product_dim, segment_dim)
    price_dim = f"{product_dim}_price"
    total = (local.quantity * local.weights).sum(local.segment_dim)
    present = over_prices(local.present, local.item_dim, price_dim)
    elasticity = quantity_derivatives(local, price_dim) / total
    return elasticity.where(local.present & present).transpose(..., local.item_dim, price_dim)
