"""Values whose logarithm or log-odds the model would need and which have none.

A share of firms of 0 or 1, a price of nothing per employee or a range that begins at 0 is a fine thing to
write down and the end of a fit: minus infinity. Where a rule says how such a value is read (zero tokens of a
model are no reading; a free offer costs the price floor), the panel follows it. Every other is refused here,
before anything is compiled, with the cell named.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from forkmodel.data.cells import cell_text
from forkmodel.data.panel_words import ambiguous_panels, in_known_words
from forkmodel.data.vocabulary import (
    ADOPTION_CENSUS,
    ADOPTION_RAMP,
    OPEN_SHARE,
    REACH,
    SPEND_PER_EMPLOYEE,
)
from forkmodel.errors import Problem

__all__ = ["unusable_values"]

Frames = Mapping[str, pd.DataFrame]

#: Shares of firms that enter as log-odds, which 0 and 1 do not have.
LOG_ODDS = (ADOPTION_RAMP, ADOPTION_CENSUS, REACH)
#: A month's parts may miss its total by rounding.
ROUNDING = 1e-6


def unusable_values(frames: Frames) -> list[Problem]:
    """Find values that an observation reads and cannot use, and panels that it cannot tell apart.

    Parameters
    ----------
    frames : mapping of str to DataFrame
        Tables that hold ``usage``, ``adoption`` and ``revenue``, indexed by CSV line.
    """
    problems = ambiguous_panels(frames["usage"])
    frames = in_known_words(frames)
    for reading in LOG_ODDS:
        rows = reading.rows(frames[reading.table])
        ends = rows.loc[rows["value"].isin([0.0, 1.0])]
        what = f"a share of exactly 0 or 1 has no log-odds, which {reading.name} needs"
        fix = "Write the share with more digits if it is known (0.0004, not 0), or delete the row."
        problems += _each(reading.table, ends, "value", what, fix)
    spend = SPEND_PER_EMPLOYEE.rows(frames["adoption"])
    fix = "Write the amount with more digits if it is known, or delete the row."
    what = "spend of 0 has no logarithm, which spend per employee needs"
    problems += _each("adoption", spend.loc[spend["value"].eq(0)], "value", what, fix)
    return problems + _router_months(frames["usage"]) + _ranges(frames["revenue"])


def _each(table: str, rows: pd.DataFrame, column: str, what: str, fix: str) -> list[Problem]:
    return [
        Problem(table, int(line) or None, column, cell_text(value), what, fix)
        for line, value in zip(rows.index.tolist(), rows[column].tolist(), strict=True)
    ]


def _router_months(usage: pd.DataFrame) -> list[Problem]:
    """The parts of a month's tokens are above zero and no more than its total."""
    rows = OPEN_SHARE.rows(usage)
    fix = "Write the tokens counted, or delete the row: a month without all four figures is not read."
    what = "a month's part of 0 has no log-odds, which the open share needs"
    problems = _each("usage", rows.loc[rows["value"].eq(0)], "value", what, fix)
    wide = rows.drop_duplicates(["period_start", "entity"], keep="last").pivot(
        index="period_start", columns="entity", values="value"
    )
    wide = wide.reindex(columns=["open_weights", "closed", "unknown", "total"]).dropna()
    parts = wide[["open_weights", "closed", "unknown"]].sum(axis=1)
    for month in wide.index[parts > wide["total"] * (1.0 + ROUNDING)]:
        total = rows.loc[rows["period_start"].eq(month) & rows["entity"].eq("total")].tail(1)
        amount = cell_text(parts[month])
        what = f"the parts of the month from {cell_text(month)} sum to {amount}, above the total"
        fix = "Correct total or one of open_weights, closed and unknown; all count tokens of the whole month."
        problems += _each("usage", total, "value", what, fix)
    return problems


def _ranges(revenue: pd.DataFrame) -> list[Problem]:
    problems = []
    for column in ("low", "high"):
        fix = "Leave low and high empty if the range is not known, or write an amount above 0."
        what = "a range that begins or ends at 0 has no width on the log scale"
        problems += _each("revenue", revenue.loc[revenue[column].eq(0)], column, what, fix)
    return problems
