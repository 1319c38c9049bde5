"""From panels to the arrays that the density reads: every move from one quarter on record to the next."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from itertools import pairwise

import numpy as np

from forkmodel.hindcast.markets import FAMILIES
from forkmodel.hindcast.panel import ENTRY_FLOOR, SMALLEST_SHARE, MarketPanel

__all__ = ["REFERENCE_SHARE", "Moves", "families_of", "make_moves"]

#: Share at which the speed of a share is stated: that of a leading firm.
REFERENCE_SHARE = 0.2


@dataclass(frozen=True)
class Moves:
    """Moves of log shares: a row per market and quarter, a column per firm that stayed.

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
    change : array (move, firm)
        Change of the log share.
    gap : array (move, firm)
        How far the log share lay below the mean of single firms before the move; zero for the rest.
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
        name: np.stack([_padded(row[name], width) for row in rows]) for name in ("log_size", "change", "gap")
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


def _padded(values: np.ndarray, width: int) -> np.ndarray:
    return np.pad(values, (0, width - len(values)))


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
        found.append(
            {
                "market": np.array(place),
                "age": np.array(panel.age[now]),
                "span": np.array(float(now - before)),
                "log_size": logs[before, stayed] - np.log(REFERENCE_SHARE),
                "change": logs[now, stayed] - logs[before, stayed],
                "gap": _gap(panel, logs, before)[stayed],
            }
        )
    return found
