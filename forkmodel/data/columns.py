"""What is declared of a column and of a table, and how each kind of cell is held in memory."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

__all__ = ["DTYPES", "Column", "Kind", "Table"]

Kind = Literal["text", "number", "whole", "date", "flag"]

#: How each kind of cell is held in memory; missing text and numbers are NaN, missing dates NaT.
DTYPES: dict[Kind, str] = {
    "text": "str",
    "number": "float64",
    "whole": "float64",
    "date": "datetime64[us]",
    "flag": "bool",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name : str
        Header in the CSV file.
    kind : {"text", "number", "whole", "date", "flag"}
        Text, decimal number, whole number, ISO date, or true/false.
    meaning : str
        What a cell says, with its unit.
    empty : bool
        Whether a cell may be empty (unknown, or not applicable).
    values : tuple of str
        The allowed words, if only some are.
    least, most : float or None
        Smallest and largest allowed number.
    refers_to : str
        Table that must hold this id.
    provenance : bool
        A date about where the row was read rather than about the market; it may lie after the vintage.
    optional : bool
        Whether the whole column may be left out of a file: it joined the table later. A column without a
        value is no part of the content hash, so tables from before it keep theirs.
    """

    name: str
    kind: Kind
    meaning: str
    empty: bool = False
    values: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    refers_to: str = ""
    provenance: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its columns, the columns that make a row unique, and when a full folder must hold it.

    Attributes
    ----------
    name : str
        Name of the file without its ending.
    columns : tuple of Column
        The columns in their canonical order.
    key : tuple of str
        Columns that make a row unique.
    required : bool
        Whether every full folder must hold it.
    needed_by : tuple of str
        Tables whose rows refer to it: a folder with one of them must hold it.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    required: bool = False
    needed_by: tuple[str, ...] = ()

    def needed(self, present: Collection[str]) -> bool:
        """Return whether a full folder with these tables must hold it."""
        return self.required or any(name in present for name in self.needed_by)

    @property
    def names(self) -> list[str]:
        """Column names in their canonical order."""
        return [column.name for column in self.columns]

    def column(self, name: str) -> Column:
        """Return the declaration of one column."""
        return next(column for column in self.columns if column.name == name)

    def dates(self, *, provenance: bool = False) -> list[str]:
        """Names of the date columns about the market, or those about where rows were read."""
        return [c.name for c in self.columns if c.kind == "date" and c.provenance == provenance]
