"""Simulated mergers: concentration, ownership and the price equilibrium before and after.

A merger moves the parties' products to one owner and may lower their marginal costs. Marginal costs before it
are those at which today's prices are a Bertrand-Nash equilibrium of today's owners; every firm then sets its
prices anew. Products sold at marginal cost and free ones keep their prices and take buyers.

Such an equilibrium need not exist. Where demand is inelastic no price is high enough, which shows before
anything is solved: in the log form the implied cost, with the floor that buyers see, is not above zero. Those
draws are left out and counted, as are those in which prices did not settle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from forkmodel.market.concentration import hhi_delta
from forkmodel.market.equilibrium import consumer_loss, equilibrium_prices, shares_at
from forkmodel.market.labels import Groups, Numeric, align_to, group_labels, party_labels, require_dims
from forkmodel.market.markups import Competitive, lerner_index
from forkmodel.market.price_response import PriceResponse
from forkmodel.market.remainder import concentration_with_remainder
from forkmodel.market.upward_pressure import merged_owners

__all__ = [
    "HIGHLY_CONCENTRATED",
    "SIGNIFICANT_RISE",
    "UNDUE_SHARE",
    "merger_concentration",
    "merger_equilibrium",
    "sound_costs",
]

Floats = NDArray[np.float64]

#: Guideline 1 of the US merger guidelines of 18 December 2023: a merger is presumed to lessen competition
#: where the HHI after it is above the first and has risen by more than the second, or where the merged firm
#: has more than the third and the HHI has risen by more than the second.
HIGHLY_CONCENTRATED = 1800.0
SIGNIFICANT_RISE = 100.0
UNDUE_SHARE = 0.3


def merger_concentration(
    amounts: xr.DataArray,
    parties: Sequence[str],
    dim: str = "firm",
    remainder: Numeric = 0.0,
    squares: Numeric = 0.0,
) -> xr.Dataset:
    """Return the HHI before and after a merger at unchanged shares, and which lines it crosses.

    Parameters
    ----------
    amounts, dim, remainder, squares
        As in :func:`~forkmodel.market.remainder.concentration_with_remainder`.
    parties : sequence of str
        The firms that merge.

    Returns
    -------
    Dataset
        ``share`` of the merged firm, ``hhi_before``, ``hhi_after`` and ``hhi_delta``; ``above_hhi_line`` and
        ``above_share_line``, 1 where the structural presumption of the guidelines holds, else 0. Without
        ``dim``; NaN where nothing is sold.

    Raises
    ------
    ForkModelError
        If a firm is unknown, or they are not two different ones.
    """
    require_dims(amounts, "amounts", dim)
    names = party_labels(parties, amounts[dim].values)
    before = concentration_with_remainder(amounts, dim, remainder, squares)["hhi"]
    total = amounts.sum(dim) + align_to(amounts, remainder, "remainder")
    share = amounts / total.where(total > 0.0)
    rise = hhi_delta(share, *names, dim=dim).where(before.notnull())
    joint = share.sel({dim: names}).sum(dim).where(before.notnull())
    steep = rise > SIGNIFICANT_RISE
    return xr.Dataset(
        {
            "share": joint,
            "hhi_before": before,
            "hhi_after": before + rise,
            "hhi_delta": rise,
            "above_hhi_line": (steep & (before + rise > HIGHLY_CONCENTRATED)).where(before.notnull()),
            "above_share_line": (steep & (joint > UNDUE_SHARE)).where(before.notnull()),
        }
    )


def sound_costs(lerner: xr.DataArray, price: Numeric, response: PriceResponse) -> xr.DataArray:
    """Return whether prices can be an equilibrium: no implied cost is below what the form allows.

    Parameters
    ----------
    lerner : DataArray
        Lerner index over products, the last dim; NaN where there is none.
    price : DataArray or float
        Prices.
    response : PriceResponse
        How utility moves with price.

    Returns
    -------
    DataArray
        Booleans without the product dim.
    """
    full = align_to(lerner, price, "price") * xr.ones_like(lerner)
    return ((full * (1.0 - lerner) > response.least_cost) | lerner.isnull()).all(str(lerner.dims[-1]))


def merger_equilibrium(
    segment_shares: xr.DataArray,
    weights: xr.DataArray,
    response: PriceResponse,
    owners: Groups,
    parties: Sequence[str],
    price: Numeric,
    competitive: Competitive = None,
    efficiency: Numeric = 0.0,
    product_dim: str = "model",
    segment_dim: str = "segment",
) -> xr.Dataset:
    """Return prices, quantities, profits and what buyers lose once merged firms have set their prices anew.

    Parameters
    ----------
    segment_shares, weights, price, competitive, product_dim, segment_dim
        As in :func:`~forkmodel.market.markups.lerner_index`, in a market with a fixed number of buyers.
    response : PriceResponse
        How utility moves with price, with a coefficient for each segment.
    owners : DataArray or mapping
        Firm that sets the price of each product.
    parties : sequence of str
        The firms that merge.
    efficiency : DataArray or float
        Part of its marginal cost that each product of the parties saves.

    Returns
    -------
    Dataset
        Over ``product_dim``: ``price_before``, ``price_after``, ``cost_before``, ``quantity_before``,
        ``quantity_after`` (shares of the market), ``profit_before`` and ``profit_after`` (margin times
        quantity; zero for products that nobody prices). Without it: ``consumer_loss`` per buyer of the
        market, in the currency of the prices, and ``solved``. What is not solved is NaN.

    Raises
    ------
    ForkModelError
        As in :func:`~forkmodel.market.markups.lerner_index`, or if the parties are not two known firms.
    """
    shares = segment_shares.transpose(..., segment_dim, product_dim)
    owner = group_labels(owners, shares, product_dim)
    names = party_labels(parties, owner.values)
    at_price = align_to(shares, price, "price")
    slope = response.derivative(at_price) * at_price
    lerner = lerner_index(
        shares,
        weights,
        slope,
        owner,
        at_price,
        competitive=competitive,
        product_dim=product_dim,
        segment_dim=segment_dim,
    )
    full = at_price * xr.ones_like(lerner)
    cost = full * (1.0 - lerner.fillna(0.0))
    free = xr.zeros_like(owner, dtype=bool)
    if competitive is not None:
        free = align_to(owner, competitive, "competitive").astype(bool)
    spared = align_to(lerner, efficiency, "efficiency") * (owner.isin(names) & ~free)
    code = np.unique(merged_owners(owner, names).values.astype(str), return_inverse=True)[1]
    core = [segment_dim, product_dim]
    found = xr.apply_ufunc(
        _over_rows,
        shares.fillna(0.0),
        align_to(shares, weights, "weights"),
        align_to(shares, response.coefficient, "the coefficient of price"),
        full.transpose(..., product_dim),
        cost * (1.0 - spared),
        kwargs={"response": response, "owner": np.where(free.values, -1, code)},
        input_core_dims=[core, [segment_dim], [segment_dim], [product_dim], [product_dim]],
        output_core_dims=[[product_dim], [product_dim], [product_dim], [], []],
    )
    after, quantity, sold, loss, solved = found
    # A draw counts only if prices before are an equilibrium too.
    solved = solved & sound_costs(lerner, at_price, response)
    profit_before = sold * (full - cost)
    profit_after = quantity * (after - cost * (1.0 - spared))
    made = xr.Dataset(
        {
            "price_after": after,
            "quantity_after": quantity,
            "profit_before": profit_before,
            "profit_after": profit_after,
            "consumer_loss": loss,
        }
    )
    kept = {"price_before": full, "cost_before": cost, "quantity_before": sold, "solved": solved}
    return made.where(solved).assign(kept)


def _over_rows(
    share: Floats,
    weights: Floats,
    coefficient: Floats,
    price: Floats,
    cost: Floats,
    response: PriceResponse,
    owner: NDArray[np.intp],
) -> tuple[Floats, Floats, Floats, Floats, NDArray[np.bool_]]:
    """Flatten the leading dims into rows, solve for the prices that somebody sets, and put them back."""
    leading = np.broadcast_shapes(
        share.shape[:-2], weights.shape[:-1], coefficient.shape[:-1], price.shape[:-1], cost.shape[:-1]
    )

    def rows(array: Floats, core: int) -> Floats:
        tail = array.shape[array.ndim - core :]
        return np.broadcast_to(array, leading + tail).reshape(-1, *tail)

    share, weights, price, cost = rows(share, 2), rows(weights, 1), rows(price, 1), rows(cost, 1)
    plain = replace(response, coefficient=rows(coefficient, 1)[..., None])  # type: ignore[type-var]
    sets = np.flatnonzero(owner >= 0)
    # Offers whose prices stand still are as good as an outside good to those that move.
    after = price.copy()
    moved, solved = equilibrium_prices(
        share[..., sets], weights, plain, price[:, sets], cost[:, sets], owner[sets]
    )
    after[:, sets] = np.where(solved[:, None], moved, price[:, sets])
    sold = np.einsum("rs,rsj->rj", weights, share)
    quantity = np.einsum("rs,rsj->rj", weights, shares_at(share, plain, price, after))
    loss = consumer_loss(share, weights, plain, price, after)
    products = (*leading, price.shape[-1])
    return (
        after.reshape(products),
        quantity.reshape(products),
        sold.reshape(products),
        loss.reshape(leading),
        solved.reshape(leading),
    )
