"""Simulated shares next to rows that were not simulated: together they may not exceed one whole by much."""

from __future__ import annotations

import pandas as pd

from forkmodel.data.checks import SHARE_SUM_LIMIT

__all__ = ["within_one_whole"]


def within_one_whole(usage: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Return usage in which the shares of a market, level and period sum to no more than tables may hold.

    Densities of single shares know nothing of their sum, so a simulated world can report more than a whole.
    Where it does, rows that were not simulated (``other``, the part of a survey that nobody reads) make room
    first; mere bounds stay. What is still too much is taken from the simulated rows in proportion.

    Parameters
    ----------
    usage, before : DataFrame
        The table with simulated values, and as it was; same rows in the same order.
    """
    shares = usage["unit"].eq("share") & ~usage["market"].str.endswith("_subscriptions")
    simulated = usage["value"].ne(before["value"])
    value = usage["value"].copy()
    for _, group in usage.loc[shares].groupby(["market", "level", "period_start", "period_end"]):
        own = group.index[simulated.loc[group.index]]
        if own.empty or group["value"].sum() <= SHARE_SUM_LIMIT:
            continue
        idle = group.index.difference(own)
        bounded = idle[group.loc[idle, "bound"].notna()]
        idle = idle.difference(bounded)
        room = SHARE_SUM_LIMIT - value[bounded].sum()
        if value[idle].sum() > 0.0:
            value[idle] *= max(0.0, 1.0 - value[bounded].sum() - value[own].sum()) / value[idle].sum()
        # A hair less than the limit, so that rounding does not carry the sum beyond it.
        value[own] *= min(1.0, room * (1.0 - 1e-12) / value[own].sum())
    return usage.assign(value=value)
