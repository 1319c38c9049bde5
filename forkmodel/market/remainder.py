"""Concentration of a market of which one part belongs to sellers that are not told apart.

Tables follow some firms one by one and lump the rest together. Such a remainder is no firm: taken for one it
raises the HHI by up to the square of its share, and left out it does the same by making every other share
larger. What can be said of it lies between two bounds on the sum ``R`` of its squared shares, for a remainder
of share ``r``:

    0        nobody in it is of any size (the lower bound on the HHI),
    r ** 2   it is one firm after all (the upper bound).

The functions here take the remainder's size and ``R`` as they are known, such as the expected squares of a
partition's dust. Sellers of whom something is known are firms of their own (:func:`known_parts`) and no
longer in it. A concentration ratio never counts a remainder among the largest.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from forkmodel.errors import ForkModelError
from forkmodel.market.labels import Numeric, align_to, require_dims

__all__ = ["RATIOS", "concentration_with_remainder", "known_parts"]

#: Numbers of largest firms whose summed share is reported.
RATIOS = (1, 3, 4)
#: How far squares may be above those of a single firm: rounding.
ROUNDING = 1e-9


def concentration_with_remainder(
    amounts: xr.DataArray, dim: str = "firm", remainder: Numeric = 0.0, squares: Numeric = 0.0
) -> xr.Dataset:
    """Return the concentration of a market on every draw, with a remainder beside the firms.

    Parameters
    ----------
    amounts : DataArray
        Revenue, shares or any other additive amount over ``dim``; NaN for absent firms.
    dim : str
        Dim of the firms.
    remainder : DataArray or float
        Amount, in the same unit, of sellers that are not told apart.
    squares : DataArray or float
        Sum of the squared amounts of those sellers, between zero and ``remainder ** 2``.

    Returns
    -------
    Dataset
        ``hhi`` (0 to 10,000), ``cr1``, ``cr3``, ``cr4`` and ``effective_firms``, without ``dim``; NaN where
        nothing is sold.

    Raises
    ------
    ForkModelError
        If an amount or the squares are negative, or the dim is missing.
    """
    require_dims(amounts, "amounts", dim)
    rest = align_to(amounts, remainder, "remainder")
    inside = align_to(amounts, squares, "squares")
    # Firms come last and absent ones are zeros from here on, so that no step looks for either again.
    firms = amounts.transpose(..., dim).fillna(0.0)
    values = firms.to_numpy()
    if bool((values < 0.0).any()) or bool((rest < 0.0).any()) or bool((inside < -ROUNDING * rest**2).any()):
        raise ForkModelError("An amount is negative. Set absent firms to NaN and mend the rest.")
    market = firms.isel({dim: 0}, drop=True)
    followed = market.copy(data=values.sum(-1))
    total = (followed + rest).where(followed + rest > 0.0)
    # Scaled first: the squares of amounts in dollars or of many draws from a wide prior would overflow.
    hhi = 1e4 * (((firms / total) ** 2).sum(dim, skipna=False) + inside / total**2)
    part = (followed / total).where((followed > 0.0) | total.isnull(), 0.0)
    largest = _largest(values, max(RATIOS)) / np.where(followed > 0.0, followed, 1.0)[..., None]
    ratios = {f"cr{k}": part * market.copy(data=np.minimum(largest[..., :k].sum(-1), 1.0)) for k in RATIOS}
    return xr.Dataset({"hhi": hhi, **ratios, "effective_firms": 1e4 / hhi.where(hhi > 0.0)})


def _largest(values: np.ndarray, k: int) -> np.ndarray:
    """Return the ``k`` largest entries of the last axis, or all if there are fewer, in falling order."""
    if k < values.shape[-1]:
        values = np.partition(values, -k, axis=-1)[..., -k:]
    return -np.sort(-values, axis=-1)


def known_parts(remainder: xr.DataArray, known: xr.DataArray, dim: str = "developer") -> xr.DataArray:
    """Return what sellers of whom something is known hold of a remainder.

    A seller gets what another source says it earns, never more; if they would earn more than the remainder
    together, all get less in proportion. What is left belongs to sellers of whom nothing is known.

    Parameters
    ----------
    remainder : DataArray
        Amount of the remainder.
    known : DataArray
        What the other source gives each seller, in the same unit, over ``dim``; NaN for absent sellers.

    Returns
    -------
    DataArray
        Amounts over ``dim``, in sum at most the remainder.
    """
    require_dims(known, "known", dim)
    amount = known.fillna(0.0)
    together = amount.sum(dim, skipna=False)
    larger = together.where(together > remainder, remainder)
    scale = (remainder / larger.where(larger > 0.0)).fillna(0.0)
    return (amount * scale).transpose(*amount.dims)
