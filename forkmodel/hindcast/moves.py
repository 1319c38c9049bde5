"""From panels to the arrays that the density reads: every move from one quarter on record to the next."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from itertools import pairwise

import numpy as np

from forkmodel.hindcast.markets import FAMILIES
from forkmodel.hindcast.panel import ENTRY_FLOOR, SMALLEST_SHARE, MarketPanel

__all__ = ["LAGS", "REFERENCE_SHARE", "Moves", "families_of", "make_moves", "past_changes"]

#: Share at which the speed of a share is stated: that of a leading firm.
REFERENCE_SHARE = 0.2
#: Quarters over which the memory of a report's error is carried; after them less than a part in a hundred is
#: left.
LAGS = 8


@dataclass(frozen=True)
class Moves:
    """Moves of log shares: a row per market and quarter, a column per firm that stayed, a layer per lag.

    Attributes
    ----------
    market : array (move,) of int
        Position of the market.
    age : array (move,)
        Age of the market, years.
    span : array (move,)
        Quarters since the quarter on record before.
    stayed : array (move, firm)
        One where the column is a firm, else zero.
    log_size : array (move, firm)
        Log of the share before the move over the reference share.
    change : array (move, firm, lag + 1)
        Change of the log share in the move and in quarters before; zero where that is not known.
    gap : array (move, firm, lag)
        Mean log share of single firms less the firm's own, at the begin of the same changes, times quarters.
    known : array (move, firm, lag)
        One where the change is known and follows on the next without a gap.
    years, arrivals : array (market,)
        Years on record in which an arrival would be seen, and number of arrivals.
    excess : array ()
        Sum of the logs of shares at arrival over the floor.
    """

    market: np.ndarray
    age: np.ndarray
    span: np.ndarray
    stayed: np.ndarray
    log_size: np.ndarray
    change: np.ndarray
    gap: np.ndarray
    known: np.ndarray
    years: np.ndarray
    arrivals: np.ndarray
    excess: np.ndarray

    def arrays(self) -> dict[str, np.ndarray]:
        """Return every array by the name under which the density reads it."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def fitted_into(self, room: Moves) -> Moves:
        """Return the same moves in arrays as long as those of a longer record; the surplus says nothing."""

        def longer(name: str) -> np.ndarray:
            values, shape = getattr(self, name), getattr(room, name).shape
            widths = [(0, most - size) for size, most in zip(values.shape, shape, strict=True)]
            # A row that only fills up counts as one quarter long, so that its logarithm exists.
            return np.pad(values, widths or 0, constant_values=1 if name == "span" else 0)

        return Moves(**{name: longer(name) for name in self.arrays()})


def make_moves(panels: list[MarketPanel], without: Collection[str] = ()) -> Moves:
    """Gather the moves of all markets.

    Parameters
    ----------
    panels : list of MarketPanel
        Markets, in the order of their positions.
    without : collection of str
        Markets whose record is not used: they keep their position, as draws of what markets do.
    """
    rows = [
        row
        for place, panel in enumerate(panels)
        if panel.market.name not in without
        for row in _rows(place, panel)
    ]
    width = max(len(row["log_size"]) for row in rows)
    arrivals = [np.zeros(0) if p.market.name in without else p.arrivals() for p in panels]
    watched = [p.market.listed and p.market.name not in without for p in panels]
    columns = {
        name: np.stack([_padded(row[name], width) for row in rows])
        for name in ("log_size", "change", "gap", "known")
    }
    return Moves(
        market=np.array([row["market"] for row in rows]),
        age=np.array([row["age"] for row in rows]),
        span=np.array([row["span"] for row in rows]),
        stayed=np.stack([_padded(np.ones(len(row["log_size"])), width) for row in rows]),
        **columns,
        years=np.array([panel.years * there for panel, there in zip(panels, watched, strict=True)]),
        arrivals=np.array([float(len(each)) for each in arrivals]),
        excess=np.array(np.log(np.concatenate(arrivals) / ENTRY_FLOOR).sum()),
    )


def families_of(panels: list[MarketPanel]) -> np.ndarray:
    """Return the position of each market's family (market,)."""
    return np.array([FAMILIES.index(panel.market.family) for panel in panels])


def past_changes(panel: MarketPanel, quarter: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return changes (firm, lag + 1), gaps and known (firm, lag) at a quarter on record, the latest first.

    Parameters
    ----------
    panel : MarketPanel
        The market.
    quarter : int
        Position of the last quarter looked at.
    """
    logs = _log_share(panel)
    firms = len(panel.firms)
    change, gap = np.zeros((firms, LAGS + 1)), np.zeros((firms, LAGS))
    known = np.zeros((firms, LAGS + 1))
    unbroken = np.ones(firms, dtype=bool)
    for lag in range(min(LAGS + 1, quarter)):
        after, before = quarter - lag, quarter - lag - 1
        both = panel.present[after] & panel.present[before]
        unbroken &= both & np.isfinite(logs[after]) & np.isfinite(logs[before])
        change[unbroken, lag] = logs[after, unbroken] - logs[before, unbroken]
        known[unbroken, lag] = 1.0
        if lag < LAGS:
            gap[unbroken, lag] = _gap(panel, logs, before)[unbroken]
    return change, gap, known


def _padded(values: np.ndarray, width: int) -> np.ndarray:
    return np.pad(values, [(0, width - len(values)), *[(0, 0)] * (values.ndim - 1)])


def _log_share(panel: MarketPanel) -> np.ndarray:
    known = panel.present & ~np.isnan(panel.share)
    return np.where(known, np.log(np.maximum(np.nan_to_num(panel.share), SMALLEST_SHARE)), np.nan)


def _gap(panel: MarketPanel, logs: np.ndarray, quarter: int) -> np.ndarray:
    """Return how far each firm's log share lies below the mean of single firms (firm,); none for the rest."""
    single = panel.followed & np.isfinite(logs[quarter])
    centre = logs[quarter, single].mean() if single.any() else 0.0
    return np.where(single, centre - logs[quarter], 0.0)


def _rows(place: int, panel: MarketPanel) -> list[dict[str, np.ndarray]]:
    logs = _log_share(panel)
    # A quarter is on record where every firm on the market is.
    on_record = np.flatnonzero((np.isfinite(logs) == panel.present).all(1) & panel.present.any(1))
    found = []
    for before, now in pairwise(on_record.tolist()):
        stayed = np.flatnonzero(panel.present[before] & panel.present[now])
        if len(stayed) < 2:
            # The share of one firm alone says nothing about how shares move.
            continue
        span = int(now - before)
        change, gap, known = past_changes(panel, now)
        if span > 1:
            # Across a gap only the sum of changes is known, and nothing that went before.
            change[:, 0] = logs[now] - logs[before]
            gap[:, 0] = span * _gap(panel, logs, before)
            known[:, 0] = 1.0
        found.append(
            {
                "market": np.array(place),
                "age": np.array(panel.age[now]),
                "span": np.array(float(span)),
                "log_size": logs[before, stayed] - np.log(REFERENCE_SHARE),
                "change": np.nan_to_num(change[stayed]),
                "gap": np.nan_to_num(gap[stayed]),
                "known": known[stayed],
            }
        )
    return found
