"""An import on its way: rows as text with the place each came from, and what was left out."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from forkmodel.data.adapters.imported import LeftOut, Origin
from forkmodel.data.adapters.naming import Naming
from forkmodel.data.adapters.opening import shortened
from forkmodel.data.schemas import TABLES

__all__ = ["NO_BENCHMARK", "NO_MODEL", "Draft", "PlacedRow"]

#: Why a row is left out whose names nothing stands for.
NO_MODEL = "no known model and no alias has this name"
NO_BENCHMARK = "no known benchmark and no alias has this name"


@dataclass(frozen=True, slots=True)
class PlacedRow:
    """A row of a table as text, and the place of the source it was made from."""

    place: str
    cells: dict[str, str]


@dataclass
class Draft:
    """What an adapter fills.

    Attributes
    ----------
    origin : Origin
        Where the file comes from.
    naming : Naming
        Looks names up.
    known : dict of str to DataFrame
        The tables that the import adds to.
    retrieved : Timestamp
        Day on which the file was read.
    vintage : Timestamp
        Last day that may stand in the tables.
    rows : dict of str to list of PlacedRow
        Rows by table.
    left_out : list of LeftOut
        Rows of the source that are in no table.
    """

    origin: Origin
    naming: Naming
    known: dict[str, pd.DataFrame]
    retrieved: pd.Timestamp
    vintage: pd.Timestamp
    rows: dict[str, list[PlacedRow]] = field(default_factory=lambda: {name: [] for name in TABLES})
    left_out: list[LeftOut] = field(default_factory=list)

    @property
    def source_id(self) -> str:
        """Id of this reading in ``sources``: a later reading of the same source is another one."""
        return f"{self.origin.name}-{self.day}"

    @property
    def day(self) -> str:
        """The day of reading as ISO text."""
        return self.retrieved.date().isoformat()

    def add(self, table: str, place: str, **cells: str) -> None:
        """Add a row; its source is this reading unless it says otherwise.

        Line breaks in cells become blanks. Text that no file can hold is left out.
        """
        texts = {column: " ".join(text.split()) for column, text in cells.items()}
        if not all(map(_can_be_written, texts.values())):
            self.leave(place, "", f"a cell of {table} is no text: a zero byte or half a character")
            return
        self.rows[table].append(PlacedRow(place, {"source_id": self.source_id, **texts}))

    def leave(self, place: str, name: str, reason: str) -> None:
        """Say that something of the source is in no table, and why."""
        self.left_out.append(LeftOut(*(shortened(text) for text in (place, name, reason))))

    def is_late(self, day: str) -> bool:
        """Whether an ISO day lies after the vintage."""
        return bool(day) and pd.Timestamp(day) > self.vintage


def _can_be_written(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)
