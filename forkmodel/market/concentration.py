"""Concentration of a market on every draw: HHI, concentration ratios, and what a merger does to the HHI.

Shares are NaN for firms that are absent, and must sum to one over the firms that are present: a share vector
with a part missing understates concentration without saying so. Nothing here averages over draws.
"""

from __future__ import annotations

from functools import partial
from itertools import combinations

import numpy as np
import xarray as xr

from forkmodel.errors import ForkModelError
from forkmodel.market.labels import elementwise, party_labels, require_dims

__all__ = ["concentration_ratio", "hhi", "hhi_delta"]

#: How far the shares of a market may be from a sum of one.
TOLERANCE = 1e-6


def hhi(shares: xr.DataArray, dim: str = "developer", normalise: bool = False) -> xr.DataArray:
    """Return the Herfindahl-Hirschman index on its 0 to 10,000 scale.

    Parameters
    ----------
    shares : DataArray
        Market shares over ``dim``, NaN for absent firms; they sum to one.
    dim : str
        Dim of the firms.
    normalise : bool
        Divide by the sum first, for amounts such as revenue or for shares of a part of the market.

    Returns
    -------
    DataArray
        Index without ``dim``: 10,000 for a monopoly, ``10,000 / n`` for ``n`` equal firms; NaN where no firm
        is present.

    Raises
    ------
    ForkModelError
        If shares are negative or do not sum to one (unless ``normalise``).
    """
    clean = _checked(shares, dim, normalise)
    return (1e4 * (clean**2).sum(dim)).where(clean.notnull().any(dim))


def concentration_ratio(
    shares: xr.DataArray, k: int, dim: str = "developer", normalise: bool = False
) -> xr.DataArray:
    """Return the summed share of the ``k`` largest firms (CR1, CR3, CR4).

    Parameters
    ----------
    shares, dim, normalise
        As in :func:`hhi`.
    k : int
        How many firms to count, at least 1. With fewer firms present the ratio is 1.

    Returns
    -------
    DataArray
        Share between 0 and 1, without ``dim``.

    Raises
    ------
    ForkModelError
        As in :func:`hhi`, or if ``k`` is below 1.
    """
    _check_k(k)
    clean = _checked(shares, dim, normalise)
    largest = elementwise(partial(_sum_largest, k=k), clean.fillna(0.0), core=dim)
    return largest.where(clean.notnull().any(dim))


def hhi_delta(shares: xr.DataArray, *firms: str, dim: str = "developer") -> xr.DataArray:
    """Return the rise of the HHI if firms merge at unchanged shares: ``20,000 s_a s_b`` for two of them.

    Parameters
    ----------
    shares : DataArray
        Market shares over ``dim``; NaN for absent firms.
    *firms : str
        The firms, at least two.
    dim : str
        Dim of the firms.

    Returns
    -------
    DataArray
        Change of the HHI, at least 0: twice the products of all pairs' shares. An absent firm adds nothing.

    Raises
    ------
    ForkModelError
        If a firm is unknown or named twice, or there are fewer than two.
    """
    require_dims(shares, "shares", dim)
    names = party_labels(firms, shares[dim].values)
    parties = [shares.sel({dim: name}, drop=True).fillna(0.0) for name in names]
    # Pair by pair: the square of a sum less the squares would lose the digits of small shares.
    rise = sum((first * second for first, second in combinations(parties, 2)), xr.DataArray(0.0))
    return (2e4 * rise).where(shares.notnull().any(dim))


def _check_k(k: int) -> None:
    if k < 1:
        raise ForkModelError(f"k is {k}: count at least one firm.")


def _checked(shares: xr.DataArray, dim: str, normalise: bool) -> xr.DataArray:
    """Return shares that sum to one, or say by how much they do not."""
    require_dims(shares, "shares", dim)
    if bool((shares < 0.0).any()):
        raise ForkModelError("A share is negative. Set absent firms to NaN and mend the rest.")
    total = shares.sum(dim)
    if normalise:
        return shares / total.where(total > 0.0)
    off = abs(total - 1.0).where(shares.notnull().any(dim))
    if bool((off > TOLERANCE).any()):
        worst = float(total.values.ravel()[np.nanargmax(off.values)])
        raise ForkModelError(
            f"Shares over {dim!r} must sum to 1; one market sums to {worst:.6g}. "
            "Add the missing firms (for example 'other'), or pass normalise=True to measure this part alone."
        )
    return shares


def _sum_largest(values: np.ndarray, k: int) -> np.ndarray:
    """Sum the k largest entries of the last axis."""
    size = values.shape[-1]
    if k >= size:
        total: np.ndarray = values.sum(axis=-1)
    else:
        total = np.partition(values, size - k, axis=-1)[..., size - k :].sum(axis=-1)
    capped: np.ndarray = np.minimum(total, 1.0)
    return capped
