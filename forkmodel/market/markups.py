"""Markups implied by Bertrand-Nash pricing, and the marginal costs that go with them.

A firm with market power prices above cost by as much as its demand allows. Given shares, price responses and
who owns what, the first-order conditions give the Lerner index ``(p - c) / p`` of each product, which for a
software seller is its gross margin: a number to hold against reported margins.

When there is no answer
-----------------------
In a market of fixed size without an outside good (category elasticity 0, shares that sum to one) a firm that
owns everything on offer has no reason to stop raising prices: its conditions have no finite solution and its
products are NaN. Short of that the formula gives a number, but a Lerner index of one or more means that
demand at these prices is inelastic and the implied cost is negative: such prices cannot be a one-shot Nash
optimum of this demand. With a price sensitivity ``eta`` below one that is so for every product, with or
without an outside good, unless a category elasticity above one adds to it. It is a finding about the model or
the firms' aims (growth now, profit later), so it is returned and not hidden.
"""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from forkmodel.errors import ForkModelError
from forkmodel.market.derivatives import Demand, demand
from forkmodel.market.first_order import firm_markups
from forkmodel.market.labels import Groups, Numeric, align_to, group_labels, require_dims

__all__ = ["Competitive", "lerner_index"]

#: Booleans over the products, True for those sold at marginal cost; None for none of them.
Competitive = xr.DataArray | None


def _owner_codes(
    owners: Groups, reference: xr.DataArray, dim: str, competitive: Competitive = None
) -> NDArray[np.intp]:
    """Return the number of each product's owner, in the order of ``reference``; -1 for competitive ones."""
    labels = group_labels(owners, reference, dim)
    code = np.unique(labels.values.astype(str), return_inverse=True)[1].astype(np.intp)
    if competitive is None:
        return code
    if competitive.dims != (dim,):
        raise ForkModelError(f"competitive has dims {competitive.dims} where ({dim!r},) is needed.")
    takers = align_to(reference, competitive, "competitive").values.astype(bool)
    return np.where(takers, -1, code).astype(np.intp)


def _prepare_prices(local: Demand, price: Numeric, competitive: Competitive = None) -> xr.DataArray:
    """Return prices in the product order of ``local``, once every product on offer has one.

    A price of zero is one only for a competitive product: nobody sets it, so nothing is divided by it.

    Raises
    ------
    ForkModelError
        If a product on offer has no price, or one that is not positive and that its owner would set.
    """
    aligned = align_to(local.quantity, price, "price")
    product = local.quantity.isel({local.segment_dim: 0}, drop=True)
    full = aligned if local.item_dim in aligned.dims else aligned * xr.ones_like(product)
    require_dims(full, "price", local.item_dim)
    free = xr.zeros_like(product, dtype=bool)
    if competitive is not None:
        free = (full == 0.0) & align_to(product, competitive, "competitive").astype(bool)
    if bool((local.present & ~(full > 0.0) & ~free).any()):
        raise ForkModelError(
            "Every product on offer needs a positive price. Name free products in competitive: they take "
            "diverted buyers and have no margin of their own."
        )
    return full.where(local.present, 1.0)


def lerner_index(
    segment_shares: xr.DataArray,
    weights: xr.DataArray,
    slope: Numeric,
    owners: Groups,
    price: Numeric = 1.0,
    category_elasticity: Numeric = 0.0,
    competitive: Competitive = None,
    product_dim: str = "model",
    segment_dim: str = "segment",
) -> xr.DataArray:
    """Return the Lerner index (gross margin) of each product under multi-product Bertrand-Nash pricing.

    Parameters
    ----------
    segment_shares : DataArray
        Shares of quantity within segments; NaN = absent. Where they sum to less than one, the rest is the
        outside good.
    weights : DataArray
        Segment weights, which sum to one.
    slope : DataArray or float
        ``dV / dlog p``, negative.
    owners : DataArray or mapping
        Firm that sets the price of each product.
    price : DataArray or float
        Prices paid, positive (or 0 for a competitive product), in any currency. Only relative prices of one
        owner's products matter, so firms with one product need none.
    category_elasticity : DataArray or float
        Category elasticity, at least 0.
    competitive : DataArray of bool, optional
        Products sold at marginal cost, such as open models that any host can serve, and free offers: their
        index is zero (NaN at a price of zero) and their owner does not count sales diverted to them. They
        stay in the market, because they take buyers from the others.
    product_dim, segment_dim : str
        Names of the dims.

    Returns
    -------
    DataArray
        ``(p - c) / p`` with the leading dims and ``product_dim`` last. One or more where the implied cost is
        negative; NaN for absent products and where a firm's conditions have no finite solution (it owns all
        of a market of fixed size).

    Raises
    ------
    ForkModelError
        As in :func:`~forkmodel.market.derivatives.demand`, or if a price or an owner is missing.
    """
    local = demand(segment_shares, weights, slope, category_elasticity, product_dim, segment_dim)
    full = _prepare_prices(local, price, competitive)
    owner = _owner_codes(owners, local.quantity, product_dim, competitive)
    margin: xr.DataArray = xr.apply_ufunc(
        _over_rows,
        local.quantity,
        local.response,
        local.weights,
        local.withdrawal,
        full,
        kwargs={"owner": owner},
        input_core_dims=[
            *[[segment_dim, product_dim]] * 2,
            [segment_dim],
            [segment_dim, product_dim],
            [product_dim],
        ],
        output_core_dims=[[product_dim]],
    )
    lerner = (margin / full.where(full > 0.0)).transpose(*margin.dims)
    taker = xr.DataArray(owner < 0, dims=product_dim) & (full > 0.0)
    return lerner.where(~taker | ~local.present, 0.0).transpose(*margin.dims)


def _over_rows(
    quantity: NDArray[np.float64],
    response: NDArray[np.float64],
    weights: NDArray[np.float64],
    withdrawal: NDArray[np.float64],
    price: NDArray[np.float64],
    owner: NDArray[np.intp],
) -> NDArray[np.float64]:
    """Flatten the leading dims into rows, solve, and put them back."""
    arrays = (quantity, response, weights, withdrawal, price)
    cores = (2, 2, 1, 2, 1)
    leading = np.broadcast_shapes(
        *(array.shape[: array.ndim - core] for array, core in zip(arrays, cores, strict=True))
    )
    rows = [
        np.broadcast_to(array, leading + array.shape[array.ndim - core :]).reshape(
            -1, *array.shape[array.ndim - core :]
        )
        for array, core in zip(arrays, cores, strict=True)
    ]
    margin = firm_markups(rows[0], rows[1], rows[2], rows[3], rows[4], owner)
    return margin.reshape(*leading, -1)
