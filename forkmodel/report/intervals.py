"""Bands and intervals, computed once and in one way: equal-tailed quantiles of the draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import xarray as xr

__all__ = [
    "DRAWN",
    "HEADLINE",
    "INTERVALS",
    "Summary",
    "high",
    "low",
    "sample_dims",
    "summarise",
    "summarise_draws",
]

#: Masses of every interval and band that the report shows.
INTERVALS = (0.5, 0.8, 0.95)
#: Masses that charts draw; tables and CSV hold all.
DRAWN = (0.5, 0.8)
#: Mass of the one interval that prose and cards quote.
HEADLINE = 0.8
#: A cell is shown only if at least this part of its draws is finite: quantiles over fewer would describe
#: another event.
MIN_FINITE = 0.95
_SAMPLE_DIMS = ("chain", "draw", "sample")


def low(mass: float) -> str:
    """Return the column name of the lower end of an interval, for example ``low_80``."""
    return f"low_{round(100 * mass)}"


def high(mass: float) -> str:
    """Return the column name of the upper end of an interval, for example ``high_80``."""
    return f"high_{round(100 * mass)}"


def sample_dims(array: xr.DataArray | xr.Dataset) -> tuple[str, ...]:
    """Return the dims of an array that hold draws: ``chain`` and ``draw``, or ``sample``."""
    return tuple(dim for dim in _SAMPLE_DIMS if dim in array.dims)


@dataclass(frozen=True, slots=True)
class Summary:
    """Median and intervals of one quantity.

    Attributes
    ----------
    median : float
        Posterior median.
    intervals : dict of float to (float, float)
        Equal-tailed interval by mass, for every mass in :data:`INTERVALS`.
    draws : int
        Number of finite draws behind the numbers.
    """

    median: float
    intervals: dict[float, tuple[float, float]]
    draws: int

    @property
    def headline(self) -> tuple[float, float]:
        """The interval that prose quotes."""
        return self.intervals[HEADLINE]


def _probabilities() -> list[float]:
    tails = [p for mass in INTERVALS for p in ((1.0 - mass) / 2.0, (1.0 + mass) / 2.0)]
    return [0.5, *tails]


def _columns() -> list[str]:
    return ["median", *(name for mass in INTERVALS for name in (low(mass), high(mass)))]


def summarise_draws(draws: np.ndarray) -> Summary | None:
    """Summarise one quantity.

    Parameters
    ----------
    draws : array
        Draws, any shape.

    Returns
    -------
    Summary or None
        None where fewer than 95 % of the draws are finite.
    """
    values = np.asarray(draws, dtype=float).ravel()
    finite = values[np.isfinite(values)]
    if not len(finite) or len(finite) < MIN_FINITE * len(values):
        return None
    found = np.quantile(finite, _probabilities()).tolist()
    ends = {mass: (found[1 + 2 * i], found[2 + 2 * i]) for i, mass in enumerate(INTERVALS)}
    return Summary(found[0], ends, len(finite))


def summarise(array: xr.DataArray) -> pd.DataFrame:
    """Summarise every cell of a labelled array over its draws.

    Parameters
    ----------
    array : DataArray
        Draws along ``chain`` and ``draw`` (or ``sample``), and any other dims.

    Returns
    -------
    DataFrame
        One row per cell of the other dims, which make up the index; columns ``median``, ``low_50``,
        ``high_50`` and so on for every mass, and ``draws``. Cells with too few finite draws are NaN.
    """
    inner = sample_dims(array)
    outer = [dim for dim in array.dims if dim not in inner]
    values = np.asarray(array.transpose(*outer, *inner).to_numpy(), dtype=float)
    shape = values.shape[: len(outer)]
    flat = values.reshape(int(np.prod(shape)), -1)
    finite = np.isfinite(flat)
    out = np.full((len(flat), len(_columns())), np.nan)
    whole = finite.all(axis=1)
    if whole.any():
        out[whole] = np.quantile(flat[whole], _probabilities(), axis=1).T
    for row in np.flatnonzero(~whole & (finite.mean(axis=1) >= MIN_FINITE)):
        out[row] = np.quantile(flat[row, finite[row]], _probabilities())
    labels = [array[dim].to_numpy() if dim in array.coords else np.arange(array.sizes[dim]) for dim in outer]
    frame = pd.DataFrame(out, columns=_columns())
    frame["draws"] = finite.sum(axis=1)
    if labels:
        frame.index = pd.MultiIndex.from_product(labels, names=[str(dim) for dim in outer])
        if len(outer) == 1:
            frame.index = frame.index.get_level_values(0)
    return frame
