"""Diversion ratios: where a product's lost buyers go when its price rises a little.

The quantity diversion ratio from ``j`` to ``k`` is ``-(dq_k / dp_j) / (dq_j / dp_j)``. In a logit with one
segment and no outside good it is ``s_k / (1 - s_j)``; segments make closeness matter.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from forkmodel.market.derivatives import Demand, demand, group_demand, over_prices, quantity_derivatives
from forkmodel.market.labels import Groups, Numeric, product_labels

__all__ = ["diversion_ratio", "group_diversion_ratio"]


def diversion_ratio(
    segment_shares: xr.DataArray,
    weights: xr.DataArray,
    slope: Numeric,
    category_elasticity: Numeric = 0.0,
    product_dim: str = "model",
    segment_dim: str = "segment",
) -> xr.DataArray:
    """Return the matrix of quantity diversion ratios between products.

    Parameters
    ----------
    segment_shares : DataArray
        Shares within segments; NaN = absent.
    weights : DataArray
        Segment weights, which sum to one.
    slope : DataArray or float
        ``dV / dlog p``, negative.
    category_elasticity : DataArray or float
        Category elasticity, at least 0.
    product_dim, segment_dim : str
        Names of the dims.

    Returns
    -------
    DataArray
        Dims ``(..., product_dim, product_dim + "_to")``: from the first, whose price rises, to the second.
        The diagonal is zero. One minus a row's sum leaves the category: to the outside good, or because of
        the category elasticity. NaN where either product is absent.

    Raises
    ------
    ForkModelError
        As in :func:`~forkmodel.market.derivatives.demand`.
    """
    local = demand(segment_shares, weights, slope, category_elasticity, product_dim, segment_dim)
    return _diversion(local)


def group_diversion_ratio(
    segment_shares: xr.DataArray,
    weights: xr.DataArray,
    slope: Numeric,
    groups: Groups,
    category_elasticity: Numeric = 0.0,
    group_dim: str = "developer",
    product_dim: str = "model",
    segment_dim: str = "segment",
) -> xr.DataArray:
    """Return diversion ratios between groups when all prices of a group rise in proportion.

    Parameters
    ----------
    segment_shares, weights, slope, category_elasticity, product_dim, segment_dim
        As in :func:`diversion_ratio`.
    groups : DataArray or mapping
        Developer, host or access class of each product.
    group_dim : str
        Name of the group dim.

    Returns
    -------
    DataArray
        Dims ``(..., group_dim, group_dim + "_to")``, as in :func:`diversion_ratio`. A group that holds the
        whole of a market of fixed size loses nobody: its row is NaN.

    Raises
    ------
    ForkModelError
        As in :func:`~forkmodel.market.derivatives.demand`, or if a product has no group.
    """
    local = demand(segment_shares, weights, slope, category_elasticity, product_dim, segment_dim)
    return _diversion(group_demand(local, groups, group_dim))


#: Own responses smaller than this (in shares of the market per unit of log price) are rounding, not lost
#: buyers.
NEGLIGIBLE = 1e-14


def _diversion(local: Demand) -> xr.DataArray:
    """Divide the gains of the others by the loss of the item whose price rises."""
    item, to = local.item_dim, f"{local.item_dim}_to"
    # Built with rows = the item that responds, then renamed so that the item whose price rises comes first.
    gain = quantity_derivatives(local, "price_moved").rename({item: to}).rename({"price_moved": item})
    size = len(product_labels(local.quantity, item))
    same = xr.DataArray(np.eye(size, dtype=bool), dims=(item, to))
    loss = -gain.where(same, 0.0).sum(to)
    present = local.present & over_prices(local.present, item, to)
    ratio = gain.where(~same, 0.0) / loss.where(loss > NEGLIGIBLE)
    return ratio.where(present).transpose(..., item, to)
