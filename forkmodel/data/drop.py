"""A drop: newer rows on top of known tables, and what they add, repeat, restate and contradict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import pandas as pd

from forkmodel.data.diff import CellChange, Cells, RowChange, TableDiff, diff_tables, row_label, rows_by_key
from forkmodel.data.market_tables import MarketTables
from forkmodel.data.merging import canonical, union
from forkmodel.data.read import Folder, read_data
from forkmodel.data.schemas import TABLES

__all__ = ["BOTH", "DROP", "Contradiction", "Drop", "TableDrop", "read_drop"]

#: Who wins a contradiction: the row of the drop, or neither, because both stand.
DROP: Final = "drop"
BOTH: Final = "both"
#: Columns that say where a figure is from or how to read it, and not what it is.
DESCRIBES = ("source_id", "url", "note", "title", "publisher", "licence", "attribution", "setting")
#: Columns that let two rows about one thing stand side by side, and the figure in which they may differ.
BESIDE = {"scores": ("evaluator", "score"), "revenue": ("kind", "annualised_revenue_usd")}


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
        facts = {
            column.name
            for column in TABLES[diff.table].columns
            if not column.provenance and column.name not in DESCRIBES
        }
        hard: list[CellChange] = []
        soft: list[CellChange] = []
        for change in diff.changed:
            if change.key in labels:
                (hard if change.column in facts and change.old else soft).append(change)
        return TableDrop(
            diff.table,
            diff.new,
            sum(key in known and merged[key] == known[key] for key in given),
            [self._contradiction(diff.table, each, labels[each.key]) for each in hard]
            + self._beside(diff.table, known, given),
            soft,
            [change for change in diff.changed if change.key not in labels],
        )

    def _contradiction(self, table: str, change: CellChange, known: Cells) -> Contradiction:
        old, new = known["source_id"], change.source
        before, after = self._read_on(self.base, old), self._read_on(self.market, new)
        if pd.isna(before) or pd.isna(after) or after >= before:
            why = f"the newer row stands: its source was read on {_day(after)}, the old one on {_day(before)}"
        else:
            why = (
                f"the drop's row stands, although its source was read on {_day(after)} and the old one on "
                f"{_day(before)}: delete it from the drop to keep the old one"
            )
        return Contradiction(table, change.key, change.column, change.old, change.new, old, new, DROP, why)

    def _beside(
        self, table: str, known: Mapping[tuple[str, ...], Cells], given: Mapping[tuple[str, ...], Cells]
    ) -> list[Contradiction]:
        """Return new rows that say something else than a known row about the same thing."""
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

    @staticmethod
    def _read_on(market: MarketTables, source: str) -> Any:
        found = market.sources.set_index("source_id")["retrieved"].get(source)
        return pd.NaT if found is None else found


def _day(day: Any) -> str:
    return "an unknown day" if pd.isna(day) else str(day.date())


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
