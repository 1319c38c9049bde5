"""Read a folder of CSV tables, or the bundled snapshot, into a ``Market``; write one back."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from forkmodel.data.announced import announced_remarks, without_announced
from forkmodel.data.cells import empty_table, type_records
from forkmodel.data.checks import cross_table_problems, future_dates, row_problems
from forkmodel.data.column_rules import schema_problems
from forkmodel.data.files import read_records
from forkmodel.data.folders import (
    VINTAGE_FILE,
    FolderVintage,
    date_folder,
    stated_vintage,
    write_tables,
    wrong_files,
)
from forkmodel.data.market_tables import MarketTables
from forkmodel.data.merging import canonical, union
from forkmodel.data.schemas import TABLES
from forkmodel.data.texts import table_text
from forkmodel.errors import DataError, Problem
from forkmodel.package_files import SNAPSHOT

__all__ = [
    "SNAPSHOT",
    "Day",
    "Folder",
    "FolderReading",
    "check_data",
    "load_snapshot",
    "read_data",
    "read_with_lines",
    "write_data",
]

Folder = str | os.PathLike[str]
Day = str | pd.Timestamp


def load_snapshot() -> MarketTables:
    """Load the bundled snapshot, vintage 2026-07-31.

    Its sources and licences are listed in its ``sources`` table and in ``forkmodel/data/snapshot/README.md``.
    The tests put the files through every check of ``read_data``, so loading skips them to stay fast.

    Returns
    -------
    MarketTables
        All nine tables.
    """
    draft = _read_folder(SNAPSHOT)
    day = stated_vintage(SNAPSHOT, draft.problems)
    if draft.problems or day is None:
        raise DataError(draft.problems)
    return MarketTables(**canonical(draft.frames), vintage=day)


def read_data(
    folder: Folder, *, base: MarketTables | None = None, partial: bool = False, vintage: Day | None = None
) -> MarketTables:
    """Read a folder of CSV tables and check everything in it.

    A full folder holds ``sources.csv`` and any others of the tables as ``.csv`` files with rows: what the
    absent ones would tell is left to the priors. Scores, prices and usage need ``models``, scores need
    ``benchmarks``. An update may hold fewer:

    - ``read_data(folder, base=market)`` reads the tables that are there, looks ids up in the union with
      ``base``, and returns the merged market;
    - ``read_data(folder, partial=True)`` reads them alone, absent tables being empty and ids unchecked,
      for a later ``market.merge(...)``, which checks the union.

    The order of rows and columns, line ends and a byte order mark make no difference.

    Parameters
    ----------
    folder : str or path
        The folder.
    base : MarketTables, optional
        Market to merge the folder into.
    partial : bool
        Accept a folder with only some tables.
    vintage : str or Timestamp, optional
        Date of the folder's data. Default: the date in ``vintage.txt`` if the folder has one, else the
        latest market date in the tables that is not after today. Dates on which tables were read
        (``source_snapshot``, ``retrieved``) do not count, here and in checks against the vintage; starts and
        ends of prices do not count either, since they can be announced. A price announced for a day after
        the vintage is left out, and an end announced for such a day is open.

    Returns
    -------
    MarketTables
        The folder, or its union with ``base``.

    Raises
    ------
    DataError
        With every problem found, each with table, CSV row, column, value and fix.
    """
    reading = read_with_lines(Path(folder), base=base, partial=partial, vintage=vintage)
    if reading.market is None:
        raise DataError(reading.problems)
    return reading.market


def check_data(
    folder: Folder, *, base: MarketTables | None = None, partial: bool = False, vintage: Day | None = None
) -> list[Problem]:
    """Return every problem that ``read_data`` would raise; an empty list means that the folder reads clean.

    Parameters
    ----------
    folder, base, partial, vintage
        As for ``read_data``.
    """
    return read_with_lines(Path(folder), base=base, partial=partial, vintage=vintage).problems


def write_data(market: MarketTables, folder: Folder) -> None:
    """Write a market as CSV files that ``read_data`` gives back unchanged, with its vintage.

    Parameters
    ----------
    market : MarketTables
        The market.
    folder : str or path
        Where to write; made if absent. Tables that are there are replaced all at once.

    Raises
    ------
    ForkModelError
        If the folder cannot be written.
    BusyError
        If another process is writing to it.
    """
    # A file without rows says no more than no file.
    texts = {f"{name}.csv": table_text(market, name) for name in TABLES if not getattr(market, name).empty}
    texts[VINTAGE_FILE] = f"{market.vintage.date().isoformat()}\n"
    write_tables(Path(folder), texts)


@dataclass
class _Draft:
    """A folder on its way to a market: frames indexed by CSV line, and what was wrong so far."""

    frames: dict[str, pd.DataFrame] = field(default_factory=dict)
    reported: dict[str, set[tuple[int, str]]] = field(default_factory=dict)
    loose: dict[str, set[str]] = field(default_factory=dict)
    present: set[str] = field(default_factory=set)
    unread: set[str] = field(default_factory=set)
    bare: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def knows(self, problem: Problem) -> bool:
        """Whether the cell of a problem was already found unreadable, so that this is only a consequence."""
        cells = self.reported.get(problem.table, set())
        return (problem.row or 0, problem.column) in cells or (0, problem.column) in cells


@dataclass(frozen=True)
class FolderReading:
    """What came of a folder: a market or problems, and the tables with the lines of their rows."""

    market: MarketTables | None
    problems: list[Problem]
    announced: list[Problem] = field(default_factory=list)
    union: dict[str, pd.DataFrame] = field(default_factory=dict)


def _read_folder(folder: Path) -> _Draft:
    """Read and type every table of a folder; tables that are absent or unreadable stay empty."""
    draft = _Draft()
    for name, table in TABLES.items():
        path = folder / f"{name}.csv"
        if not path.exists():
            draft.frames[name] = empty_table(table)
            continue
        draft.present.add(name)
        records = read_records(path, name)
        draft.problems += records.problems
        draft.loose[name] = records.loose
        if not records.header:
            draft.frames[name] = empty_table(table)
            draft.unread.add(name)
            continue
        typed = type_records(table, records.header, records.rows, records.lines, draft.problems)
        draft.frames[name], draft.reported[name] = typed
        if draft.frames[name].empty and not records.loose:
            draft.bare.add(name)
        if (0, table.key[0]) in draft.reported[name]:
            draft.unread.add(name)
    return draft


def read_with_lines(
    folder: Path, *, base: MarketTables | None, partial: bool, vintage: Day | None
) -> FolderReading:
    """Read a folder as ``read_data`` does and keep what was found on the way.

    Parameters
    ----------
    folder, base, partial, vintage
        As for ``read_data``.
    """
    if not folder.is_dir():
        what = "is a file, not a folder" if folder.exists() else "there is no such folder"
        fix = "Give the folder that holds the CSV files."
        return FolderReading(None, [Problem(str(folder), None, None, None, what, fix)])
    draft = _read_folder(folder)
    whole = base is None and not partial
    draft.problems += wrong_files(folder, draft.present, whole=whole)
    if whole:
        draft.problems += _bare_tables(draft)
    vintages = date_folder(folder, draft.frames, vintage, base.vintage if base else None, draft.problems)
    known = vintages.day or vintages.limit
    day = known if base is None else max(known, base.vintage)
    announced = announced_remarks(draft.frames["prices"], day)
    draft.frames["prices"] = without_announced(draft.frames["prices"], day)
    later = _later_problems(draft, vintages)
    if base is not None:
        older = {
            name: frame.set_index(np.zeros(len(frame), dtype="int64"))
            for name, frame in base.tables().items()
        }
        frames = union(older, draft.frames, base.vintage, known)
        unread = draft.unread
    else:
        frames = draft.frames
        unread = set(TABLES) if partial else draft.unread | (set(TABLES) - draft.present)
    ends = {line for line, column in draft.reported.get("prices", set()) if column == "effective_to"}
    later += cross_table_problems(
        frames,
        unread=frozenset(unread),
        loose=draft.loose,
        unsure_ends=frozenset(draft.frames["prices"].index if 0 in ends else ends),
        limit=vintages.limit,
    )
    problems = _tidy(draft.problems + [p for p in later if not draft.knows(p)])
    if problems or vintages.day is None:
        return FolderReading(None, problems)
    return FolderReading(MarketTables(**canonical(frames), vintage=day), [], announced, frames)


def _bare_tables(draft: _Draft) -> list[Problem]:
    """Report tables with a header and no rows that a whole folder needs; their ids cannot be looked up."""
    problems = []
    for name in sorted(draft.bare):
        if TABLES[name].needed(draft.present):
            draft.unread.add(name)
            if not any(problem.table == name for problem in draft.problems):
                what = "the table is empty; it has a header but no rows"
                problems.append(Problem(name, None, None, None, what, "Add rows."))
    return problems


def _later_problems(draft: _Draft, vintages: FolderVintage) -> list[Problem]:
    """Check each table of the folder on its own, and its dates."""
    problems = []
    for name in draft.present - draft.unread:
        frame, reported = draft.frames[name], draft.reported[name]
        missing = frozenset(column for line, column in reported if line == 0)
        problems += schema_problems(name, frame, reported)
        problems += row_problems(name, frame, missing)
    return problems + future_dates(draft.frames, vintages.limit, vintages.limit_name)


def _tidy(problems: list[Problem]) -> list[Problem]:
    """Return the problems without repeats, in the order of tables, lines and columns."""
    order = {name: spot for spot, name in enumerate(TABLES)}

    def place(problem: Problem) -> tuple[int, str, int, int]:
        columns = TABLES[problem.table].names if problem.table in TABLES else []
        spot = columns.index(problem.column) if problem.column in columns else -1
        return order.get(problem.table, -1), problem.table, problem.row or 0, spot

    return sorted(dict.fromkeys(problems), key=place)
