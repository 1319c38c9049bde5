"""Rows of text as CSV files of a folder: what an import writes, and what its check reads."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path

from forkmodel.data.adapters.imported import Imported
from forkmodel.data.cells import escaped
from forkmodel.data.folders import VINTAGE_FILE, write_tables
from forkmodel.data.schemas import TABLES
from forkmodel.errors import ForkModelError

__all__ = ["rows_text", "write_import"]


def rows_text(name: str, rows: Iterable[Mapping[str, str]]) -> str:
    """Return rows of a table as CSV text, header first; line 2 is the first row.

    Parameters
    ----------
    name : str
        Name of the table.
    rows : iterable of mapping of str to str
        Cells by column; absent cells are empty.
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(TABLES[name].names)
    for row in rows:
        writer.writerow(
            [
                escaped(row.get(column.name, "")) if column.kind == "text" else row.get(column.name, "")
                for column in TABLES[name].columns
            ]
        )
    return file.getvalue()


def write_import(imported: Imported, folder: Path) -> list[str]:
    """Write an import as a folder that the package reads, with its vintage; all files or none.

    Parameters
    ----------
    imported : Imported
        The import.
    folder : Path
        Where to write; made if absent. Tables of an earlier import that this one lacks are removed.

    Returns
    -------
    list of str
        Names of the files written.

    Raises
    ------
    ForkModelError
        If nothing was imported, or the folder cannot be written.
    BusyError
        If another process is writing to it.
    """
    if not imported.tables:
        raise ForkModelError(
            "nothing was imported, so nothing was written: every row was left out, for the reasons given."
        )
    texts = {f"{name}.csv": rows_text(name, rows) for name, rows in imported.tables.items()}
    texts[VINTAGE_FILE] = f"{imported.vintage.date().isoformat()}\n"
    write_tables(folder, texts)
    return list(texts)
