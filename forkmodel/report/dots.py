"""Quantities at one time: a dot at the median and one bar per mass."""

from __future__ import annotations

import altair as alt

from forkmodel.report.formatting import Unit
from forkmodel.report.intervals import DRAWN, high, low
from forkmodel.report.palette import colour
from forkmodel.report.paths import Dot
from forkmodel.report.scales import (
    BAND_ORDER,
    Rule,
    Spec,
    axis,
    axis_scale,
    checked_once,
    inline,
    lean,
    round_,
    tip,
)

__all__ = ["dot_chart"]

_BAR_WIDTH = {mass: 3.0 + 3.5 * i for i, mass in enumerate(BAND_ORDER)}
_BAR_OPACITY = {mass: 0.28 + 0.27 * i for i, mass in enumerate(BAND_ORDER)}


@checked_once
def dot_chart(
    dots: list[Dot],
    unit: Unit,
    *,
    domain: tuple[float, float],
    description: str,
    rules: tuple[Rule, ...] = (),
) -> Spec:
    """Draw quantities at one time: a dot at the median and one bar per mass, one row per label.

    Parameters
    ----------
    dots : list of Dot
        Quantities; those that share a row are set one under the other.
    unit, domain, description, rules
        As in :func:`band_chart`; the domain is horizontal.

    Returns
    -------
    dict
        Vega-Lite specification with named colours.
    """
    rows = []
    for dot in dots:
        row: Spec = {
            "r": dot.row,
            "s": dot.label,
            "Period": dot.period,
            "m": round_(dot.summary.median * unit.factor),
            "c": dot.colour,
        }
        row["Value"] = tip(dot.summary, unit)
        for mass in DRAWN:
            row[low(mass)], row[high(mass)] = (round_(v * unit.factor) for v in dot.summary.intervals[mass])
        rows.append(row)
    labels = list(dict.fromkeys(dot.label for dot in dots))
    order = list(dict.fromkeys(dot.row for dot in dots))
    data = inline(rows)
    scale = axis_scale(domain, unit.log)
    # A flushed first label would move off its tick and into the second one.
    shown = axis(domain, unit, grid=True, domain=False, labelFlush=False)
    y = alt.Y(
        "r:N", sort=order, axis=alt.Axis(title=None, labelLimit=150, labelColor=colour("ink"), domain=False)
    )
    shift = alt.YOffset("s:N", sort=labels)
    paint = alt.Color("c:N", scale=None)
    tooltip = [
        alt.Tooltip("r:N", title="Row"),
        alt.Tooltip("s:N", title="Series"),
        alt.Tooltip("Period:N"),
        alt.Tooltip("Value:N"),
    ]
    layers: list[alt.Chart] = [
        alt.Chart(data)
        .mark_rule(strokeWidth=_BAR_WIDTH[mass], opacity=_BAR_OPACITY[mass], strokeCap="butt", clip=True)
        .encode(
            y=y,
            yOffset=shift,
            x=alt.X(f"{low(mass)}:Q", scale=scale, axis=shown),
            x2=f"{high(mass)}:Q",
            color=paint,
            tooltip=tooltip,
        )
        for mass in BAND_ORDER
    ]
    layers.append(
        alt.Chart(data)
        .mark_point(filled=True, size=70, opacity=1.0, stroke=colour("surface"), strokeWidth=1.5)
        .encode(y=y, yOffset=shift, x=alt.X("m:Q", scale=scale, axis=shown), color=paint, tooltip=tooltip)
    )
    for rule in rules:
        layers.append(
            alt.Chart(inline([{"x": rule.value * unit.factor, "Yardstick": rule.label}]))
            .mark_rule(color=colour("yardstick"), strokeDash=[4, 3])
            .encode(x=alt.X("x:Q", scale=scale), tooltip=["Yardstick:N"])
        )
    step = 22 if len(labels) == 1 else 17 * len(labels) + 8
    chart = alt.layer(*layers).properties(
        width="container", height=step * len(order), description=description
    )
    spec: Spec = chart.to_dict()
    return lean(spec)
