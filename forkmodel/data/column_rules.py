"""The schema pass: pandera finds the cells that break a column's rules, this module says so in words.

Reading a folder checks it so; loading the bundled snapshot does not, and pandera is imported only on request.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from forkmodel.data.cells import cell_text
from forkmodel.data.columns import DTYPES, Column
from forkmodel.data.schemas import declaration
from forkmodel.errors import Problem, did_you_mean

if TYPE_CHECKING:
    import pandera.pandas as pa

__all__ = ["pandera_schema", "schema_problems"]

#: A date before this is a typing mistake: nothing in these tables is older.
EARLIEST_DATE = "1990-01-01"

#: Where one cell fails several checks, the one that explains most is told.
_RANK = {"not_nullable": 0, "finite": 1, "category": 2, "whole": 3, "early": 4, "least": 5, "most": 6}


@cache
def pandera_schema(table: str) -> pa.DataFrameSchema:
    """Return the pandera schema of one table (pandas backend).

    Each check carries a short code (``finite``, ``least``, ``most``, ``category``, ``whole``, ``early``) that
    :func:`schema_problems` turns into a sentence for people.

    Parameters
    ----------
    table : str
        A name in ``TABLES``, or ``facts``.

    Returns
    -------
    pandera.pandas.DataFrameSchema
        Strict: unknown columns fail, and so do missing ones.
    """
    import pandera.pandas as pa

    columns = {}
    for column in declaration(table).columns:
        checks = []
        if column.kind in ("number", "whole"):
            checks.append(pa.Check(np.isfinite, error="finite"))
        if column.kind == "whole":
            checks.append(pa.Check(lambda values: values % 1 == 0, error="whole"))
        if column.kind == "date":
            checks.append(pa.Check.ge(pd.Timestamp(EARLIEST_DATE), error="early"))
        if column.least is not None:
            checks.append(pa.Check.ge(column.least, error="least"))
        if column.most is not None:
            checks.append(pa.Check.le(column.most, error="most"))
        if column.values:
            checks.append(pa.Check.isin(column.values, error="category"))
        columns[column.name] = pa.Column(
            DTYPES[column.kind], checks, nullable=column.empty, description=column.meaning
        )
    return pa.DataFrameSchema(columns, name=table, strict=True)


def schema_problems(
    table: str, frame: pd.DataFrame, reported: set[tuple[int, str]] | None = None
) -> list[Problem]:
    """Check one table against its pandera schema.

    Parameters
    ----------
    table : str
        Name of the table.
    frame : DataFrame
        Typed frame, indexed by CSV line (0 = the row does not come from a file).
    reported : set of (int, str), optional
        Cells to pass over because a problem was already found when they were read; line 0 stands for the
        whole column.

    Returns
    -------
    list of Problem
        At most one problem per cell.
    """
    import pandera.pandas as pa

    reported = reported or set()
    try:
        pandera_schema(table).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
    else:
        return []
    best: dict[tuple[int, str, str], tuple[int, Problem]] = {}
    for case in cases.to_dict("records"):
        name, code = str(case["column"]), str(case["check"])
        if name not in declaration(table).names or code not in _RANK:
            # Wrong columns or types can only come from frames made in Python, not from a file.
            problem = Problem(table, None, name, None, f"the column breaks the schema ({code})", _REBUILD)
            best[(0, name, code)] = (0, problem)
            continue
        line = int(case["index"])
        if (line, name) in reported or (0, name) in reported:
            continue
        column = declaration(table).column(name)
        value = "" if code == "not_nullable" else cell_text(case["failure_case"])
        what, fix = _words(column, code, value)
        key = (line, name, value)
        if key not in best or _RANK[code] < best[key][0]:
            best[key] = (_RANK[code], Problem(table, line or None, name, value, what, fix))
    return [problem for _, problem in best.values()]


_REBUILD = "Build the tables with Market.from_tables, which sets the columns and their types."


def _words(column: Column, code: str, value: str) -> tuple[str, str]:
    """Return what is wrong and how to mend it."""
    if code == "not_nullable":
        return "the cell is empty", f"Fill it in: {column.meaning}"
    if code == "finite":
        unknown = "leave the cell empty if it is unknown" if column.empty else "or remove the row"
        return "the number is infinite", f"Write a finite number, {unknown}."
    if code == "category":
        return (
            f"is not one of {', '.join(column.values)}",
            f"{did_you_mean(value, list(column.values))} {column.meaning}",
        )
    if code == "whole":
        return "is not a whole number", f"Write a count: {column.meaning}"
    if code == "early":
        return f"is before {EARLIEST_DATE}", "Check the year."
    if code == "least":
        if float(value) < 0:
            return "is negative", f"Write a number of at least {cell_text(column.least)}. {column.meaning}"
        return f"is below {cell_text(column.least)}", f"Write a larger number. {column.meaning}"
    return above_one(float(value), column.meaning)


def above_one(value: float, meaning: str) -> tuple[str, str]:
    """Return the words for a fraction above one, which is a percentage more often than not."""
    if value <= 100:
        return (
            "is above 1 and looks like a percentage; divide by 100",
            f"Write {cell_text(round(value / 100, 12))} instead. {meaning}",
        )
    return "is above 1", f"Write a fraction from 0 to 1. {meaning}"
