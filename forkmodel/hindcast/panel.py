"""One market on a regular grid of quarters: who is on it, with which share, and what is known of that.

Everything is read from the past up to each quarter: a firm is on the market from the first quarter with a
share of a hundredth, and until the fourth quarter in a row with less than half of that, the rule by which
developers leave in forecasts. So a table that ends earlier gives the same panel, cut off.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forkmodel.hindcast.markets import MARKETS, OtherMarket
from forkmodel.hindcast.tables import ShareTables

__all__ = ["ENTRY_FLOOR", "REST", "MarketPanel", "market_panels"]

#: Share from which a firm counts as being on the market, and below which, for so many quarters, it has left.
ENTRY_FLOOR, EXIT_FLOOR, EXIT_QUARTERS = 0.01, 0.005, 4
#: Name of what is not followed firm by firm.
REST = "rest"
#: Shares below this are read as this.
SMALLEST_SHARE = 1e-4
#: Quarters for which a firm was listed before it can be said to come.
QUARTERS_LISTED = 4
QUARTERS_PER_YEAR = 4.0


@dataclass(frozen=True)
class MarketPanel:
    """Shares of one market by quarter.

    Attributes
    ----------
    market : OtherMarket
        What it is.
    quarters : PeriodIndex
        Every quarter from the first to the last on record.
    firms : tuple of str
        Firms that were ever on the market; the last may be :data:`REST`.
    share : array (quarter, firm)
        Shares of the whole; NaN where the record does not say.
    present : array (quarter, firm) of bool
        Who is on the market.
    listed_from : array (firm,) of int
        Position of the quarter from which the source lists each firm.
    hhi, cr3 : array (quarter,)
        Concentration (0 to 10,000) and summed share of the three largest, over the firms that are followed,
        the remainder being many; NaN where the record does not say.
    """

    market: OtherMarket
    quarters: pd.PeriodIndex
    firms: tuple[str, ...]
    share: np.ndarray
    present: np.ndarray
    listed_from: np.ndarray
    hhi: np.ndarray
    cr3: np.ndarray

    @property
    def followed(self) -> np.ndarray:
        """Which columns are single firms (firm,)."""
        return np.array([firm != REST for firm in self.firms])

    @property
    def age(self) -> np.ndarray:
        """Years since the market opened, at the end of each quarter (quarter,)."""
        ends = self.quarters.year + self.quarters.quarter / QUARTERS_PER_YEAR
        return np.asarray(ends - self.market.opened, dtype=float)

    @property
    def years(self) -> float:
        """Years from the first quarter on record to the last."""
        return (len(self.quarters) - 1) / QUARTERS_PER_YEAR

    def arrivals(self) -> np.ndarray:
        """Return the share of each firm in the quarter in which it came to the market (arrival,).

        Who was there in the first quarter did not come, nor did who was not listed for a year before: the
        source began to count it. Where the source does not list every firm, nobody can be seen to come.
        """
        if not self.market.listed:
            return np.zeros(0)
        came = self.present[1:] & ~self.present[:-1]
        quarter = np.arange(1, len(self.quarters))[:, None]
        came &= self.listed_from <= quarter - QUARTERS_LISTED
        return np.asarray(self.share[1:][came])


def market_panels(tables: ShareTables, names: tuple[str, ...] = tuple(MARKETS)) -> list[MarketPanel]:
    """Return the panels of the markets that have at least two quarters on record.

    Parameters
    ----------
    tables : ShareTables
        What is known.
    names : tuple of str
        Which markets.
    """
    made = []
    for name in names:
        rows = tables.shares[tables.shares["market"] == name]
        if rows["as_of"].nunique() > 1:
            made.append(_panel(MARKETS[name], rows))
    return made


def _panel(market: OtherMarket, rows: pd.DataFrame) -> MarketPanel:
    quarters = pd.PeriodIndex(rows["as_of"], freq="Q")
    grid = pd.period_range(quarters.min(), quarters.max(), freq="Q")
    wide = rows.assign(quarter=quarters).pivot(index="quarter", columns="firm", values="share").reindex(grid)
    if market.listed:
        # On a listed market an empty cell of a quarter on record is a share too small to be listed.
        known = wide.notna().any(axis=1).to_numpy()
        every = wide.fillna(0.0).to_numpy(copy=True)
        every[~known] = np.nan
        present = _presence(every)
        kept = present.any(0)
        squares, largest = np.square(every).sum(1), np.sort(every, axis=1)[:, -3:].sum(1)
        return MarketPanel(
            market,
            grid,
            tuple(str(firm) for firm in wide.columns[kept]),
            every[:, kept],
            present[:, kept],
            wide.notna().to_numpy().argmax(0)[kept],
            1e4 * squares,
            largest,
        )
    tracked = wide.reindex(columns=list(market.tracked)).to_numpy()
    rest = 1.0 - tracked.sum(1)
    share = np.column_stack([tracked, rest])
    begun = np.maximum.accumulate(~np.isnan(share), axis=0)
    # The remainder is there from the first day, known or not.
    begun[:, -1] = True
    largest = np.sort(tracked, axis=1)[:, -3:].sum(1)
    return MarketPanel(
        market,
        grid,
        (*market.tracked, REST),
        share,
        begun,
        begun.argmax(0),
        1e4 * np.square(tracked).sum(1),
        largest,
    )


def _presence(share: np.ndarray) -> np.ndarray:
    """Return who is on the market (quarter, firm); quarters that are not on record change nothing."""
    present = np.zeros(share.shape, dtype=bool)
    there = np.zeros(share.shape[1], dtype=bool)
    poor = np.zeros(share.shape[1], dtype=int)
    for quarter, now in enumerate(share):
        if not np.isnan(now).any():
            poor = np.where(now < EXIT_FLOOR, poor + 1, 0)
            there = (there | (now >= ENTRY_FLOOR)) & (poor < EXIT_QUARTERS)
        present[quarter] = there
    return present
