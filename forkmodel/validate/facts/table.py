"""The table of cited facts: what others have observed of quantities that the model reports.

Each row names a quantity in the query language, so a fact can be about anything a fit's history can answer.
The bundled table is ``forkmodel/data/snapshot/facts.csv``; a table of the same columns (described in
:data:`forkmodel.data.schemas.FACTS`) adds to it. Nothing is fitted to facts, so they are no part of a market.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from forkmodel.data.cells import empty_table, type_records
from forkmodel.data.checks import row_problems
from forkmodel.data.column_rules import above_one, schema_problems
from forkmodel.data.files import read_records
from forkmodel.data.read import SNAPSHOT
from forkmodel.data.schemas import FACT_UNITS, FACTS
from forkmodel.errors import DataError, Problem, QueryError, did_you_mean
from forkmodel.queries import tree
from forkmodel.validate.facts.quantity import natural_unit, period_quarters, quantity_node, quantity_quarters

__all__ = ["BUNDLED", "check_facts", "read_facts"]

#: The bundled table.
BUNDLED = SNAPSHOT / "facts.csv"
#: A figure and the path it is compared with may lie this many quarters apart: paths of money and adoption are
#: read at quarter starts, so the figure of a quarter's last day belongs to the next one.
MOST_QUARTERS_APART = 1


def read_facts(path: str | Path | None = None, *, sources: Collection[str] = ()) -> pd.DataFrame:
    """Read the bundled facts, and on top of them a table of one's own.

    Parameters
    ----------
    path : str or Path, optional
        CSV file with the columns of :data:`forkmodel.data.schemas.FACTS`; a row replaces the bundled one
        of the same ``fact_id``.
    sources : collection of str
        Ids that ``source_id`` may name besides those of the bundled ``sources.csv``.

    Returns
    -------
    DataFrame
        Typed columns in their canonical order, numbered from zero.

    Raises
    ------
    DataError
        With every problem of the file, each with CSV row, column, value and fix.
    """
    # The tests put the bundled rows through every check.
    facts = _typed(BUNDLED)[0]
    if path is not None:
        own, problems = _checked(Path(path), sources)
        if problems:
            raise DataError(problems)
        facts = pd.concat([facts.loc[~facts["fact_id"].isin(own["fact_id"])], own])
    return facts.reset_index(drop=True)


def check_facts(path: str | Path, *, sources: Collection[str] = ()) -> list[Problem]:
    """Return every problem that ``read_facts`` would raise for a file.

    Parameters
    ----------
    path, sources
        As for ``read_facts``.
    """
    return _checked(Path(path), sources)[1]


def _bundled_sources() -> set[str]:
    records = read_records(SNAPSHOT / "sources.csv", "sources")
    return {row[records.header.index("source_id")] for row in records.rows}


def _typed(path: Path) -> tuple[pd.DataFrame, list[Problem], set[tuple[int, str]]]:
    """Return the rows of a file, indexed by CSV line, its bad cells, and where those are."""
    records = read_records(path, FACTS.name)
    problems = list(records.problems)
    if not records.header:
        return empty_table(FACTS), problems, set()
    frame, reported = type_records(FACTS, records.header, records.rows, records.lines, problems)
    return frame, problems, reported


def _checked(path: Path, sources: Collection[str]) -> tuple[pd.DataFrame, list[Problem]]:
    frame, problems, reported = _typed(path)
    missing = frozenset(column for line, column in reported if line == 0)
    later = schema_problems(FACTS.name, frame, reported) + row_problems(FACTS.name, frame, missing)
    if not missing:
        for line, row in frame.iterrows():
            later += _row_problems(int(str(line)), row)
        later += _source_problems(frame, {*_bundled_sources(), *sources})
    # What follows from a cell that could not be read is no second problem.
    later = [problem for problem in later if (problem.row or 0, problem.column) not in reported]
    return frame, sorted(problems + later, key=lambda problem: problem.row or 0)


def _row_problems(line: int, row: pd.Series) -> Iterator[Problem]:
    """Yield what is wrong within one row: its numbers, its expression and its period."""

    def at(column: str, what: str, fix: str) -> Problem:
        value = None if pd.isna(row[column]) else str(row[column])
        return Problem(FACTS.name, line, column, value, what, fix)

    yield from _number_problems(row, at)
    node = None
    if not pd.isna(row["quantity"]):
        try:
            node = quantity_node(row["quantity"])
        except QueryError as error:
            yield at(
                "quantity",
                f"cannot be read: {error}",
                "Write a number at a stated time, such as hhi.closed[2026-Q2].",
            )
    period = None
    if not pd.isna(row["period"]):
        period = period_quarters(row["period"])
        if period is None:
            yield at("period", "is not a period", f"Write it so: {FACTS.column('period').meaning}")
    if node is None:
        return
    unit = natural_unit(node.name) if isinstance(node, tree.Path) else None
    if unit is not None and row["unit"] in FACT_UNITS and row["unit"] != unit:
        yield at(
            "unit", f"does not fit the quantity, which is in {unit}", f"Write {unit} and convert the numbers."
        )
    if period is not None:
        first, last = quantity_quarters(node)
        if max(period[0] - last, first - period[1]) > MOST_QUARTERS_APART:
            fix = "Give both the same time."
            yield at("period", f"is about another time than the quantity {row['quantity']}", fix)


def _number_problems(row: pd.Series, at: Callable[[str, str, str], Problem]) -> Iterator[Problem]:
    """Yield what is wrong with value, range and bound."""
    value, low, high = (float(row[name]) for name in ("value", "low", "high"))
    if np.isnan(low) != np.isnan(high):
        yield at("low" if np.isnan(low) else "high", "is empty although the other end is not", _BOTH_ENDS)
    elif low > high:
        yield at("low", "is above high", "Swap or correct the two ends.")
    elif low > value or value > high:
        yield at("value", "lies outside its own range", "Correct value, low or high.")
    if np.isnan(value) and np.isnan(low) and np.isnan(high):
        yield at("value", "is empty, and so is the range", "Write what was observed, or low and high.")
    if not pd.isna(row["bound"]):
        if not np.isnan(low) or not np.isnan(high):
            yield at("bound", "is given besides a range", "Empty bound, or empty low and high.")
        elif np.isnan(value):
            yield at("bound", "is given without a value", "Write the bound into value.")
    if row["unit"] == "share":
        for name, number in (("value", value), ("low", low), ("high", high)):
            if number > 1:
                yield at(name, *above_one(number, FACTS.column(name).meaning))


_BOTH_ENDS = (
    "Give both ends of the range; for one end alone write it into value and say upper or lower in bound."
)


def _source_problems(frame: pd.DataFrame, known: Collection[str]) -> list[Problem]:
    """Check that every row says where it is from."""
    problems = []
    for line, row in frame.iterrows():
        source = row["source_id"]
        if pd.isna(source):
            if pd.isna(row["url"]):
                fix = "Fill in source_id, or give the page in url."
                problems.append(
                    Problem(FACTS.name, int(str(line)), "source_id", None, "the row has no source", fix)
                )
        elif source not in known:
            fix = f"{did_you_mean(source, sorted(known))} For any other, empty the cell and fill in url."
            problems.append(
                Problem(FACTS.name, int(str(line)), "source_id", source, "there is no such source", fix)
            )
    return problems
