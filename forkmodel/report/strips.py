"""Intervals as thin lines of inline SVG: many of them fit on one screen, in print and without any script."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

__all__ = ["Bar", "Scale", "quantile_dots", "strip"]

#: Pixels between two bars that share a strip, and above and below them.
STEP, MARGIN = 8.0, 7.0
#: Dots of a quantile dot plot: each stands for one part in so many of the draws.
DOTS = 20
#: Columns into which dots that lie close are stacked, and pixels between two dots of a stack.
COLUMNS, DOT_STEP = 34, 7.0


@dataclass(frozen=True)
class Scale:
    """A horizontal scale; positions are percent of its width.

    Attributes
    ----------
    low, high : float
        Its ends, in the unit of what is drawn.
    log : bool
        Whether it is logarithmic.
    """

    low: float
    high: float
    log: bool = False

    def place(self, value: float) -> float:
        """Return the position of a value, 1 to 99; what lies beyond an end is drawn there."""
        low, high, at = self.low, self.high, value
        if self.log:
            low, high, at = math.log(low), math.log(high), math.log(max(value, 1e-300))
        part = (at - low) / ((high - low) or 1.0)
        return round(1.0 + 98.0 * min(max(part, 0.0), 1.0), 2)


@dataclass(frozen=True)
class Bar:
    """One dot with its intervals, the widest first; ``colour`` is a named colour of the page."""

    middle: float
    intervals: Sequence[tuple[float, float]]
    colour: str


def _bar(bar: Bar, scale: Scale, y: float) -> str:
    parts = []
    for place, (low, high) in enumerate(bar.intervals):
        ends = f'x1="{scale.place(low)}%" x2="{scale.place(high)}%"'
        parts.append(f'<line class="bar b{place}" {ends} y1="{y}" y2="{y}"/>')
    parts.append(f'<circle cx="{scale.place(bar.middle)}%" cy="{y}" r="3.4"/>')
    return f'<g style="color:var(--{bar.colour})">{"".join(parts)}</g>'


def strip(
    bars: Sequence[Bar], scale: Scale, told: str, rules: Sequence[float] = (), today: float | None = None
) -> Markup:
    """Draw bars under one another on one scale.

    Parameters
    ----------
    bars : sequence of Bar
        From the top down.
    scale : Scale
        The scale; the strip takes the width it is given.
    told : str
        What a reader who cannot see it is told.
    rules : sequence of float
        Yardsticks, as dashed lines.
    today : float, optional
        Where today's state is marked, as a hollow square.
    """
    height = 2 * MARGIN + STEP * (len(bars) - 1)
    lines = [f'<line class="rail" x1="0" x2="100%" y1="{height - 0.5}" y2="{height - 0.5}"/>']
    lines += [
        f'<line class="rule" x1="{scale.place(rule)}%" x2="{scale.place(rule)}%" y1="0" y2="{height}"/>'
        for rule in rules
    ]
    lines += [_bar(bar, scale, MARGIN + STEP * place) for place, bar in enumerate(bars)]
    if today is not None:
        at = scale.place(today)
        lines.append(
            f'<rect class="today" x="{at}%" y="{height / 2 - 4}" width="8" height="8" '
            'transform="translate(-4 0)"/>'
        )
    return _svg("strip", height, told, lines)


def quantile_dots(values: np.ndarray, scale: Scale, told: str, colour: str) -> Markup:
    """Draw twenty quantiles as stacked dots, so that chances can be counted (Kay et al. 2016).

    Parameters
    ----------
    values : array
        Draws, any shape; those that are not finite count as beyond the upper end.
    scale : Scale
        The scale.
    told : str
        What a reader who cannot see it is told.
    colour : str
        A named colour of the page.
    """
    drawn = np.where(np.isfinite(values), values, np.inf).ravel()
    points = np.quantile(drawn, (np.arange(DOTS) + 0.5) / DOTS, method="inverted_cdf")
    columns = [round(scale.place(min(float(point), scale.high)) * COLUMNS / 100) for point in points]
    tallest = max(columns.count(column) for column in columns)
    height = DOT_STEP * tallest + 3
    dots = []
    for place, column in enumerate(columns):
        level = columns[:place].count(column)
        dots.append(
            f'<circle cx="{100 * column / COLUMNS:.2f}%" cy="{height - 4 - DOT_STEP * level}" r="3.1"/>'
        )
    rail = f'<line class="rail" x1="0" x2="100%" y1="{height - 0.5}" y2="{height - 0.5}"/>'
    return _svg("strip", height, told, [rail, f'<g style="color:var(--{colour})">{"".join(dots)}</g>'])


def _svg(name: str, height: float, told: str, lines: Sequence[str]) -> Markup:
    # Only numbers and names of this package stand in the drawing; what is told may hold words of a table.
    head = Markup('<svg class="{}" height="{}" width="100%" role="img" aria-label="{}">')
    return head.format(name, f"{height:g}", told) + Markup("".join(lines)) + Markup("</svg>")  # noqa: S704
