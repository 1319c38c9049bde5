"""From draws to the lines and dots that charts and tables share."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

import pandas as pd
import xarray as xr

from forkmodel.data.cells import escaped
from forkmodel.report.content import ReportContent
from forkmodel.report.formatting import Unit, date_label
from forkmodel.report.intervals import INTERVALS, Summary, high, low, summarise, summarise_draws

__all__ = [
    "Dot",
    "Line",
    "Table",
    "dot_csv",
    "dot_table",
    "latest_dot",
    "line",
    "line_csv",
    "line_of",
    "line_table",
    "place",
]

#: Stocks are read at the quarter's end, flows are means over the quarter, money sits on the quarter start.
_AT_END = ("capability", "lag_", "price_", "premium_")
_IN_MIDDLE = ("token_share", "spend_share", "open_share", "elasticity", "hhi", "cr", "effective_firms")


@dataclass(frozen=True)
class Line:
    """One path with its bands.

    Attributes
    ----------
    label, colour : str
        Name and named colour.
    frame : DataFrame
        Columns ``at`` (date drawn), ``period`` (its label), and those of
        :func:`forkmodel.report.intervals.summarise`; times without a value are left out.
    """

    label: str
    colour: str
    frame: pd.DataFrame

    def drawn(self, log: bool) -> Line:
        """Return the part that an axis can show: a log axis has no place for zero."""
        return Line(self.label, self.colour, self.frame[self.frame["median"] > 0]) if log else self

    def summary(self, row: int = -1) -> Summary:
        """Return one time of the path as a summary."""
        values = self.frame.iloc[row]
        ends = {mass: (float(values[low(mass)]), float(values[high(mass)])) for mass in INTERVALS}
        return Summary(float(values["median"]), ends, int(values["draws"]))


@dataclass(frozen=True)
class Dot:
    """One quantity at one time: a dot with its intervals, in the row ``row`` of a chart."""

    row: str
    label: str
    colour: str
    period: str
    summary: Summary


@dataclass(frozen=True)
class Table:
    """A table of text; ``numeric`` counts the columns, from the right, that hold numbers."""

    columns: list[str]
    rows: list[list[str]]
    numeric: int = 0


def place(name: str, quarter: pd.Timestamp, vintage: pd.Timestamp) -> pd.Timestamp:
    """Return the day at which a quarter's value of a variable is drawn.

    Drawing everything at the quarter start would move a path against the dated observations laid over it.
    """
    end = quarter + pd.offsets.QuarterEnd(0)
    end = min(end, vintage) if vintage >= quarter else end
    if name.startswith(_AT_END):
        return end
    if name.startswith(_IN_MIDDLE):
        return (quarter + (end - quarter) / 2).normalize()
    return quarter


def line(content: ReportContent, label: str, colour: str, name: str, **select: str) -> Line | None:
    """Return one path of the history ready to draw, or None if it is not available."""
    array = content.path(name, **select)
    if array is None or set(array.dims) - {"chain", "draw", "sample", "time"}:
        return None
    return line_of(content, label, colour, name, array)


def line_of(content: ReportContent, label: str, colour: str, name: str, array: xr.DataArray) -> Line:
    """Return draws along time ready to draw, placed in time like the variable ``name``."""
    frame = summarise(array).dropna(subset=["median"])
    times = pd.DatetimeIndex(frame.index)
    frame.insert(0, "period", [date_label(time, content.vintage) for time in times])
    frame.insert(0, "at", [place(name, time, content.vintage) for time in times])
    return Line(label, colour, frame.reset_index(drop=True))


def latest_dot(
    content: ReportContent, row: str, label: str, colour: str, name: str, **select: str
) -> Dot | None:
    """Return the last known value of a path up to the vintage as a dot, or None."""
    found = content.latest(name, **select)
    if found is None:
        return None
    time, draws = found
    summary = summarise_draws(draws.to_numpy())
    return None if summary is None else Dot(row, label, colour, date_label(time, content.vintage), summary)


def _interval_columns() -> list[str]:
    return ["Median", *(f"{mass:.0%} interval" for mass in INTERVALS)]


def line_table(lines: list[tuple[str, Line]], unit: Unit) -> Table:
    """Return all lines as one table, the newest quarter first; each line comes with its panel's title."""
    rows = []
    for panel, path in lines:
        name = " · ".join(dict.fromkeys(part for part in (panel, path.label) if part))
        for i in reversed(range(len(path.frame))):
            rows.append([name, str(path.frame["period"].iloc[i]), *unit.row(path.summary(i))])
    return Table(["Series", "Period", *_interval_columns()], rows, numeric=1 + len(INTERVALS))


def dot_table(dots: list[tuple[str, Dot]], unit: Unit) -> Table:
    """Return all dots as one table; each dot comes with its panel's title."""
    rows = []
    for panel, dot in dots:
        name = " · ".join(dict.fromkeys(part for part in (panel, dot.row, dot.label) if part))
        rows.append([name, dot.period, *unit.row(dot.summary)])
    return Table(["Series", "Period", *_interval_columns()], rows, numeric=1 + len(INTERVALS))


_CSV_HEAD = [
    "panel",
    "series",
    "period",
    "median",
    *(end(m) for m in INTERVALS for end in (low, high)),
    "draws",
]


def _numbers(summary: Summary) -> list[str]:
    ends = [f"{value:.6g}" for mass in INTERVALS for value in summary.intervals[mass]]
    return [f"{summary.median:.6g}", *ends, str(summary.draws)]


def _csv(rows: list[list[str]]) -> str:
    text = io.StringIO()
    # Names come from the data, and a spreadsheet would run those that begin like a formula.
    safe = [[*map(escaped, row[:2]), *row[2:]] for row in rows]
    csv.writer(text, lineterminator="\n").writerows([_CSV_HEAD, *safe])
    return text.getvalue()


def line_csv(lines: list[tuple[str, Line]]) -> str:
    """Return all lines as CSV in the history's own units, six significant digits."""
    return _csv(
        [
            [panel, path.label, str(path.frame["period"].iloc[i]), *_numbers(path.summary(i))]
            for panel, path in lines
            for i in range(len(path.frame))
        ]
    )


def dot_csv(dots: list[tuple[str, Dot]]) -> str:
    """Return all dots as CSV in the history's own units, six significant digits."""
    return _csv(
        [
            [panel, " · ".join(dict.fromkeys((dot.row, dot.label))), dot.period, *_numbers(dot.summary)]
            for panel, dot in dots
        ]
    )
