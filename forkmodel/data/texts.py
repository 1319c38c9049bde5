"""A market as the text of its CSV tables, and back: what a folder holds, without the folder.

The text is typed by the reader of folders, which knows what each column is. A reader that guesses would take
a model called NA for a missing one.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

import pandas as pd

from forkmodel.data.cells import column_texts, empty_table, escaped, type_records
from forkmodel.data.files import split_records
from forkmodel.data.market_tables import MarketTables
from forkmodel.data.merging import canonical
from forkmodel.data.schemas import TABLES
from forkmodel.errors import DataError, Problem

__all__ = ["market_from_texts", "table_text"]


def table_text(market: MarketTables, name: str) -> str:
    """Return one table as CSV text, header first, every digit kept.

    Parameters
    ----------
    market : MarketTables
        The market.
    name : str
        Name of the table.
    """
    frame, table = getattr(market, name), TABLES[name]
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(table.names)
    columns = [
        map(escaped, column_texts(frame, column)) if column.kind == "text" else column_texts(frame, column)
        for column in table.columns
    ]
    writer.writerows(zip(*columns, strict=True))
    return file.getvalue()


def market_from_texts(texts: Mapping[str, str], vintage: pd.Timestamp) -> MarketTables:
    """Return the market whose tables were written by ``table_text``.

    Cells are typed and not checked against one another: the tables were valid when they were written, and
    whether they still are what they were is for a content hash to say.

    Parameters
    ----------
    texts : mapping of str to str
        Text by name of table; absent tables are empty.
    vintage : Timestamp
        Date of the data.

    Raises
    ------
    DataError
        If a text is no table of its name, or a cell is not of its column's type.
    """
    problems: list[Problem] = [
        Problem(name, None, None, None, "there is no such table", f"Tables: {', '.join(TABLES)}.")
        for name in texts
        if name not in TABLES
    ]
    frames = {}
    for name, table in TABLES.items():
        frames[name] = empty_table(table)
        if name not in texts:
            continue
        records = split_records(texts[name], name, [])
        problems += records.problems
        if records.header:
            frames[name], _ = type_records(table, records.header, records.rows, records.lines, problems)
    if problems:
        raise DataError(problems)
    return MarketTables(**canonical(frames), vintage=vintage)
