"""How a pool of revenue splits among many small sellers: the two-parameter Pitman-Yor partition.

Hosts and integrators of open models take shares of a common stack. A Pitman-Yor partition with discount ``d``
(``0 <= d < 1``) and strength ``theta`` (``theta > -d``) says how concentrated such a split tends to be with
two numbers: stick ``k`` of the size-biased order takes a fraction ``Beta(1 - d, theta + k d)`` of what is
left, so that

    E[sum of squared shares] = (1 - d) / (1 + theta).

A sample keeps ``n`` sticks; what they leave is the dust of all smaller sellers, which is counted and never
dropped: without it every other share would be too large. See Pitman and Yor (1997),
The two-parameter Poisson-Dirichlet distribution, Annals of Probability 25.
"""

from __future__ import annotations

import numpy as np
import xarray as xr
from scipy.special import betaincinv

from forkmodel.errors import ForkModelError
from forkmodel.market.labels import Numeric, as_array, elementwise, require_dims
from forkmodel.market.remainder import concentration_with_remainder

__all__ = ["partition_concentration", "partition_from_uniforms"]


def partition_from_uniforms(
    discount: Numeric, strength: Numeric, uniforms: xr.DataArray, dim: str = "firm"
) -> xr.Dataset:
    """Turn given uniform random numbers into a partition.

    The same numbers give comparable partitions under different parameters, so two scenarios differ by their
    parameters and not by luck.

    Parameters
    ----------
    discount, strength : DataArray or float
        Parameters, with any dims.
    uniforms : DataArray
        Numbers between 0 and 1 with dim ``dim``, one per stick, and any dims of the draws.
    dim : str
        Dim of the sticks.

    Returns
    -------
    Dataset
        ``share`` (parameter dims and ``dim``), ``dust`` (what the sticks leave) and ``dust_squares`` (the
        expected sum of squared shares within the dust). ``share`` over ``dim`` plus ``dust`` is one.

    Raises
    ------
    ForkModelError
        If a parameter is out of range or the uniforms lack the dim.
    """
    require_dims(uniforms, "uniforms", dim)
    first, second = _stick_parameters(discount, strength, uniforms.sizes[dim], dim)
    fraction = xr.apply_ufunc(betaincinv, first, second, uniforms.drop_vars(dim, errors="ignore"))
    return _break_sticks(fraction, discount, strength, dim)


def partition_concentration(partition: xr.Dataset, dim: str = "firm") -> xr.Dataset:
    """Return the concentration of sampled partitions on every draw.

    Parameters
    ----------
    partition : Dataset
        As from :func:`partition_from_uniforms`.
    dim : str
        Dim of the sticks.

    Returns
    -------
    Dataset
        ``hhi`` (0 to 10,000), ``cr1``, ``cr3``, ``cr4`` and ``effective_firms``. The HHI counts the dust at
        its expected squares, so its mean is ``10,000 (1 - d) / (1 + theta)`` for any number of sticks; the
        ratios count none of the dust.
    """
    dust = partition["dust"]
    return concentration_with_remainder(partition["share"], dim, dust, dust**2 * partition["dust_squares"])


def _checked(discount: Numeric, strength: Numeric) -> tuple[xr.DataArray, xr.DataArray]:
    d, theta = as_array(discount), as_array(strength)
    if bool(((d < 0.0) | (d >= 1.0)).any()):
        raise ForkModelError("discount must be at least 0 and below 1.")
    if bool((theta + d <= 0.0).any()):
        raise ForkModelError("strength must be above minus the discount. Raise the strength.")
    return d, theta


def _stick_parameters(
    discount: Numeric, strength: Numeric, n: int, dim: str
) -> tuple[xr.DataArray, xr.DataArray]:
    """Return the two Beta parameters of each stick, broadcast against each other with the sticks last."""
    if n < 1:
        raise ForkModelError(f"n is {n}: a partition needs at least one stick.")
    d, theta = _checked(discount, strength)
    order = xr.DataArray(np.arange(1, n + 1, dtype=float), dims=dim)
    first, second = xr.broadcast(1.0 - d, theta + d * order)
    return first.transpose(..., dim), second.transpose(..., dim)


def _break_sticks(fraction: xr.DataArray, discount: Numeric, strength: Numeric, dim: str) -> xr.Dataset:
    """Take fractions of what is left, in order; logs keep the far sticks exact."""
    fraction = fraction.transpose(..., dim)
    with np.errstate(divide="ignore"):
        left = elementwise(np.exp, elementwise(np.log1p, -fraction).cumsum(dim))
    before = left.shift({dim: 1}, fill_value=1.0)
    n = fraction.sizes[dim]
    d, theta = _checked(discount, strength)
    squares = (1.0 - d) / (1.0 + theta + n * d)
    dust = left.isel({dim: -1}, drop=True)
    share = (fraction * before).assign_coords({dim: np.arange(1, n + 1)})
    return xr.Dataset({"share": share, "dust": dust, "dust_squares": squares})
