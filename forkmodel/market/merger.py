"""Who owns whom after a merger, and what that alone does to concentration.

Prices and shares are left as they are here; :mod:`forkmodel.market.equilibrium` lets prices respond.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from forkmodel.errors import ForkModelError, did_you_mean
from forkmodel.market.concentration import hhi
from forkmodel.market.labels import Groups, group_labels, require_dims
from forkmodel.market.shares import group_shares

__all__ = ["hhi_delta", "merge_owners", "merger_hhi"]


def merge_owners(owners: xr.DataArray, merging: Mapping[str, str]) -> xr.DataArray:
    """Return owner labels after mergers.

    Parameters
    ----------
    owners : DataArray
        Owner of each product, one-dimensional.
    merging : mapping
        Target to acquirer, for example ``{"Cohere": "Mistral AI"}``. Chains are followed: with ``{"A": "B",
        "B": "C"}`` all end with C.

    Returns
    -------
    DataArray
        New labels in the same order.

    Raises
    ------
    ForkModelError
        If a target owns nothing, or the mapping goes round in a circle.
    """
    known = sorted({str(owner) for owner in owners.values})
    final: dict[str, str] = {}
    for target in merging:
        if target not in known:
            raise ForkModelError(
                f"merging names {target!r}, which owns no product. {did_you_mean(target, known)}"
            )
        seen, holder = {target}, merging[target]
        while holder in merging:
            if holder in seen:
                raise ForkModelError(
                    f"merging goes round in a circle at {holder!r}. Name one final acquirer."
                )
            seen.add(holder)
            holder = merging[holder]
        final[target] = holder
    labels = [final.get(str(owner), str(owner)) for owner in owners.values]
    return owners.copy(data=np.array(labels, dtype=object))


def hhi_delta(shares: xr.DataArray, first: str, second: str, dim: str = "developer") -> xr.DataArray:
    """Return the rise of the HHI if two firms merge at unchanged shares: ``20,000 s_a s_b``.

    Parameters
    ----------
    shares : DataArray
        Market shares over ``dim``; NaN for absent firms.
    first, second : str
        The two firms.
    dim : str
        Dim of the firms.

    Returns
    -------
    DataArray
        Change of the HHI, at least 0; zero where one of them is absent.

    Raises
    ------
    ForkModelError
        If a firm is unknown, or both are the same.
    """
    require_dims(shares, "shares", dim)
    names = [str(name) for name in shares[dim].values]
    for firm in (first, second):
        if firm not in names:
            raise ForkModelError(f"No firm {firm!r} along {dim!r}. {did_you_mean(firm, names)}")
    if first == second:
        raise ForkModelError(f"{first!r} cannot merge with itself. Name two firms.")
    pair = shares.sel({dim: first}, drop=True) * shares.sel({dim: second}, drop=True)
    return (2e4 * pair).fillna(0.0).where(shares.notnull().any(dim))


def merger_hhi(
    shares: xr.DataArray, owners: Groups, merging: Mapping[str, str], product_dim: str = "model"
) -> xr.Dataset:
    """Return the HHI before and after mergers at unchanged shares.

    Parameters
    ----------
    shares : DataArray
        Market shares of products, which sum to one over ``product_dim``.
    owners : DataArray or mapping
        Owner of each product before.
    merging : mapping
        Target to acquirer, as in :func:`merge_owners`.
    product_dim : str
        Dim of the products.

    Returns
    -------
    Dataset
        ``hhi_before``, ``hhi_after`` and ``hhi_delta`` (never negative but for rounding), without the product
        dim.

    Raises
    ------
    ForkModelError
        As in :func:`merge_owners` and :func:`~forkmodel.market.concentration.hhi`.
    """
    labels = group_labels(owners, shares, product_dim)
    before = hhi(group_shares(shares, labels, product_dim, "owner"), "owner")
    after = hhi(group_shares(shares, merge_owners(labels, merging), product_dim, "owner"), "owner")
    return xr.Dataset({"hhi_before": before, "hhi_after": after, "hhi_delta": after - before})
