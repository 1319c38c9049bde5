"""A drop: newer rows on top of known tables, and what they add, repeat, restate and contradict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import pandas as pd

from forkmodel.data.contradictions import Contradiction, beside, is_figure, replaced
from forkmodel.data.diff import CellChange, RowChange, TableDiff, diff_tables, row_label, rows_by_key
from forkmodel.data.market_tables import MarketTables
from forkmodel.data.merging import canonical, union
from forkmodel.data.read import Folder, read_data

__all__ = ["Drop", "TableDrop", "read_drop"]


@dataclass(frozen=True)
class TableDrop:
    """What a drop does to one table.

    Attributes
    ----------
    table : str
        Its name.
    new : list of RowChange
        Rows with a key that nobody had.
    twice : int
        Rows of the drop that were known and agree in every cell.
    contradictions : list of Contradiction
        Figures that differ.
    restated : list of CellChange
        Cells that were empty, or that describe a figure and do not state it.
    followed : list of CellChange
        Cells of rows that are not in the drop and change because of it: a price that a later one ends, usage
        of a model that has a name now.
    """

    table: str
    new: list[RowChange]
    twice: int
    contradictions: list[Contradiction]
    restated: list[CellChange]
    followed: list[CellChange]

    def as_dict(self) -> dict[str, object]:
        """Return the contents as a JSON-ready mapping."""
        lists = {
            name: [asdict(each) for each in getattr(self, name)]
            for name in ("new", "contradictions", "restated", "followed")
        }
        return {"twice": self.twice, **lists}


@dataclass(frozen=True, eq=False)
class Drop:
    """Newer rows, read and merged.

    Attributes
    ----------
    base, market : MarketTables
        The tables before and after.
    given : mapping of str to DataFrame
        The rows of the drop by table, typed.
    """

    base: MarketTables
    market: MarketTables
    given: Mapping[str, pd.DataFrame]

    @property
    def changes(self) -> bool:
        """Whether the tables are others than before."""
        return self.market != self.base

    def tables(self) -> list[TableDrop]:
        """Return what the drop does, table by table, in the order of the schemas."""
        found = diff_tables(self.base.tables(), self.market.tables())
        return [self._table(each) for each in found]

    def fresh(self, table: str) -> pd.DataFrame:
        """Return the rows of the drop that the known tables lack or have with other cells."""
        known = rows_by_key(table, getattr(self.base, table))
        given = rows_by_key(table, self.given[table])
        merged = rows_by_key(table, getattr(self.market, table))
        return self.given[table].loc[[known.get(key) != merged[key] for key in given]]

    def without(self, table: str, source: str) -> MarketTables:
        """Return the tables as if the drop had lacked its new and changed rows of one table and source."""
        fresh = self.fresh(table)
        gone = fresh.index[fresh["source_id"].eq(source)]
        return self._merged({**self.given, table: self.given[table].drop(gone)})

    def without_figures(self) -> MarketTables:
        """Return the tables as if the drop had held only models, benchmarks and sources."""
        named = ("models", "benchmarks", "sources")
        return self._merged(
            {name: frame if name in named else frame.iloc[:0] for name, frame in self.given.items()}
        )

    def _merged(self, given: Mapping[str, pd.DataFrame]) -> MarketTables:
        """Merge a part of the drop; what is a part of valid tables is not checked again."""
        frames = union(self.base.tables(), given, self.base.vintage, self.market.vintage)
        return MarketTables(**canonical(frames), vintage=self.market.vintage)

    def _table(self, diff: TableDiff) -> TableDrop:
        known, merged, given = (
            rows_by_key(diff.table, frame)
            for frame in (
                getattr(self.base, diff.table),
                getattr(self.market, diff.table),
                self.given[diff.table],
            )
        )
        labels = {row_label(key): known[key] for key in given if key in known}
        hard: list[CellChange] = []
        soft: list[CellChange] = []
        for change in diff.changed:
            if change.key in labels:
                (hard if change.old and is_figure(diff.table, change.column) else soft).append(change)
        return TableDrop(
            diff.table,
            diff.new,
            sum(key in known and merged[key] == known[key] for key in given),
            [
                *(replaced(diff.table, each, labels[each.key], self.base, self.market) for each in hard),
                *beside(diff.table, known, given),
            ],
            soft,
            [change for change in diff.changed if change.key not in labels],
        )


def read_drop(folder: Folder, base: MarketTables) -> Drop:
    """Read a folder of newer rows and merge it with known tables.

    Parameters
    ----------
    folder : str or path
        Folder with one or more tables as CSV files; ids are looked up in both.
    base : MarketTables
        The known tables.

    Returns
    -------
    Drop
        The tables before and after, and the rows that were given.

    Raises
    ------
    DataError
        With every problem found, each with table, CSV row, column, value and fix.
    """
    market = read_data(folder, base=base)
    alone = read_data(folder, partial=True, vintage=market.vintage)
    return Drop(base, market, alone.tables())
