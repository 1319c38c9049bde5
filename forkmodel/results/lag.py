"""The lag: months since closed models first exceeded what open ones have reached."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["DAYS_PER_MONTH", "Records", "lag_months", "months_between", "running_best"]

DAYS_PER_MONTH = 30.44


@dataclass(frozen=True)
class Records:
    """The running best of a tier on every draw, by release and, past the data, by quarter.

    Attributes
    ----------
    best : array (draw, release)
        Running best over releases in the order of their dates.
    days : array (release,) of datetime64
        Dates of the releases.
    later : array (draw, node), optional
        Running best at later dates, between which it grows evenly: what is released in a simulated quarter
        has no day. The first node is the end of the releases.
    later_days : array (node,) of datetime64, optional
        Those dates.
    """

    best: np.ndarray
    days: np.ndarray
    later: np.ndarray | None = None
    later_days: np.ndarray | None = None

    def first_above(self, goal: np.ndarray, until: np.datetime64) -> np.ndarray:
        """Return days from the epoch (draw,) at which a goal (draw,) was first exceeded, NaN if not yet."""
        seen = np.searchsorted(self.days, until, side="right")
        above = self.best[:, :seen] > goal[:, None]
        first = np.full(len(goal), np.nan)
        if seen:
            first = np.where(above.any(1), _epoch_days(self.days)[np.argmax(above, axis=1)], np.nan)
        if self.later is None or self.later_days is None:
            return first
        nodes = int(np.searchsorted(self.later_days, until, side="right"))
        grown = _crossing(self.later[:, :nodes], _epoch_days(self.later_days[:nodes]), goal)
        return np.where(np.isnan(first), grown, first)


def _epoch_days(dates: np.ndarray) -> np.ndarray:
    return np.asarray(dates.astype("datetime64[D]").astype(float))


def _crossing(level: np.ndarray, days: np.ndarray, goal: np.ndarray) -> np.ndarray:
    """Return when a rising path (draw, node), linear between its nodes, exceeds a goal (draw,), or NaN."""
    if not len(days):
        return np.full(len(goal), np.nan)
    rows, last = np.arange(len(goal)), len(days) - 1
    below = (level <= goal[:, None]).sum(1)
    right = np.clip(below, min(1, last), last)
    left = np.maximum(right - 1, 0)
    low, high = level[rows, left], level[rows, right]
    part = np.clip((goal - low) / np.where(high > low, high - low, 1.0), 0.0, 1.0)
    return np.where(below <= last, days[left] + part * (days[right] - days[left]), np.nan)


def lag_months(closed: Records, target: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Return months since closed models first exceeded a target (draw, time); zero where they do not.

    Unlike "months until each record was reached" it is known at every date: no record is dropped for not
    having been caught yet, which is what fakes a shrinking lag.

    Parameters
    ----------
    closed : Records
        The closed tier.
    target : array (draw, time)
        What open models have reached, in the units of the records; NaN where there is none.
    ends : array of datetime64
        Dates at which the lag is read.
    """
    lag = np.zeros(target.shape)
    for column, end in enumerate(ends):
        first = closed.first_above(target[:, column], end)
        waited = months_between(first, float(_epoch_days(np.asarray(end))))
        lag[:, column] = np.where(np.isnan(first), 0.0, np.maximum(waited, 0.0))
        if closed.later is None and not (closed.days <= end).any():
            lag[:, column] = np.nan
    return np.where(np.isnan(target), np.nan, lag)


def months_between(begin: np.ndarray, end: np.ndarray | float) -> np.ndarray:
    """Return the months from days to days, both counted from the epoch."""
    return np.asarray((end - begin) / DAYS_PER_MONTH)


def running_best(index: np.ndarray, released: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Return the best index (draw, time) among models released by each date; NaN before the first."""
    best = np.maximum.accumulate(index, axis=1)
    count = np.searchsorted(released, ends, side="right")
    out = np.full((len(index), len(ends)), np.nan)
    out[:, count > 0] = best[:, count[count > 0] - 1]
    return out
