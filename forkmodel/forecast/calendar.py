"""The quarters of a forecast: when flows happen, when stocks are read, how much time passes between."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from forkmodel.dates import read_span
from forkmodel.errors import ForkModelError

__all__ = ["Calendar", "quarter_number"]

DAYS_PER_QUARTER = 365.25 / 4.0
DAYS_PER_YEAR = 365.25
#: A forecast further out than this is not a forecast.
LONGEST_YEARS = 50


def quarter_number(times: pd.DatetimeIndex) -> np.ndarray:
    """Return calendar quarters counted from year zero: the address of their random numbers."""
    return np.asarray(4 * times.year + times.quarter - 1)


@dataclass(frozen=True)
class Calendar:
    """Quarters from the last one with data (place 0) to the horizon.

    Attributes
    ----------
    times : DatetimeIndex
        Quarter starts; flows are rates at these dates.
    ends : array of datetime64
        Dates at which stocks are read: quarter ends, and the vintage for the last quarter with data.
    """

    times: pd.DatetimeIndex
    ends: np.ndarray

    @classmethod
    def from_vintage(cls, vintage: pd.Timestamp, horizon: str) -> Calendar:
        """Lay out the quarters.

        Parameters
        ----------
        vintage : Timestamp
            Last day of the data.
        horizon : str
            A day, month, quarter or year whose last day's quarter is the last one, such as ``2036-12``.

        Raises
        ------
        ForkModelError
            If the horizon is not a date, not in a quarter after that of the vintage, or absurdly far.
        """
        last = pd.Timestamp(read_span(horizon, "the horizon").last)
        first = vintage.to_period("Q").start_time
        following = first + pd.offsets.QuarterBegin(startingMonth=1)
        if last < following:
            raise ForkModelError(
                f"the horizon {horizon} is not after the quarter of the data, which end on {vintage.date()}; "
                f"give {following:%Y-%m} or later."
            )
        latest = first + pd.DateOffset(years=LONGEST_YEARS) - pd.Timedelta(days=1)
        if last > latest:
            raise ForkModelError(
                f"the horizon {horizon} is more than {LONGEST_YEARS} years after the data; give "
                f"{latest:%Y-%m} or earlier."
            )
        times = pd.date_range(first, last, freq="QS")
        ends = (times + pd.offsets.QuarterEnd(0)).to_numpy("datetime64[D]")
        ends[0] = min(ends[0], np.datetime64(vintage, "D"))
        return cls(times=times, ends=ends)

    def __len__(self) -> int:
        """Return the number of quarters, the one with data included."""
        return len(self.times)

    @cached_property
    def numbers(self) -> np.ndarray:
        """Calendar quarters, for random numbers."""
        return quarter_number(self.times)

    @cached_property
    def years(self) -> np.ndarray:
        """Decimal years at which stocks are read."""
        stamps = pd.DatetimeIndex(self.ends)
        return np.asarray(stamps.year + (stamps.day_of_year - 1) / DAYS_PER_YEAR, dtype=float)

    @cached_property
    def stock_steps(self) -> np.ndarray:
        """Quarters that pass between one reading of stocks and the next; zero at place 0."""
        days = np.diff(self.ends) / np.timedelta64(1, "D")
        return np.concatenate([[0.0], days / DAYS_PER_QUARTER])
