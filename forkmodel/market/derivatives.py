"""Derivatives of quantities in log prices: the one formula behind elasticities, diversion ratios and markups.

Quantity of product ``j`` is ``q_j = sum_s Q_s s_sj`` with segment totals

    Q_s = w_s Q_0 P_s^(-e_s),        P_s = (sum_j exp(V_sj))^(-1 / eta_s),

where ``P_s`` is the segment's log-sum price index and ``e_s`` the category elasticity: how the segment's
total quantity responds when all its prices rise together. ``e_s = 0`` is a market of fixed size. In log-price
form ``dlog P_s / dlog p_k = s_sk`` exactly; in level form the same expression is the Divisia index, which
holds locally. With ``b_sk = dV_sk / dlog p_k`` and current weights ``w_s``,

    dq_j / dlog p_k = sum_s w_s s_sj [b_sk (1{j = k} - s_sk) - e_s s_sk].

With a floor under prices (``V = a - eta log(p + c)``) the index is one of ``p + c`` and moves by
``s_sk p_k / (p_k + c)``: there ``e_s`` is replaced by ``e_s p_k / (p_k + c)``, a category elasticity with the
product dim.

An outside good is whatever the shares of a segment leave of one; it needs no term of its own. The formula is
linear in a sum over products, so it gives the response of a group to a common proportional change of another
group's prices when ``s_sj``, ``b_sj s_sj`` and ``e_s s_sj`` are first summed by group: no product-by-product
matrix is built for that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from forkmodel.errors import ForkModelError
from forkmodel.market.labels import (
    Groups,
    Numeric,
    align_to,
    as_array,
    membership,
    product_labels,
    require_dims,
    sum_by_group,
)
from forkmodel.market.shares import check_segment_shares, check_weights

__all__ = ["Demand", "demand", "group_demand", "over_prices", "quantity_derivatives"]


@dataclass(frozen=True, slots=True)
class Demand:
    """Local demand in one market: everything its first derivatives depend on.

    Attributes
    ----------
    quantity : DataArray
        Segment shares ``s_sj`` with zeros for absent items, dims ``(..., segment, item)``.
    response : DataArray
        ``b_sj s_sj``, zero for absent items.
    weights : DataArray
        Segment weights.
    withdrawal : DataArray
        ``e_s s_sj``: by how much the segment's total falls per unit of the item's log price.
    present : DataArray
        Whether the item is on offer in any segment.
    item_dim, segment_dim : str
        Names of the two dims.
    """

    quantity: xr.DataArray
    response: xr.DataArray
    weights: xr.DataArray
    withdrawal: xr.DataArray
    present: xr.DataArray
    item_dim: str
    segment_dim: str


def demand(
    segment_shares: xr.DataArray,
    weights: xr.DataArray,
    slope: Numeric,
    category_elasticity: Numeric = 0.0,
    product_dim: str = "model",
    segment_dim: str = "segment",
) -> Demand:
    """Check and line up the ingredients of local demand.

    Parameters
    ----------
    segment_shares : DataArray
        Shares within segments, dims ``product_dim`` and ``segment_dim`` and any others; NaN = absent.
    weights : DataArray
        Segment weights, which sum to one.
    slope : DataArray or float
        ``dV / dlog p``, negative; see :mod:`forkmodel.market.slopes`.
    category_elasticity : DataArray or float
        Category elasticity, at least 0; by segment if it has that dim. Where utility has a price floor,
        multiply it by :func:`~forkmodel.market.slopes.price_exposure`.
    product_dim, segment_dim : str
        Names of the dims.

    Returns
    -------
    Demand
        The ingredients, in the label order of the shares.

    Raises
    ------
    ForkModelError
        If shares, weights, slopes or elasticities are out of range or labels are missing.
    """
    shares = check_segment_shares(segment_shares, product_dim, segment_dim)
    aligned = check_weights(shares, weights, segment_dim)
    steep = align_to(shares, slope, "slope")
    if bool((steep > 0.0).any()):
        raise ForkModelError(
            "slope is dV/dlog p and must be negative. Use log_price_slope or floored_price_slope."
        )
    category = align_to(shares, as_array(category_elasticity), "category_elasticity")
    if bool((category < 0.0).any()):
        raise ForkModelError(
            "category_elasticity must be at least 0: it is the size of the fall in total quantity."
        )
    if bool((shares.notnull() & (shares > 0.0) & (shares * steep).isnull()).any()):
        raise ForkModelError(
            "A product with a share has no slope. Give every product on offer a price response."
        )
    return Demand(
        quantity=shares.fillna(0.0),
        response=(shares * steep).fillna(0.0),
        weights=aligned,
        withdrawal=(shares * category).fillna(0.0).transpose(*shares.dims, ...),
        present=shares.notnull().any(segment_dim),
        item_dim=product_dim,
        segment_dim=segment_dim,
    )


def group_demand(local: Demand, groups: Groups, group_dim: str) -> Demand:
    """Sum local demand by group, for price changes that move all prices of a group in proportion."""
    require_dims(local.quantity, "segment shares", local.item_dim)
    table = membership(groups, local.quantity, local.item_dim, group_dim)
    return Demand(
        quantity=sum_by_group(local.quantity, table, local.item_dim),
        response=sum_by_group(local.response, table, local.item_dim),
        weights=local.weights,
        withdrawal=sum_by_group(local.withdrawal, table, local.item_dim),
        present=sum_by_group(local.present.astype(float), table, local.item_dim) > 0.0,
        item_dim=group_dim,
        segment_dim=local.segment_dim,
    )


def quantity_derivatives(local: Demand, price_dim: str) -> xr.DataArray:
    """Return ``dq_j / dlog p_k`` for every pair.

    Parameters
    ----------
    local : Demand
        Local demand.
    price_dim : str
        Name of the dim of the price that moves, ``k``.

    Returns
    -------
    DataArray
        Dims ``(..., item_dim, price_dim)``, in units of the market's quantity; 8 bytes per pair and draw.
    """
    item, segment = local.item_dim, local.segment_dim
    weighted = local.quantity * local.weights
    pull = over_prices(local.response + local.withdrawal, item, price_dim)
    own = over_prices((local.response * local.weights).sum(segment), item, price_dim)
    cross = xr.dot(weighted, pull, dim=segment)
    labels = product_labels(local.quantity, item)
    same = xr.DataArray(np.eye(len(labels)), dims=(item, price_dim))
    derivative: xr.DataArray = own * same - cross
    return derivative.transpose(..., item, price_dim)


def over_prices(array: xr.DataArray, item: str, price_dim: str) -> xr.DataArray:
    """Rename the item dim; side coordinates such as ``developer`` stay with the item, not the price."""
    side = [name for name, coord in array.coords.items() if name != item and item in coord.dims]
    return array.drop_vars(side).rename({item: price_dim})
