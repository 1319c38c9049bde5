"""Numbers as text: one way per unit, the same in prose, tables, cards, axes and tooltips."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from forkmodel.report.intervals import INTERVALS, Summary

__all__ = ["UNITS", "Unit", "chance", "date_label", "day_label", "join", "percent", "significant"]

MISSING = "n/a"


def significant(value: float, digits: int = 2) -> str:
    """Return a number with so many significant digits, thousands separated, never in scientific form."""
    if not math.isfinite(value):
        return MISSING
    if value == 0:
        return "0"
    decimals = digits - 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, decimals)
    # Rounding may add a digit (9.97 -> 10), so count again.
    decimals = digits - 1 - math.floor(math.log10(abs(rounded)))
    text = f"{rounded:,.{max(decimals, 0)}f}"
    return text.replace("-", "−")


def _fixed(value: float, decimals: int) -> str:
    if not math.isfinite(value):
        return MISSING
    text = f"{value:,.{decimals}f}"
    if not any(digit in text for digit in "123456789"):
        text = text.lstrip("-")
    return text.replace("-", "−")


def percent(value: float) -> str:
    """Return a share as a percentage; below 10 % with one decimal."""
    if not math.isfinite(value):
        return MISSING
    return f"{_fixed(100 * value, 1 if 0 < abs(value) < 0.0995 else 0)}%"


def _hundreds(value: float) -> str:
    return _fixed(round(value, -2), 0) if math.isfinite(value) and value >= 1000 else _tens(value)


def _tens(value: float) -> str:
    return _fixed(round(value, -1), 0) if math.isfinite(value) else MISSING


def _usd(value: float) -> str:
    if not math.isfinite(value):
        return MISSING
    for size, name in ((1e12, " trillion"), (1e9, " billion"), (1e6, " million")):
        if abs(value) >= 0.9995 * size:
            return f"${significant(value / size)}{name}"
    return f"${significant(value)}"


def _price(value: float) -> str:
    return f"${significant(value)}" if math.isfinite(value) else MISSING


def _times(value: float) -> str:
    return f"{significant(value)}×" if math.isfinite(value) else MISSING


@dataclass(frozen=True, slots=True)
class Unit:
    """How one kind of quantity is written and drawn.

    Attributes
    ----------
    text : callable
        Number to text.
    axis : str
        Title of the axis.
    label : str
        Vega expression that writes a tick; ``datum.value`` is the tick on the axis.
    factor : float
        Drawn value = factor times value.
    log : bool
        Whether the axis is logarithmic.
    """

    text: Callable[[float], str]
    axis: str
    label: str = "format(datum.value, ',~g')"
    factor: float = 1.0
    log: bool = False

    def interval(self, ends: tuple[float, float]) -> str:
        """Return an interval as ``3,300 to 4,900``."""
        return f"{self.text(ends[0])} to {self.text(ends[1])}"

    def row(self, summary: Summary | None) -> list[str]:
        """Return median and all intervals as cells of a table."""
        if summary is None:
            return [MISSING] * (1 + len(INTERVALS))
        return [self.text(summary.median), *(self.interval(summary.intervals[mass]) for mass in INTERVALS)]


_PERCENT_LABEL = "format(datum.value, '.0%')"
_PRICE_LABEL = "'$' + format(datum.value, ',~g')"
#: Ticks of money, drawn in billions: $200k, $3m, $40bn, $1tn.
_USD_LABEL = (
    "datum.value >= 1000 ? '$' + format(datum.value / 1000, ',~g') + 'tn' : "
    "datum.value >= 1 ? '$' + format(datum.value, ',~g') + 'bn' : "
    "datum.value >= 0.001 ? '$' + format(datum.value * 1000, ',~g') + 'm' : "
    "'$' + format(datum.value * 1000000, ',~g') + 'k'"
)
UNITS = {
    "hhi": Unit(_hundreds, "HHI", "format(datum.value, ',d')"),
    "share": Unit(percent, "share", _PERCENT_LABEL),
    "index": Unit(lambda x: _fixed(x, 1), "capability index"),
    "points": Unit(lambda x: _fixed(x, 1), "index points"),
    "months": Unit(lambda x: _fixed(x, 1), "months"),
    "price": Unit(_price, "USD per million tokens", _PRICE_LABEL, log=True),
    "ratio": Unit(_times, "closed / open", "format(datum.value, ',~g') + '×'", log=True),
    "usd": Unit(_usd, "USD per year", _USD_LABEL, factor=1e-9, log=True),
    "elasticity": Unit(lambda x: _fixed(x, 2), "own-price elasticity"),
    "firms": Unit(significant, "equal-sized firms"),
}


def chance(probability: float) -> str:
    """Return a share of draws as words that never claim certainty from a finite number of draws."""
    if not math.isfinite(probability):
        return f"{MISSING} of draws"
    if probability > 0.99:
        return "more than 99% of draws"
    if probability < 0.01:
        return "fewer than 1% of draws"
    return f"{100 * probability:.0f}% of draws"


def day_label(day: pd.Timestamp) -> str:
    """Return a date as ``31 July 2026``."""
    return f"{day.day} {day:%B %Y}"


def date_label(quarter: pd.Timestamp, vintage: pd.Timestamp) -> str:
    """Return the period that a quarter start stands for.

    A quarter that the data cover by one month only is named by that month; any other by its number.
    """
    if (quarter.year, quarter.month) == (vintage.year, vintage.month):
        return f"{vintage:%B %Y}"
    return f"{quarter.year} Q{(quarter.month - 1) // 3 + 1}"


def join(parts: list[str]) -> str:
    """Return ``a, b and c``."""
    if len(parts) < 2:
        return "".join(parts)
    return ", ".join(parts[:-1]) + " and " + parts[-1]
