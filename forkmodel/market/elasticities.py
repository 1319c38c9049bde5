"""Price elasticities of demand: own and cross, by segment, by market, and by group of products.

All are elasticities of quantity in log price on every draw. ``slope`` is ``dV / dlog p``
(:func:`~forkmodel.market.slopes.log_price_slope` for the choice block), and ``category_elasticity`` lets the
market's total respond to its price index; see :mod:`forkmodel.market.derivatives` for the formula. With a
category elasticity of zero and no outside good these are elasticities of shares, and raising all prices
together changes nothing.

Shares decide whose elasticities these are. Every number that the package reports is that of *fresh choosers*:
of those who choose in the period, with the shares of that choice, in a market of fixed size. Buyers who stay
with an earlier choice respond when they choose again, so it is the long-run elasticity as well; what all
buyers do within one period is smaller by the part that stays.

A full matrix takes 8 bytes per pair of products and draw: 115 MB for 4,000 draws of 60 models. The own-price
and group functions build no such matrix.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from forkmodel.market.derivatives import Demand, demand, group_demand, over_prices, quantity_derivatives
from forkmodel.market.labels import Groups, Numeric, align_to
from forkmodel.market.shares import check_segment_shares

__all__ = [
    "group_price_elasticities",
    "logit_own_elasticity",
    "own_price_elasticity",
    "price_elasticities",
    "segment_own_price_elasticity",
    "segment_price_elasticities",
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
    """Return each product's own-price elasticity in the market, without building the full matrix.

    Parameters
    ----------
    segment_shares, slope, category_elasticity, product_dim, segment_dim
        As in :func:`segment_own_price_elasticity`.
    weights : DataArray
        Segment weights, which sum to one.

    Returns
    -------
    DataArray
        Dims of the shares without the segment; NaN for absent products.

    Raises
    ------
    ForkModelError
        As in :func:`~forkmodel.market.derivatives.demand`.
    """
    local = demand(segment_shares, weights, slope, category_elasticity, product_dim, segment_dim)
    own = local.response * (1.0 - local.quantity) - local.withdrawal * local.quantity
    total = (local.quantity * local.weights).sum(segment_dim)
    return ((own * local.weights).sum(segment_dim) / total).where(local.present)


def segment_price_elasticities(
    segment_shares: xr.DataArray,
    slope: Numeric,
    category_elasticity: Numeric = 0.0,
    product_dim: str = "model",
    segment_dim: str = "segment",
) -> xr.DataArray:
    """Return the matrix of own- and cross-price elasticities within each segment.

    Parameters
    ----------
    segment_shares, slope, category_elasticity, product_dim, segment_dim
        As in :func:`segment_own_price_elasticity`.

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
    shares = check_segment_shares(segment_shares, product_dim, segment_dim)
    # A segment on its own is a market with that one segment, so the segment becomes a leading dim.
    leading = f"{segment_dim}_alone"
    alone = shares.rename({segment_dim: leading}).expand_dims({segment_dim: ["alone"]})
    one = xr.DataArray([1.0], dims=segment_dim, coords={segment_dim: ["alone"]})
    parts = [align_to(shares, slope, "slope"), align_to(shares, category_elasticity, "category_elasticity")]
    steep, category = (
        part.rename({segment_dim: leading}) if segment_dim in part.dims else part for part in parts
    )
    result = price_elasticities(alone, one, steep, category, product_dim, segment_dim)
    return result.rename({leading: segment_dim})


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
    segment_shares, weights, slope, category_elasticity, product_dim, segment_dim
        As in :func:`own_price_elasticity`.

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
    return _elasticities(local, f"{product_dim}_price")


def group_price_elasticities(
    segment_shares: xr.DataArray,
    weights: xr.DataArray,
    slope: Numeric,
    groups: Groups,
    category_elasticity: Numeric = 0.0,
    group_dim: str = "developer",
    product_dim: str = "model",
    segment_dim: str = "segment",
) -> xr.DataArray:
    """Return elasticities between groups when all prices of a group move in proportion.

    With ``groups`` the developers these are developer-level elasticities; with access classes, the response
    of all open tokens to all closed prices. No product-by-product matrix is built.

    Parameters
    ----------
    segment_shares, weights, slope, category_elasticity, product_dim, segment_dim
        As in :func:`own_price_elasticity`.
    groups : DataArray or mapping
        Group of each product.
    group_dim : str
        Name of the group dim.

    Returns
    -------
    DataArray
        Dims ``(..., group_dim, group_dim + "_price")``; NaN where either group has nothing on offer.

    Raises
    ------
    ForkModelError
        As in :func:`~forkmodel.market.derivatives.demand`, or if a product has no group.
    """
    local = demand(segment_shares, weights, slope, category_elasticity, product_dim, segment_dim)
    return _elasticities(group_demand(local, groups, group_dim), f"{group_dim}_price")


def _elasticities(local: Demand, price_dim: str) -> xr.DataArray:
    """Divide derivatives by quantities and blank what is not on offer."""
    total = (local.quantity * local.weights).sum(local.segment_dim)
    present = over_prices(local.present, local.item_dim, price_dim)
    elasticity = quantity_derivatives(local, price_dim) / total
    return elasticity.where(local.present & present).transpose(..., local.item_dim, price_dim)
