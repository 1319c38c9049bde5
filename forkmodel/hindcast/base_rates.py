"""Base rates: of markets this concentrated, how many were above or below a level some years later."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy import stats

from forkmodel.errors import ForkModelError
from forkmodel.hindcast.panel import MarketPanel, market_panels
from forkmodel.hindcast.tables import read_shares

__all__ = ["NEAR", "BaseRate", "base_rate", "claim_rates", "rate_table"]

#: Starts within this part of the level asked about count as markets like it, by measure.
NEAR = {"hhi": 0.25, "cr3": 0.1}
QUARTERS_PER_YEAR = 4


@dataclass(frozen=True)
class BaseRate:
    """How often an event came in markets that began alike.

    Attributes
    ----------
    measure : str
        ``hhi`` (0 to 10,000) or ``cr3`` (share).
    start : float
        Level that markets began near.
    years : int
        Years after which they were looked at.
    low, high : float
        The event: the measure lies between these.
    starts, markets, families : int
        Quarters to start from, and the markets and families they are in. Quarters of one market overlap, and
        markets of one family move together.
    windows : float
        Spans of time that do not overlap, the markets of one family counted once: what the interval is made
        of.
    share : float or None
        Part of the starts after which the event had come; None without a start.
    interval : tuple of float
        95 % interval of the probability, Jeffreys', as if there had been that many windows.
    rose : float or None
        Part of the starts after which the measure was higher than at that start.
    median, smallest, largest : float or None
        Of the measure at the end.
    """

    measure: str
    start: float
    years: int
    low: float
    high: float
    starts: int
    markets: int
    families: int
    windows: float
    share: float | None
    interval: tuple[float, float]
    rose: float | None
    median: float | None
    smallest: float | None
    largest: float | None

    def as_dict(self) -> dict[str, Any]:
        """Return a JSON-ready mapping; an open end of the event is left out."""
        out = asdict(self)
        return {key: value for key, value in out.items() if value not in (float("inf"), -float("inf"))}


def base_rate(
    measure: str,
    start: float,
    years: int,
    *,
    low: float = -float("inf"),
    high: float = float("inf"),
    near: float | None = None,
    panels: list[MarketPanel] | None = None,
) -> BaseRate:
    """Return how often a measure of concentration ended in a range, in markets that began near a level.

    Parameters
    ----------
    measure : str
        ``hhi`` or ``cr3``, over the firms that a market's table follows.
    start : float
        Level at the start.
    years : int
        Years until the end.
    low, high : float
        Range in which the measure ends.
    near : float, optional
        Starts from ``start * (1 - near)`` to ``start * (1 + near)`` count; by default as in :data:`NEAR`.
    panels : list of MarketPanel, optional
        Markets; the bundled ones by default.

    Raises
    ------
    ForkModelError
        If the measure is unknown, or years or nearness are not positive.
    """
    if measure not in NEAR:
        raise ForkModelError(f"unknown measure {measure!r}; choose one of {', '.join(NEAR)}.")
    near = NEAR[measure] if near is None else near
    if years < 1 or not near > 0.0:
        raise ForkModelError(f"years is {years} and near {near}: both must be positive.")
    panels = market_panels(read_shares()) if panels is None else panels
    length = years * QUARTERS_PER_YEAR
    begun: dict[str, set[int]] = {}
    before, after = [np.zeros(0)], [np.zeros(0)]
    for panel in panels:
        # The table of a market that is not scored follows too few firms for a measure of the whole.
        path = np.asarray(getattr(panel, measure)) if panel.market.scored else np.zeros(0)
        first, last = path[:-length], path[length:]
        alike = (np.abs(first / start - 1.0) <= near) & np.isfinite(last)
        if alike.any():
            before.append(first[alike])
            after.append(last[alike])
            quarters = panel.quarters[:-length].astype("int64")[alike]
            begun.setdefault(panel.market.family, set()).update(int(quarter) for quarter in quarters)
    ends, windows = np.concatenate(after), sum(_windows(sorted(each), length) for each in begun.values())
    known = len(ends) > 0
    came = float(((ends >= low) & (ends <= high)).mean()) if known else None
    hits = (came or 0.0) * windows
    interval = stats.beta(hits + 0.5, windows - hits + 0.5).ppf([0.025, 0.975])
    middle, least, most = map(float, np.quantile(ends, [0.5, 0.0, 1.0])) if known else (None, None, None)
    return BaseRate(
        measure=measure,
        start=float(start),
        years=years,
        low=float(low),
        high=float(high),
        starts=len(ends),
        markets=len(after) - 1,
        families=len(begun),
        windows=float(windows),
        share=came,
        interval=(float(interval[0]), float(interval[1])),
        rose=float((ends > np.concatenate(before)).mean()) if known else None,
        median=middle,
        smallest=least,
        largest=most,
    )


def _windows(quarters: list[int], length: int) -> int:
    """Return how many spans of a length fit, one after the other, onto starts in these quarters."""
    count, free_from = 0, -1
    for quarter in quarters:
        if quarter >= free_from:
            count, free_from = count + 1, quarter + length
    return count


def claim_rates(
    hhi: float, cr3: float, hosts: float, panels: list[MarketPanel] | None = None
) -> dict[str, list[BaseRate]]:
    """Return the base rates that stand beside claims about concentration, after one and five years.

    Parameters
    ----------
    hhi, cr3 : float
        Today's HHI and three-firm share of the closed tier, for the claims C2 and C3.
    hosts : float
        Today's HHI of hosts, for the claim C9.
    panels : list of MarketPanel, optional
        Markets; the bundled ones by default.
    """
    panels = market_panels(read_shares()) if panels is None else panels
    return {
        "C2": [base_rate("cr3", cr3, years, low=0.8, panels=panels) for years in (1, 5)],
        "C3": [base_rate("hhi", hhi, years, low=1200.0, high=1900.0, panels=panels) for years in (1, 5)],
        "C9": [base_rate("hhi", hosts, years, high=1000.0, panels=panels) for years in (1, 5)],
    }


#: Levels that markets start near in the table of base rates, by measure.
STARTS = {"hhi": (1000.0, 1500.0, 3500.0, 5000.0, 7000.0), "cr3": (0.6, 0.8, 0.9)}
TABLED_YEARS = (1, 5)


def rate_table(panels: list[MarketPanel]) -> list[dict[str, Any]]:
    """Return how many markets were still as concentrated some years after they were near a level.

    Parameters
    ----------
    panels : list of MarketPanel
        Markets.

    Returns
    -------
    list of dict
        Base rates of the event that the measure does not end below the starts that count.
    """
    found = [
        base_rate(measure, start, years, low=start * (1.0 - NEAR[measure]), panels=panels)
        for measure, starts in STARTS.items()
        for start in starts
        for years in TABLED_YEARS
    ]
    return [rate.as_dict() for rate in found if rate.starts]
