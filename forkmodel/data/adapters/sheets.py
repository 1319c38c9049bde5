"""From the bytes of a CSV file to plain text cells, none of it guessed at.

Every number stays the text that stood in the file: what it means is for the adapter to say.
"""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass, field

from forkmodel.data.adapters.opening import refuse

__all__ = ["Row", "Sheet", "as_sheet", "decode", "read_csv"]

_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row: where it stands, and its cells by column."""

    place: str
    cells: dict[str, str]

    def get(self, *columns: str) -> str:
        """Return the first of these cells that holds anything, stripped; empty if none does."""
        return next((text for column in columns if (text := self.cells.get(column, ""))), "")


@dataclass(frozen=True)
class Sheet:
    """A table as text.

    Attributes
    ----------
    name : str
        Name of the file or sheet.
    header : list of str
        Column names, stripped.
    rows : list of Row
        Rows as long as the header.
    ragged : list of (str, str)
        Place and complaint of rows that are not.
    """

    name: str
    header: list[str]
    rows: list[Row]
    ragged: list[tuple[str, str]] = field(default_factory=list)

    def need(self, *columns: str) -> None:
        """Refuse a sheet that lacks a column.

        Raises
        ------
        DataError
            If one is missing.
        """
        missing = [column for column in columns if column not in self.header]
        if missing:
            what = f"lacks the columns {', '.join(missing)}; it has {', '.join(self.header[:20])}"
            raise refuse(self.name, what, "Give the file as the source publishes it.", row=1)


def decode(data: bytes, place: str, encoding: str = "") -> str:
    """Return the text of a file: as its byte order mark says, as stated, or UTF-8.

    Parameters
    ----------
    data : bytes
        The file.
    place : str
        What to call it in an error.
    encoding : str
        Name of the encoding where the file has no mark; empty = UTF-8.

    Raises
    ------
    DataError
        If a byte does not fit the encoding, or the text holds zero bytes.
    """
    marked = next((name for mark, name in _MARKS.items() if data.startswith(mark)), "")
    try:
        text = data.decode(marked or encoding or "utf-8-sig")
    except LookupError as error:
        raise refuse(place, f"there is no encoding {encoding!r}", "Write utf-8, cp1252, ...") from error
    except UnicodeError as error:
        start = getattr(error, "start", 0)
        row = data[:start].count(b"\n") + 1
        what = f"byte {start} does not fit the encoding {marked or encoding or 'UTF-8'}"
        raise refuse(place, what, "Save the file as UTF-8.", row=row) from error
    if "\0" in text:
        row = text[: text.index("\0")].count("\n") + 1
        raise refuse(place, "holds a zero byte; this is not text", "Save the file as UTF-8.", row=row)
    return text.removeprefix("\ufeff")


def read_csv(data: bytes, place: str, *, separator: str = ",", encoding: str = "", header: int = 1) -> Sheet:
    """Read a CSV file.

    Parameters
    ----------
    data : bytes
        The file.
    place : str
        What to call it.
    separator, encoding : str
        One character between cells; encoding as for :func:`decode`.
    header : int
        Which record holds the column names, 1 = the first.

    Raises
    ------
    DataError
        If it is not text, not well-formed, or has no header or two columns of one name.
    """
    text = decode(data, place, encoding)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator)
    records: list[tuple[int, list[str]]] = []
    start = 1
    try:
        for cells in reader:
            if cells:
                records.append((start, [cell.strip() for cell in cells]))
            start = reader.line_num + 1
    except csv.Error as error:
        what = f"is not well-formed CSV from this line on: {error}"
        raise refuse(place, what, "Save the file anew.", row=start) from error
    return as_sheet(place, records, header)


def as_sheet(place: str, records: list[tuple[int, list[str]]], header: int) -> Sheet:
    """Return numbered records of cells as a sheet; the record of number ``header`` names the columns."""
    if len(records) < header:
        raise refuse(place, "holds no header", "Give the file as the source publishes it.")
    names = records[header - 1][1]
    named = [name for name in names if name]
    twice = sorted({name for name in named if named.count(name) > 1})
    if twice:
        raise refuse(
            place, f"has two columns {twice[0]!r}", "Rename one of them.", row=records[header - 1][0]
        )
    rows, ragged = [], []
    for line, cells in records[header:]:
        if not any(cells):
            continue
        spot = f"{place}, row {line}"
        if len(cells) != len(names):
            ragged.append((spot, f"the row has {len(cells)} cells, the header has {len(names)}"))
        else:
            rows.append(Row(spot, dict(zip(names, cells, strict=True))))
    return Sheet(place, named, rows, ragged)
