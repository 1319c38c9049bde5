"""Prices announced for a later day: they are no data of the vintage, and do not move it.

A price list may say today what will hold in November. What held by the vintage is data; an end after it says
only that the price was in force at the vintage, and a price that starts after it was never seen.
"""

from __future__ import annotations

import pandas as pd

from forkmodel.data.cells import cell_text
from forkmodel.errors import Problem

__all__ = ["ANNOUNCED_COLUMNS", "announced_remarks", "without_announced"]

#: Dates that can be known before they come true, by table.
ANNOUNCED_COLUMNS = {"prices": ("effective_from", "effective_to")}
#: Nobody announces a price further ahead; a later date is a typing mistake.
LONGEST_NOTICE_DAYS = 366


def _ahead(prices: pd.DataFrame, column: str, vintage: pd.Timestamp) -> pd.Series:
    latest = max(vintage + pd.Timedelta(days=LONGEST_NOTICE_DAYS), pd.Timestamp.now().normalize())
    return (prices[column] > vintage) & (prices[column] <= latest)


def without_announced(prices: pd.DataFrame, vintage: pd.Timestamp) -> pd.DataFrame:
    """Return prices as they stood at the vintage: later starts left out, later ends still open.

    Parameters
    ----------
    prices : DataFrame
        The table.
    vintage : Timestamp
        Last day that the tables know of.
    """
    started = prices.loc[~_ahead(prices, "effective_from", vintage)]
    return started.assign(
        effective_to=started["effective_to"].where(~_ahead(started, "effective_to", vintage))
    )


def announced_remarks(prices: pd.DataFrame, vintage: pd.Timestamp) -> list[Problem]:
    """Say which dates of a file were taken for announcements.

    Parameters
    ----------
    prices : DataFrame
        The table as read, indexed by CSV line.
    vintage : Timestamp
        Last day that the tables know of.
    """
    day = vintage.date().isoformat()
    remarks = []
    starts, ends = _ahead(prices, "effective_from", vintage), _ahead(prices, "effective_to", vintage)
    for column, mask, what, fix in (
        (
            "effective_from", starts,
            f"the price starts after the vintage {day}: it is announced, and not used",
            "If it was seen in force, write that day as first_observed, or state the vintage in vintage.txt.",
        ),
        (
            "effective_to", ends & ~starts,
            f"the end lies after the vintage {day}: it is announced, and the price counts as in force",
            "Nothing needs to be done; state a later vintage in vintage.txt if the price has ended.",
        ),
    ):  # fmt: skip
        for line, value in prices.loc[mask, column].items():
            remarks.append(Problem("prices", int(str(line)) or None, column, cell_text(value), what, fix))
    return remarks
