"""Two sets of tables compared row by row: what is new, what changed in which cell, what is gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import pandas as pd

from forkmodel.data.cells import column_texts
from forkmodel.data.schemas import TABLES

__all__ = ["CellChange", "Cells", "RowChange", "TableDiff", "diff_tables", "row_label", "rows_by_key"]

Cells = dict[str, str]


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row that only one of the two sets has: its key, its source and all its cells as text."""

    key: str
    source: str
    cells: Cells


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell that differs between two rows of one key: old and new text, and the source of the new row."""

    key: str
    column: str
    old: str
    new: str
    source: str


@dataclass(frozen=True)
class TableDiff:
    """What differs in one table."""

    table: str
    new: list[RowChange]
    changed: list[CellChange]
    gone: list[RowChange]

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return bool(self.new or self.changed or self.gone)

    def as_dict(self) -> dict[str, object]:
        """Return the differences as a JSON-ready mapping."""
        return {
            "new": [asdict(row) for row in self.new],
            "changed": [asdict(change) for change in self.changed],
            "gone": [asdict(row) for row in self.gone],
        }


def diff_tables(old: Mapping[str, pd.DataFrame], new: Mapping[str, pd.DataFrame]) -> list[TableDiff]:
    """Compare two sets of tables by the keys of their rows.

    Cells are compared as the text that stands in a file, so 0.50 and 0.5 are the same.

    Parameters
    ----------
    old, new : mapping of str to DataFrame
        Typed tables with unique keys, such as ``Market.tables()`` gives.

    Returns
    -------
    list of TableDiff
        One for each table, in the order of the schemas.
    """
    return [_diff(name, rows_by_key(name, old[name]), rows_by_key(name, new[name])) for name in TABLES]


def rows_by_key(name: str, frame: pd.DataFrame) -> dict[tuple[str, ...], Cells]:
    """Return the rows of a table in their order, each with its cells as text, by the texts of its key."""
    table = TABLES[name]
    texts = {column.name: column_texts(frame, column) for column in table.columns}
    keys = zip(*(texts[part] for part in table.key), strict=True)
    rows = (dict(zip(texts, cells, strict=True)) for cells in zip(*texts.values(), strict=True))
    return dict(zip(keys, rows, strict=True))


def _diff(name: str, old: dict[tuple[str, ...], Cells], new: dict[tuple[str, ...], Cells]) -> TableDiff:
    changed = [
        CellChange(row_label(key), column, old[key][column], text, cells["source_id"])
        for key, cells in new.items()
        if key in old
        for column, text in cells.items()
        if text != old[key][column]
    ]
    return TableDiff(name, _only_in(new, old), changed, _only_in(old, new))


def _only_in(these: dict[tuple[str, ...], Cells], those: dict[tuple[str, ...], Cells]) -> list[RowChange]:
    return [
        RowChange(row_label(key), cells["source_id"], cells)
        for key, cells in these.items()
        if key not in those
    ]


def row_label(key: tuple[str, ...]) -> str:
    """Return a key as one text."""
    return ", ".join(part for part in key if part)
