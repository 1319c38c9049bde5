"""Other markets beside the concentration of this one: the cloud's path, and base rates of the claims."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import xarray as xr

from forkmodel.hindcast.base_rates import BaseRate, claim_rates
from forkmodel.hindcast.panel import market_panels
from forkmodel.hindcast.record import kept_record
from forkmodel.hindcast.tables import read_shares
from forkmodel.hindcast.yardstick import cloud_path
from forkmodel.report import others_text as text
from forkmodel.report.bands import Point
from forkmodel.report.formatting import UNITS, percent

__all__ = ["cloud_points", "cloud_rows", "other_markets", "rate_rows", "standing"]

#: Paths whose level today decides which markets were like it.
_LEVELS = (("hhi", "closed"), ("cr3", "closed"), ("hhi", "open_hosts"))


def other_markets(history: xr.Dataset, vintage: pd.Timestamp) -> Mapping[str, Any] | None:
    """Return the cloud's path and base rates from today's median levels; None where a path is missing.

    Parameters
    ----------
    history : Dataset
        Reported paths, dims ``chain, draw, time, ...``.
    vintage : Timestamp
        Last day of the data.

    Returns
    -------
    mapping or None
        ``cloud`` (DataFrame), ``rates`` (base rates by claim) and ``record``, the hindcast kept, or None.
    """
    levels = []
    for name, scope in _LEVELS:
        if name not in history or scope not in history[name]["scope"].to_numpy():
            return None
        path = history[name].sel(scope=scope, time=slice(None, vintage)).median(("chain", "draw"))
        known = path.dropna("time")
        if not known.sizes["time"]:
            return None
        levels.append(float(known[-1]))
    tables = read_shares()
    hhi, cr3, hosts = levels
    return {
        "cloud": cloud_path(tables),
        "rates": claim_rates(hhi, cr3, hosts, panels=market_panels(tables)),
        "record": kept_record(),
    }


def cloud_points(others: Mapping[str, Any] | None, scope: str) -> list[Point]:
    """Return the cloud's HHI in every quarter, to be laid over the path of a scope: that of closed labs."""
    if others is None or scope != "closed":
        return []
    return [
        Point(
            row.as_of,
            (row.hhi_low + row.hhi_high) / 2.0,
            text.cloud_point(_quarter(row.as_of), _tens(row.hhi_low), _tens(row.hhi_high)),
            "diamond",
            (row.hhi_low, row.hhi_high),
        )
        for row in others["cloud"].itertuples()
    ]


def cloud_rows(others: Mapping[str, Any]) -> list[list[str]]:
    """Return the cloud's path as text: quarter, firms named, HHI from and to, three-firm share."""
    path = others["cloud"]
    last_of_year = path.groupby(path["as_of"].dt.year)["as_of"].transform("max") == path["as_of"]
    return [
        [
            _quarter(row.as_of),
            str(row.firms),
            text.span(_tens(row.hhi_low), _tens(row.hhi_high)),
            percent(row.cr3),
        ]
        for row in path[last_of_year].itertuples()
    ]


def rate_rows(others: Mapping[str, Any]) -> list[list[str]]:
    """Return the base rates as text: claim, event, starts, and how often it came after each span of years."""
    return [
        [
            claim,
            text.EVENTS[claim],
            text.alike(_level(rates[0]), rates[0].starts, rates[0].markets),
            *(_said(rate) for rate in rates),
        ]
        for claim, rates in others["rates"].items()
    ]


def standing(others: Mapping[str, Any]) -> list[str]:
    """Return how well a model would have foreseen such markets, as sentences; none without a record."""
    record = others["record"]
    if record is None:
        return []
    rows = [row for row in record["hindcast"]["table"] if row["first"] == text.FAR_AHEAD[0]]
    return [
        text.foreseen(row["measure"], row["skill"][text.BAR], row["coverage"]["0.9"], row["n"])
        for row in rows
    ]


def _quarter(day: pd.Timestamp) -> str:
    return str(day.to_period("Q")).replace("Q", "-Q")


def _tens(value: float) -> str:
    """Write an HHI to the tens that shares in whole points allow."""
    return f"{round(value, -1):,.0f}"


def _level(rate: BaseRate) -> str:
    return UNITS["hhi"].text(rate.start) if rate.measure == "hhi" else percent(rate.start)


def _said(rate: BaseRate) -> str:
    if rate.share is None:
        return text.NEVER_SEEN
    low, high = (percent(end) for end in rate.interval)
    return text.came(percent(rate.share), low, high, int(rate.windows))
