"""First-order merger analysis: upward pricing pressure and the cost reductions that would offset it.

When ``j`` of one party loses a sale, a part ``D_jk`` of it goes to products ``k`` of the other, and after the
merger their margins ``m_k = p_k - c_k`` count. Without any efficiency the pressure on ``j``'s price is

    sum_{k of the others} D_jk m_k,        GUPPI_j = that / p_j,

the value of diverted sales (Farrell and Shapiro 2010; Salop and Moresi 2009). A merger that saves ``E_k`` of
the marginal cost ``c_k`` changes it to

    UPP_j = sum_{k of the others} D_jk (m_k + E_k c_k) + sum_{k of its own} D_jk E_k c_k - E_j c_j.

The compensating marginal cost reduction (Werden 1996) is the saving at which today's prices stay the
equilibrium: the joint firm's conditions at today's prices and shares ask for margins ``m'_j``, so

    CMCR_j = (m'_j - m_j) / c_j.

These are ``upp``, ``guppi`` and ``cmcr`` of R's ``antitrust``, here on the products of the parties alone.
Nothing is assumed of how demand bends.
"""

from __future__ import annotations

from collections.abc import Sequence

import xarray as xr

from forkmodel.market.derivatives import Demand, demand
from forkmodel.market.labels import Groups, Numeric, align_to, group_labels, party_labels
from forkmodel.market.markups import Competitive, lerner_index

__all__ = ["diverted_value", "merged_owners", "upward_pressure"]


def merged_owners(owners: xr.DataArray, parties: Sequence[str]) -> xr.DataArray:
    """Return the owner of each product after the merger: the parties' products belong to one firm."""
    return owners.where(~owners.isin(list(parties)), " + ".join(parties))


def diverted_value(
    segment_shares: xr.DataArray,
    weights: xr.DataArray,
    slope: Numeric,
    value: xr.DataArray,
    category_elasticity: Numeric = 0.0,
    product_dim: str = "model",
    segment_dim: str = "segment",
) -> xr.DataArray:
    """Return what the sales that a product loses to others are worth there, per sale lost.

    It is ``sum over k other than j of D_jk value_k`` with the diversion ratios of
    :func:`~forkmodel.market.diversion.diversion_ratio`, without a matrix of products by products. Its value
    in the margins of another firm is the pressure that a merger with that firm puts on the price.

    Parameters
    ----------
    segment_shares, weights, slope, category_elasticity, product_dim, segment_dim
        As in :func:`~forkmodel.market.diversion.diversion_ratio`.
    value : DataArray
        What a sale of each product is worth, over ``product_dim``; zero where it does not count.

    Returns
    -------
    DataArray
        Dims of the shares without ``segment_dim``, in the unit of ``value``; NaN for a product that loses
        nobody by a rise of its price.

    Raises
    ------
    ForkModelError
        As in :func:`~forkmodel.market.derivatives.demand`.
    """
    local = demand(segment_shares, weights, slope, category_elasticity, product_dim, segment_dim)
    return _diverted(local, align_to(local.quantity, value, "value"))


def upward_pressure(
    segment_shares: xr.DataArray,
    weights: xr.DataArray,
    slope: Numeric,
    owners: Groups,
    parties: Sequence[str],
    price: Numeric,
    category_elasticity: Numeric = 0.0,
    competitive: Competitive = None,
    efficiency: Numeric = 0.0,
    product_dim: str = "model",
    segment_dim: str = "segment",
) -> xr.Dataset:
    """Return the pressure that a merger puts on the price of each product of the parties.

    Parameters
    ----------
    segment_shares, weights, slope, price, category_elasticity, competitive, product_dim, segment_dim
        As in :func:`~forkmodel.market.markups.lerner_index`.
    owners : DataArray or mapping
        Firm that sets the price of each product.
    parties : sequence of str
        The firms that merge.
    efficiency : DataArray or float
        Part of its marginal cost that each product of the parties saves.

    Returns
    -------
    Dataset
        Over ``product_dim``, NaN for products that the parties do not price. ``margin`` before the merger as
        a part of the price; ``guppi`` as a part of the price, without efficiencies; ``upp`` in the currency
        of the prices, with them; ``cmcr`` as a part of marginal cost, NaN where that is not above zero.

    Raises
    ------
    ForkModelError
        As in :func:`~forkmodel.market.markups.lerner_index`, or if the parties are not two known firms.
    """
    local = demand(segment_shares, weights, slope, category_elasticity, product_dim, segment_dim)
    owner = group_labels(owners, local.quantity, product_dim)
    names = party_labels(parties, owner.values)

    def index(of: xr.DataArray) -> xr.DataArray:
        return lerner_index(
            segment_shares,
            weights,
            slope,
            of,
            price,
            category_elasticity,
            competitive,
            product_dim,
            segment_dim,
        )

    before, after = index(owner), index(merged_owners(owner, names))
    full = align_to(before, price, "price") * xr.ones_like(before)
    priced = owner.isin(names) & before.notnull()
    if competitive is not None:
        priced = priced & ~align_to(before, competitive, "competitive").astype(bool)
    margin = (before * full).where(priced, 0.0)
    cost = (full - margin).where(priced)
    saved = (align_to(before, efficiency, "efficiency") * cost).fillna(0.0)
    gross = xr.zeros_like(margin)
    net = -saved
    for name in names:
        own = owner == name
        gross = gross + _diverted(local, margin.where(~own, 0.0)).where(own, 0.0)
        net = net + _diverted(local, saved.where(own, 0.0))
    net = net + gross
    return xr.Dataset(
        {
            "margin": before.where(priced),
            "guppi": (gross / full.where(full > 0.0)).where(priced),
            "upp": net.where(priced),
            "cmcr": ((after - before) * full / cost.where(cost > 0.0)).where(priced),
        }
    )


def _diverted(local: Demand, value: xr.DataArray) -> xr.DataArray:
    """Return ``sum over k other than j of D_jk value_k``, with no matrix of products by products."""
    item, segment = local.item_dim, local.segment_dim
    pull = local.weights * (local.response + local.withdrawal)
    # What a price rise of j brings all products, j itself included, is linear in their segment shares.
    brought: xr.DataArray = -(pull * (local.quantity * value).sum(item)).sum(segment)
    itself = -(pull * local.quantity).sum(segment)
    lost = -(local.weights * local.response).sum(segment) - itself
    return (brought - itself * value) / lost.where(lost > 0.0)
