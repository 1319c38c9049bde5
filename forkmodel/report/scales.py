"""Domains, ticks and axes that every chart shares."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd
from altair.utils.schemapi import debug_mode

from forkmodel.report.formatting import Unit
from forkmodel.report.intervals import DRAWN, HEADLINE, Summary, high, low
from forkmodel.report.paths import Dot, Line

__all__ = [
    "BAND_ORDER",
    "Rule",
    "Spec",
    "axis",
    "axis_scale",
    "checked_once",
    "day",
    "dot_domain",
    "inline",
    "lean",
    "line_domain",
    "round_",
    "tip",
]

Spec = dict[str, Any]
#: Decorates what makes a chart. Altair would check each piece as it is made; the chart as a whole is checked
#: at the end, which is enough.
checked_once = debug_mode(False)
#: A log axis shows at most this factor beyond the smallest and largest median.
LOG_ROOM = 20.0
#: Masses from the widest to the narrowest, so that the narrow ones lie on top.
BAND_ORDER = tuple(sorted(DRAWN, reverse=True))


@dataclass(frozen=True)
class Rule:
    """A yardstick: a dashed line across the chart at ``value``, labelled above or below it."""

    value: float
    label: str
    above: bool = True


def round_(value: float) -> float | None:
    """Return five significant digits, which no chart can show more of; None if not finite."""
    return float(f"{value:.5g}") if math.isfinite(value) else None


def inline(rows: list[Spec]) -> alt.InlineData:
    """Return rows as data inside the specification."""
    return alt.InlineData(values=rows)


def day(date: pd.Timestamp) -> str:
    """Return a date as Vega reads it."""
    return f"{date:%Y-%m-%d}"


def _span(values: list[float], log: bool, include: list[float]) -> tuple[float, float]:
    kept = [v for v in (*values, *include) if math.isfinite(v) and (v > 0 or not log)]
    if not kept:
        return (1.0, 10.0) if log else (0.0, 1.0)
    bottom, top = min(kept), max(kept)
    if log:
        return bottom / 1.08, top * 1.08
    pad = 0.06 * (top - bottom or abs(top) or 1.0)
    # A scale that would start near zero starts at zero: lengths then mean something.
    bottom = 0.0 if 0 <= bottom <= 0.45 * top else bottom - pad
    return bottom, top + pad


def line_domain(
    lines: list[Line], unit: Unit, include: tuple[float, ...] = (), ceiling: float | None = None
) -> tuple[float, float]:
    """Return the vertical domain that holds the widest bands of all lines, in drawn units."""
    widest = max(DRAWN)
    values = [float(v) for path in lines for end in (low, high) for v in path.frame[end(widest)]]
    if unit.log:
        # A band may run over ten decades where little is known; the medians must stay readable.
        medians = [float(v) for path in lines for v in path.frame["median"] if v > 0]
        bottom, top = min(medians) / LOG_ROOM, max(medians) * LOG_ROOM
        values = [min(max(value, bottom), top) for value in values]
    bottom, top = _span([v * unit.factor for v in values], unit.log, [v * unit.factor for v in include])
    return bottom, top if ceiling is None else min(top, ceiling * unit.factor)


def dot_domain(dots: list[Dot], unit: Unit, include: tuple[float, ...] = ()) -> tuple[float, float]:
    """Return the horizontal domain that holds the widest intervals of all dots, in drawn units."""
    values = [v * unit.factor for dot in dots for v in dot.summary.intervals[max(DRAWN)]]
    return _span(values, unit.log, [v * unit.factor for v in include])


def _ticks(domain: tuple[float, float]) -> list[float]:
    """Return 1-2-5 ticks of a log axis, thinned to decades where there would be too many."""
    decades = range(math.floor(math.log10(domain[0])), math.ceil(math.log10(domain[1])) + 1)
    for steps in ((1, 2, 5), (1, 3), (1,)):
        ticks = [float(f"{s * 10.0**d:.3g}") for d in decades for s in steps]
        ticks = [tick for tick in ticks if domain[0] <= tick <= domain[1]]
        if len(ticks) <= 6:
            return ticks
    return ticks


def axis_scale(domain: tuple[float, float], log: bool) -> alt.Scale:
    """Return a scale that shows exactly the domain."""
    ends = [round_(domain[0]), round_(domain[1])]
    if log:
        return alt.Scale(domain=ends, type="log", nice=False, clamp=True)
    return alt.Scale(domain=ends, type="linear", nice=False, zero=False, clamp=True)


def axis(ends: tuple[float, float], unit: Unit, **more: Any) -> alt.Axis:
    """Return a labelled axis; ``more`` goes to Vega as it is."""
    extra: Spec = {"values": _ticks(ends)} if unit.log else {"tickCount": 5}
    return alt.Axis(title=None, labelExpr=unit.label, **extra, **more)


def tip(summary: Summary, unit: Unit) -> str:
    """Return median and headline interval as one cell of a tooltip."""
    return f"{unit.text(summary.median)}  ({HEADLINE:.0%}: {unit.interval(summary.headline)})"


def lean(spec: Spec) -> Spec:
    """Drop what every chart has in common; the page adds it once."""
    spec.pop("config", None)
    return spec
