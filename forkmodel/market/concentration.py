"""Concentration of a market on every draw: HHI, concentration ratios, effective firms, and who leads.

Shares are NaN for firms that are absent, and must sum to one over the firms that are present: a share vector
with a part missing understates concentration without saying so. Nothing here averages over draws: an
indicator such as :func:`rank_stability` is 0 or 1 on each draw and its mean over draws is the probability.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import xarray as xr

from forkmodel.errors import ForkModelError
from forkmodel.market.labels import align_to, elementwise, require_dims

__all__ = ["concentration_ratio", "effective_firms", "hhi", "leader", "rank_stability", "top_firms"]

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


def effective_firms(shares: xr.DataArray, dim: str = "developer", normalise: bool = False) -> xr.DataArray:
    """Return the effective number of firms: 10,000 divided by the HHI.

    Parameters
    ----------
    shares, dim, normalise
        As in :func:`hhi`.

    Returns
    -------
    DataArray
        Number of equal firms with the same HHI, at least 1.

    Raises
    ------
    ForkModelError
        As in :func:`hhi`.
    """
    return 1e4 / hhi(shares, dim, normalise)


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


def top_firms(shares: xr.DataArray, k: int, dim: str = "developer") -> xr.DataArray:
    """Return which firms are among the ``k`` largest.

    Parameters
    ----------
    shares : DataArray
        Shares or amounts over ``dim``; NaN for absent firms.
    k : int
        How many firms to count. Firms tied for the last place are all in.
    dim : str
        Dim of the firms.

    Returns
    -------
    DataArray
        Booleans with the dims of the shares; False for absent firms.

    Raises
    ------
    ForkModelError
        If ``k`` is below 1 or the dim is missing.
    """
    _check_k(k)
    require_dims(shares, "shares", dim)
    bar = elementwise(partial(_kth_largest, k=k), shares.fillna(-np.inf), core=dim)
    return ((shares >= bar) & shares.notnull()).transpose(*shares.dims)


def leader(shares: xr.DataArray, dim: str = "developer") -> xr.DataArray:
    """Return an indicator of the largest firm; its mean over draws is each firm's probability to lead.

    Parameters
    ----------
    shares, dim
        As in :func:`top_firms`.

    Returns
    -------
    DataArray
        1 for the leader and 0 for the rest, ties split equally; NaN where no firm is present.

    Raises
    ------
    ForkModelError
        If the dim is missing.
    """
    first = top_firms(shares, 1, dim).astype(float)
    return first / first.sum(dim).where(shares.notnull().any(dim))


def rank_stability(
    earlier: xr.DataArray, later: xr.DataArray, k: int = 1, dim: str = "developer"
) -> xr.DataArray:
    """Return whether the same ``k`` firms lead at two times.

    Parameters
    ----------
    earlier, later : DataArray
        Shares at the two times (select them first). Firms missing from one of them count as absent there.
    k : int
        How many leading firms to compare, as a set.
    dim : str
        Dim of the firms.

    Returns
    -------
    DataArray
        1 where the leading firms are the same and 0 where not, on every draw; the mean over draws is the
        probability. NaN where a market has no firm at either time.

    Raises
    ------
    ForkModelError
        If ``k`` is below 1 or a dim is missing.
    """
    for name, shares in (("earlier", earlier), ("later", later)):
        require_dims(shares, f"{name} shares", dim)
    if dim in earlier.indexes and dim in later.indexes:
        firms = earlier.indexes[dim].union(later.indexes[dim])
        earlier, later = earlier.reindex({dim: firms}), later.reindex({dim: firms})
    later = align_to(earlier, later, "later shares")
    same = (top_firms(earlier, k, dim) == top_firms(later, k, dim)).all(dim)
    there = earlier.notnull().any(dim) & later.notnull().any(dim)
    return same.astype(float).where(there)


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


def _kth_largest(values: np.ndarray, k: int) -> np.ndarray:
    """Return the k-th largest entry of the last axis, kept as a bar that absent firms never clear."""
    size = values.shape[-1]
    kth: np.ndarray = (
        values.min(axis=-1) if k >= size else np.partition(values, size - k, axis=-1)[..., size - k]
    )
    return kth
