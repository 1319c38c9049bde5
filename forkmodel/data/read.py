"""Read a folder of CSV tables, or the bundled snapshot, into a ``Market``; write one back."""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from forkmodel.data.cells import column_texts, empty_table, type_records
from forkmodel.data.checks import cross_table_problems, future_dates, row_problems
from forkmodel.data.files import read_records
from forkmodel.data.folders import VINTAGE_FILE, FolderVintage, date_folder, stated_vintage, wrong_files
from forkmodel.data.market import Market
from forkmodel.data.merging import canonical, union
from forkmodel.data.schemas import TABLES
from forkmodel.data.validate import schema_problems
from forkmodel.errors import DataError, Problem

__all__ = ["SNAPSHOT", "check_data", "load_snapshot", "read_data", "write_data"]

#: Folder of the bundled snapshot.
SNAPSHOT = Path(__file__).parent / "snapshot"

Folder = str | os.PathLike[str]
Day = str | pd.Timestamp


def load_snapshot() -> Market:
    """Load the bundled snapshot, vintage 2026-07-31.

    Its sources and licences are listed in its ``sources`` table and in ``forkmodel/data/snapshot/README.md``.
    The tests put the files through every check of ``read_data``, so loading skips them to stay fast.

    Returns
    -------
    Market
        All nine tables.
    """
    draft = _read_folder(SNAPSHOT)
    day = stated_vintage(SNAPSHOT, draft.problems)
    if draft.problems or day is None:
        raise DataError(draft.problems)
    return Market(**canonical(draft.frames), vintage=day)


def read_data(
    folder: Folder, *, base: Market | None = None, partial: bool = False, vintage: Day | None = None
) -> Market:
    """Read a folder of CSV tables and check everything in it.

    A full folder holds ``models``, ``benchmarks``, ``scores``, ``prices``, ``usage``, ``adoption``,
    ``revenue`` and ``sources`` as ``.csv`` files, and ``structure.csv`` if wanted. An update may hold fewer:

    - ``read_data(folder, base=market)`` reads the tables that are there, looks ids up in the union with
      ``base``, and returns the merged market;
    - ``read_data(folder, partial=True)`` reads them alone, absent tables being empty and ids unchecked,
      for a later ``market.merge(...)``, which checks the union.

    The order of rows and columns, line ends and a byte order mark make no difference.

    Parameters
    ----------
    folder : str or path
        The folder.
    base : Market, optional
        Market to merge the folder into.
    partial : bool
        Accept a folder with only some tables.
    vintage : str or Timestamp, optional
        Date of the folder's data. Default: the date in ``vintage.txt`` if the folder has one, else the
        latest market date in the tables that is not after today. Dates on which tables were read
        (``source_snapshot``, ``retrieved``) do not count, here and in checks against the vintage.

    Returns
    -------
    Market
        The folder, or its union with ``base``.

    Raises
    ------
    DataError
        With every problem found, each with table, CSV row, column, value and fix.
    """
    market, problems = _read(Path(folder), base=base, partial=partial, vintage=vintage)
    if market is None:
        raise DataError(problems)
    return market


def check_data(
    folder: Folder, *, base: Market | None = None, partial: bool = False, vintage: Day | None = None
) -> list[Problem]:
    """Return every problem that ``read_data`` would raise; an empty list means that the folder reads clean.

    Parameters
    ----------
    folder, base, partial, vintage
        As for ``read_data``.
    """
    return _read(Path(folder), base=base, partial=partial, vintage=vintage)[1]


def write_data(market: Market, folder: Folder) -> None:
    """Write a market as CSV files that ``read_data`` gives back unchanged, with its vintage.

    Parameters
    ----------
    market : Market
        The market.
    folder : str or path
        Where to write; made if absent. Files of the same names are replaced.
    """
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    for name, table in TABLES.items():
        frame = getattr(market, name)
        if frame.empty:
            # A file without rows would be refused when read.
            (place / f"{name}.csv").unlink(missing_ok=True)
            continue
        columns = [column_texts(frame, column) for column in table.columns]
        with (place / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(table.names)
            writer.writerows(zip(*columns, strict=True))
    (place / VINTAGE_FILE).write_text(f"{market.vintage.date().isoformat()}\n", encoding="utf-8")


@dataclass
class _Draft:
    """A folder on its way to a market: frames indexed by CSV line, and what was wrong so far."""

    frames: dict[str, pd.DataFrame] = field(default_factory=dict)
    reported: dict[str, set[tuple[int, str]]] = field(default_factory=dict)
    loose: dict[str, set[str]] = field(default_factory=dict)
    present: set[str] = field(default_factory=set)
    unread: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def knows(self, problem: Problem) -> bool:
        """Whether the cell of a problem was already found unreadable, so that this is only a consequence."""
        cells = self.reported.get(problem.table, set())
        return (problem.row or 0, problem.column) in cells or (0, problem.column) in cells


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
        nothing = draft.frames[name].empty and not records.loose
        if nothing or (0, table.key[0]) in draft.reported[name]:
            draft.unread.add(name)
    return draft


def _read(
    folder: Path, *, base: Market | None, partial: bool, vintage: Day | None
) -> tuple[Market | None, list[Problem]]:
    if not folder.is_dir():
        what = "is a file, not a folder" if folder.exists() else "there is no such folder"
        return None, [
            Problem(str(folder), None, None, None, what, "Give the folder that holds the CSV files.")
        ]
    draft = _read_folder(folder)
    draft.problems += wrong_files(folder, draft.present, whole=base is None and not partial)
    vintages = date_folder(folder, draft.frames, vintage, base.vintage if base else None, draft.problems)
    later = _later_problems(draft, vintages)
    if base is not None:
        older = {
            name: frame.set_index(np.zeros(len(frame), dtype="int64"))
            for name, frame in base.tables().items()
        }
        frames = union(older, draft.frames, base.vintage, vintages.day or base.vintage)
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
    )
    problems = _tidy(draft.problems + [p for p in later if not draft.knows(p)])
    if problems or vintages.day is None:
        return None, problems
    day = max(vintages.day, base.vintage) if base is not None else vintages.day
    return Market(**canonical(frames), vintage=day), []


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
