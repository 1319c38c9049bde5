"""Contradictions: one figure with two values, where each is from, which stands, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from forkmodel.data.diff import CellChange, Cells, row_label
from forkmodel.data.market_tables import MarketTables
from forkmodel.data.schemas import TABLES

__all__ = ["BOTH", "DROP", "Contradiction", "beside", "is_figure", "replaced"]

#: Who wins a contradiction: the row of the drop, or neither, because both stand.
DROP: Final = "drop"
BOTH: Final = "both"
#: Columns that say where a figure is from or how to read it, and not what it is.
DESCRIBES = ("source_id", "url", "note", "title", "publisher", "licence", "attribution", "setting")
#: Columns that let two rows about one thing stand side by side, and the figure in which they may differ.
BESIDE = {"scores": ("evaluator", "score"), "revenue": ("kind", "annualised_revenue_usd")}

type Rows = Mapping[tuple[str, ...], Cells]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A cell of the known tables and one of the drop that cannot both be the figure.

    Attributes
    ----------
    table, key, column : str
        Where.
    old, new : str
        The two cells as text.
    old_source, new_source : str
        Where each is from.
    wins : str
        ``drop`` or ``both``.
    why : str
        The reason, in one sentence.
    """

    table: str
    key: str
    column: str
    old: str
    new: str
    old_source: str
    new_source: str
    wins: str
    why: str


def is_figure(table: str, column: str) -> bool:
    """Return whether a column states something, and does not only say where it is from or how to read it."""
    return not TABLES[table].column(column).provenance and column not in DESCRIBES


def replaced(
    table: str, change: CellChange, known: Cells, base: MarketTables, market: MarketTables
) -> Contradiction:
    """Return the contradiction of a known row and the row of a drop that takes its place.

    Parameters
    ----------
    table : str
        Table of both.
    change : CellChange
        The cell in which they differ.
    known : dict of str
        Cells of the known row.
    base, market : MarketTables
        The tables before and after; they say when each source was read.
    """
    old, new = known["source_id"], change.source
    before, after = _read_on(base, old), _read_on(market, new)
    if pd.isna(before) or pd.isna(after) or after >= before:
        why = f"the drop's row stands: its source was read on {_day(after)}, the old one on {_day(before)}"
    else:
        why = (
            f"the drop's row stands, although its source was read on {_day(after)} and the old one on "
            f"{_day(before)}: delete it from the drop to keep the old one"
        )
    return Contradiction(table, change.key, change.column, change.old, change.new, old, new, DROP, why)


def beside(table: str, known: Rows, given: Rows) -> list[Contradiction]:
    """Return the rows of a drop that say something else than a known row about the same thing.

    Parameters
    ----------
    table : str
        Table of all rows.
    known, given : mapping of tuple to dict
        Cells of the known rows and of those of the drop, by key.
    """
    if table not in BESIDE:
        return []
    differs, figure = BESIDE[table]
    place = TABLES[table].key.index(differs)
    others: dict[tuple[str, ...], list[Cells]] = {}
    for key, cells in known.items():
        others.setdefault(key[:place] + key[place + 1 :], []).append(cells)
    return [
        Contradiction(
            table,
            row_label(key),
            figure,
            old[figure],
            cells[figure],
            old["source_id"],
            cells["source_id"],
            BOTH,
            f"{differs} {old[differs]} and {cells[differs]} are two observations: both stand",
        )
        for key, cells in given.items()
        if key not in known
        for old in others.get(key[:place] + key[place + 1 :], [])
        if old[figure] != cells[figure]
    ]


def _read_on(market: MarketTables, source: str) -> Any:
    found = market.sources.set_index("source_id")["retrieved"].get(source)
    return pd.NaT if found is None else found


def _day(day: Any) -> str:
    return "an unknown day" if pd.isna(day) else str(day.date())
