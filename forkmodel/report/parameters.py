"""Prior against posterior, one row and one small drawing per parameter."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from forkmodel.report import text
from forkmodel.report.content import ReportContent
from forkmodel.report.formatting import percent, significant

__all__ = ["ParameterGroup", "ParameterRow", "parameter_groups"]

WIDTH, HEIGHT = 220, 22
#: A prior that spans more than this factor is drawn on a log scale.
LOG_SPAN = 10.0
#: Rows of a block that are open at first, if no more of them are prior-driven.
FEW = 5


@dataclass(frozen=True)
class ParameterRow:
    """One parameter, as text and as a drawing."""

    name: str
    meaning: str
    unit: str
    prior: str
    posterior: str
    contraction: str
    prior_driven: bool
    drawing: str


@dataclass(frozen=True)
class ParameterGroup:
    """The parameters of one block, those the data say least about first."""

    block: str
    title: str
    rows: list[ParameterRow]
    driven: int
    note: str = ""

    @property
    def shown(self) -> list[ParameterRow]:
        """Every prior-driven row, and as many more as make up a few."""
        return self.rows[: max(self.driven, FEW)]

    @property
    def folded(self) -> list[ParameterRow]:
        """The rows that data inform best, folded away at first."""
        return self.rows[max(self.driven, FEW) :]


def _drawing(row: pd.Series) -> str:
    """Return prior and posterior as two bars of an inline SVG."""
    ends = [float(row[name]) for name in ("prior_q05", "prior_q95", "q05", "q95")]
    log = min(ends) > 0 and ends[1] / ends[0] > LOG_SPAN
    places = [math.log(end) for end in ends] if log else ends
    low, top = min(places), max(places)
    width = (top - low) or 1.0

    def x(value: float) -> float:
        place = math.log(value) if log else value
        return round(3 + (WIDTH - 6) * (place - low) / width, 1)

    def bar(y: int, height: int, start: float, end: float, name: str) -> str:
        return (
            f'<rect class="{name}" x="{x(start)}" y="{y}" width="{max(1.5, x(end) - x(start)):.1f}" '
            f'height="{height}" rx="2"/>'
        )

    middle = x(float(row["median"]))
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" aria-hidden="true">'
        + bar(3, 6, ends[0], ends[1], "prior")
        + bar(12, 7, ends[2], ends[3], "posterior")
        + f'<line class="middle" x1="{middle}" x2="{middle}" y1="10.5" y2="20.5"/></svg>'
    )


def _interval(row: pd.Series, prefix: str) -> str:
    middle, low, high = (float(row[f"{prefix}{name}"]) for name in ("median", "q05", "q95"))
    return f"{significant(middle)} ({significant(low)} to {significant(high)})"


def parameter_groups(content: ReportContent) -> list[ParameterGroup]:
    """Return prior against posterior by block."""
    table = content.prior_posterior
    groups = []
    for block, rows in table.groupby("block", sort=False):
        made = [
            ParameterRow(
                name=str(row["parameter"]),
                meaning=str(row["meaning"]),
                unit=str(row["unit"]),
                prior=_interval(row, "prior_"),
                posterior=_interval(row, ""),
                contraction=percent(max(0.0, float(row["contraction"]))),
                prior_driven=bool(row["prior_driven"]),
                drawing=_drawing(row),
            )
            for _, row in rows.sort_values(
                ["prior_driven", "contraction"], ascending=[False, True]
            ).iterrows()
        ]
        title = text.BLOCKS.get(str(block), str(block).capitalize())
        driven = sum(row.prior_driven for row in made)
        note = text.BLOCK_NOTES.get(str(block), "")
        groups.append(ParameterGroup(str(block), title, made, driven, note))
    order = list(text.BLOCKS)
    return sorted(groups, key=lambda group: order.index(group.block) if group.block in order else len(order))
