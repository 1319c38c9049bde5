"""Paths over time: a median line and one band per mass."""

from __future__ import annotations

from dataclasses import dataclass

import altair as alt
import pandas as pd

from forkmodel.report.formatting import Unit
from forkmodel.report.intervals import DRAWN, high, low
from forkmodel.report.palette import colour
from forkmodel.report.paths import Line
from forkmodel.report.scales import (
    BAND_ORDER,
    Rule,
    Spec,
    axis,
    axis_scale,
    checked_once,
    day,
    inline,
    lean,
    round_,
    tip,
)

__all__ = ["Point", "Rule", "band_chart"]

_BAND_OPACITY = 0.17
#: A time axis longer than this is labelled every third year.
MANY_DAYS = 8 * 365


@dataclass(frozen=True)
class Point:
    """One observation laid over the paths, with its classification bounds where it has any."""

    date: pd.Timestamp
    value: float
    tip: str
    shape: str = "circle"
    bounds: tuple[float, float] | None = None


def _band_rows(lines: list[Line], unit: Unit) -> list[Spec]:
    rows = []
    for path in lines:
        for i, date in enumerate(path.frame["at"]):
            summary = path.summary(i)
            row: Spec = {"t": day(date), "s": path.label, "m": round_(summary.median * unit.factor)}
            for mass in DRAWN:
                ends = summary.intervals[mass]
                row[low(mass)], row[high(mass)] = (round_(end * unit.factor) for end in ends)
            rows.append(row)
    return rows


def _hover(lines: list[Line], unit: Unit, x: alt.X) -> list[alt.Chart]:
    """Return a vertical rule that follows the pointer and tells every line's numbers at its quarter."""
    rows: dict[str, Spec] = {}
    for path in lines:
        for i, date in enumerate(path.frame["at"]):
            row = rows.setdefault(day(date), {"t": day(date), "Period": str(path.frame["period"].iloc[i])})
            row[path.label or unit.axis] = tip(path.summary(i), unit)
    columns = ["Period", *dict.fromkeys(path.label or unit.axis for path in lines)]
    for row in rows.values():
        for column in columns:
            row.setdefault(column, "n/a")
    near = alt.selection_point(
        name="near", fields=["t"], nearest=True, on="pointerover", clear="pointerout", empty=False
    )
    shown = alt.condition(near, alt.value(0.55), alt.value(0.0))
    # Labels may hold dots or brackets, which a field name would read as a path.
    escaped = {column: column.replace("\\", "\\\\") for column in columns}
    for mark in (".", "[", "]"):
        escaped = {column: name.replace(mark, "\\" + mark) for column, name in escaped.items()}
    rule = (
        alt.Chart(inline([rows[key] for key in sorted(rows)]))
        .mark_rule(color=colour("muted"), strokeWidth=1)
        .encode(
            x=x,
            opacity=shown,
            tooltip=[alt.Tooltip(field=name, type="nominal", title=c) for c, name in escaped.items()],
        )
        .add_params(near)
    )
    return [rule]


def _rules(rules: tuple[Rule, ...], unit: Unit, scale: alt.Scale) -> list[alt.Chart]:
    layers = []
    for rule in rules:
        data = inline([{"y": rule.value * unit.factor, "label": rule.label}])
        y = alt.Y("y:Q", scale=scale)
        layers.append(
            alt.Chart(data).mark_rule(color=colour("yardstick"), strokeDash=[4, 3], strokeWidth=1).encode(y=y)
        )
        layers.append(
            alt.Chart(data)
            .mark_text(
                color=colour("yardstick"),
                align="left",
                baseline="bottom" if rule.above else "top",
                dx=3,
                dy=-2 if rule.above else 3,
                fontSize=10,
            )
            .encode(x=alt.value(0), y=y, text="label:N")
        )
    return layers


def _observations(points: list[Point], unit: Unit, x: alt.X, scale: alt.Scale) -> list[alt.Chart]:
    if not points:
        return []
    rows = [
        {"t": day(p.date), "v": round_(p.value * unit.factor), "k": p.shape, "Observed": p.tip}
        for p in points
    ]
    bounded: list[Spec] = [
        {"t": day(p.date), "lo": round_(p.bounds[0] * unit.factor), "hi": round_(p.bounds[1] * unit.factor)}
        for p in points
        if p.bounds is not None
    ]
    layers = []
    if bounded:
        layers.append(
            alt.Chart(inline(bounded))
            .mark_rule(color=colour("ink"), strokeWidth=1, opacity=0.6)
            .encode(x=x, y=alt.Y("lo:Q", scale=scale), y2="hi:Q")
        )
    layers.append(
        alt.Chart(inline(rows))
        .mark_point(
            size=42, filled=True, color=colour("ink"), opacity=0.9, stroke=colour("surface"), strokeWidth=0.7
        )
        .encode(
            x=x,
            y=alt.Y("v:Q", scale=scale),
            shape=alt.Shape("k:N", scale=None),
            tooltip=[alt.Tooltip("Observed:N")],
        )
    )
    return layers


def _data_end(vintage: pd.Timestamp | None, lines: list[Line], x: alt.X) -> list[alt.Chart]:
    """Return a rule at the end of the data where paths run past it."""
    if vintage is None or all((path.frame["at"] <= vintage).all() for path in lines):
        return []
    mark = alt.Chart(inline([{"t": day(vintage)}])).mark_rule(color=colour("ink"), strokeDash=[2, 2])
    return [mark.encode(x=x)]


@checked_once
def band_chart(
    lines: list[Line],
    unit: Unit,
    *,
    domain: tuple[float, float],
    span: tuple[pd.Timestamp, pd.Timestamp],
    description: str,
    height: int = 220,
    rules: tuple[Rule, ...] = (),
    points: list[Point] | None = None,
    vintage: pd.Timestamp | None = None,
    width: int | None = None,
) -> Spec:
    """Draw paths over time: median line and one band per mass.

    Parameters
    ----------
    lines : list of Line
        Paths, each with its own colour.
    unit : Unit
        Unit of the values; a log unit gives a log axis.
    domain : (float, float)
        Vertical domain in drawn units.
    span : (Timestamp, Timestamp)
        First and last day of the time axis.
    description : str
        What a reader who cannot see the chart is told.
    height, width : int
        Pixels; without a width the chart fills its container and answers the pointer.
    rules, points, vintage
        Yardsticks, observations and the end of the data.

    Returns
    -------
    dict
        Vega-Lite specification with named colours.
    """
    step = 1 if (span[1] - span[0]).days < MANY_DAYS else 3
    years = alt.Axis(title=None, format="%Y", tickCount=alt.TimeIntervalStep(interval="year", step=step))
    x_scale = alt.Scale(type="utc", domain=[day(span[0]), day(span[1])])
    x = alt.X("t:T", scale=x_scale, axis=years)
    scale = axis_scale(domain, unit.log)
    y_axis = axis(domain, unit)
    names = [path.label for path in lines]
    paint = alt.Color(
        "s:N", scale=alt.Scale(domain=names, range=[path.colour for path in lines]), legend=None, title=None
    )
    data = inline(_band_rows(lines, unit))
    layers: list[alt.Chart] = []
    for mass in BAND_ORDER:
        layers.append(
            alt.Chart(data)
            .mark_area(opacity=_BAND_OPACITY, line=False, clip=True)
            .encode(
                x=x, y=alt.Y(f"{low(mass)}:Q", scale=scale, axis=y_axis), y2=f"{high(mass)}:Q", color=paint
            )
        )
    layers.append(
        alt.Chart(data)
        .mark_line(strokeWidth=2, clip=True, strokeCap="round")
        .encode(x=x, y=alt.Y("m:Q", scale=scale, axis=y_axis), color=paint)
    )
    layers += _rules(rules, unit, scale)
    layers += _data_end(vintage, lines, x)
    if width is None:
        layers += _hover(lines, unit, x)
    layers += _observations(points or [], unit, x, scale)
    chart = alt.layer(*layers).properties(width=width or "container", height=height, description=description)
    spec: Spec = chart.to_dict()
    return lean(spec)
