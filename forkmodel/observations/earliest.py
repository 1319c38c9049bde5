"""The first day on which the tables hold enough for a model: before it there is no market to choose in."""

from __future__ import annotations

import pandas as pd

from forkmodel.data.market_tables import MarketTables
from forkmodel.data.panel_catalogue import PanelOptions
from forkmodel.errors import ModelError
from forkmodel.observations.panel import make_panel

__all__ = ["earliest_day"]


def _enough(market: MarketTables, day: pd.Timestamp, options: PanelOptions | None, strict: bool) -> bool:
    try:
        make_panel(market.as_of(day, strict=strict), options)
    except ModelError:
        return False
    return True


def earliest_day(
    market: MarketTables, options: PanelOptions | None = None, *, strict: bool = False
) -> pd.Timestamp | None:
    """Return the first day whose knowledge a panel can be made of.

    The panel itself is the judge, so that this never disagrees with it; knowledge only grows, so halving
    finds the day after some ten tries of a second.

    Parameters
    ----------
    market : MarketTables
        All tables.
    options : PanelOptions, optional
        Choices of the panel.
    strict : bool
        As for ``market.as_of``.

    Returns
    -------
    Timestamp or None
        For ``market.as_of``; None if not even the vintage will do.
    """
    enough = market.vintage
    if market.models.empty or not _enough(market, enough, options, strict):
        return None
    short = min(pd.Timestamp(market.models["release_date"].min()), enough) - pd.Timedelta(days=1)
    while (enough - short).days > 1:
        middle = short + pd.Timedelta(days=(enough - short).days // 2)
        if _enough(market, middle, options, strict):
            enough = middle
        else:
            short = middle
    return enough
