"""A folder of tables as a whole: which files it should hold, and of what date its data are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from forkmodel.data.announced import ANNOUNCED_COLUMNS
from forkmodel.data.cells import mend_date
from forkmodel.data.schemas import COMPANIONS, TABLES
from forkmodel.errors import Problem, did_you_mean
from forkmodel.targets import held_target
from forkmodel.whole_files import half_replaced, staged_files, write_whole

__all__ = [
    "VINTAGE_FILE",
    "FolderVintage",
    "date_folder",
    "stated_vintage",
    "write_tables",
    "wrong_files",
]

#: A folder may state its vintage in this file: one ISO date.
VINTAGE_FILE = "vintage.txt"
#: More of it than this is not read.
MOST_LETTERS = 200


@dataclass(frozen=True, slots=True)
class FolderVintage:
    """The date of a folder's data.

    Attributes
    ----------
    day : Timestamp or None
        The vintage; ``None`` if it is neither stated nor to be found.
    limit : Timestamp
        No market date may lie after this.
    limit_name : str
        How to call the limit in a message.
    """

    day: pd.Timestamp | None
    limit: pd.Timestamp
    limit_name: str


def wrong_files(folder: Path, present: set[str], *, whole: bool) -> list[Problem]:
    """Report tables that are missing and CSV files that are no table.

    Parameters
    ----------
    folder : Path
        The folder.
    present : set of str
        Tables found there.
    whole : bool
        Whether the folder must hold every table that it needs.
    """
    problems = []
    others = sorted(
        path
        for path in folder.iterdir()
        if path.is_file()
        and path.stem not in present
        and path.name != VINTAGE_FILE
        # What a killed process had begun to write is hidden.
        and not path.name.startswith(".")
    )
    if half_replaced(folder):
        fix = "Run the command again that wrote there; it puts the folder right."
        problem = "a process is putting new tables in the place of old ones, or was killed while it did"
        problems.append(Problem(str(folder), None, None, None, problem, fix))
    for name, table in TABLES.items():
        if not whole or name in present:
            continue
        near = [path.name for path in others if did_you_mean(path.stem.lower(), [name]).startswith("Did")]
        # A file that is called nearly so was meant to be read, even where the table may be left out.
        if not near and not table.needed(present):
            continue
        fix = f"Add {name}.csv with the columns {', '.join(table.names)}."
        if near:
            fix += f" Is it {near[0]}? Save it as {name}.csv (CSV UTF-8)."
        fix += " If the folder is an update, read it with base=load_snapshot() or partial=True."
        problems.append(Problem(name, None, None, None, f"the table {name}.csv is missing", fix))
    for path in others:
        if path.suffix.lower() == ".csv" and path.stem not in COMPANIONS:
            fix = f"{did_you_mean(path.stem.lower(), list(TABLES))} Rename the file or move it elsewhere."
            problems.append(
                Problem(path.stem, None, None, path.name, "the file is no table of this project", fix)
            )
    if not present - {"sources"} and not problems and (whole or not present):
        fix = f"Add at least one of {', '.join(f'{name}.csv' for name in TABLES)}."
        problems.append(Problem(str(folder), None, None, None, "the folder holds no table", fix))
    return problems


def write_tables(folder: Path, texts: Mapping[str, str]) -> None:
    """Write a folder of tables; they take the place of the tables that are there all at once.

    Parameters
    ----------
    folder : Path
        The folder; made if absent.
    texts : mapping of str to str
        Content of each file by its name. Tables that are there and not named are removed.

    Raises
    ------
    ForkModelError
        If the folder cannot be written.
    BusyError
        If another process is writing to it.
    """
    names = [*(f"{name}.csv" for name in TABLES), VINTAGE_FILE]
    with held_target(folder, folder=True), staged_files(folder, names) as waiting:
        for name, text in texts.items():
            write_whole(waiting / name, text)


def stated_vintage(folder: Path, problems: list[Problem]) -> pd.Timestamp | None:
    """Return the date in the folder's ``vintage.txt``, or None; a bad one is appended to ``problems``."""
    path = folder / VINTAGE_FILE
    if not path.exists():
        return None
    if not path.is_file():
        fix = f"Write the date into a file of that name, or remove {VINTAGE_FILE}."
        problems.append(Problem(VINTAGE_FILE, None, None, None, "is no regular file", fix))
        return None
    with path.open("rb") as file:
        text = file.read(MOST_LETTERS).decode("utf-8-sig", errors="replace").strip()
    return _day(text, VINTAGE_FILE, problems)


def _day(text: str, place: str, problems: list[Problem]) -> pd.Timestamp | None:
    mend = mend_date(text)
    if mend is None:
        return pd.Timestamp(text)
    problems.append(Problem(place, 1, None, text, "is not an ISO date", mend))
    return None


def _latest(
    frames: Mapping[str, pd.DataFrame], limit: pd.Timestamp, *, announced: bool
) -> pd.Timestamp | None:
    """Return the latest market date up to a limit; starts of prices count only if ``announced``."""
    found = []
    for name, table in TABLES.items():
        for column in table.dates():
            if column == "effective_to" or (not announced and column in ANNOUNCED_COLUMNS.get(name, ())):
                continue
            found.append(frames[name][column].loc[frames[name][column] <= limit].max())
    dates = [date for date in found if not pd.isna(date)]
    return max(dates) if dates else None


def date_folder(
    folder: Path,
    frames: Mapping[str, pd.DataFrame],
    vintage: str | pd.Timestamp | None,
    base: pd.Timestamp | None,
    problems: list[Problem],
) -> FolderVintage:
    """Decide the vintage of a folder: as given, else as stated in it, else its latest date up to today.

    Starts and ends of prices may be announced beforehand, so they do not date the folder; the day on which a
    price was first seen does.

    Parameters
    ----------
    folder : Path
        The folder.
    frames : mapping of str to DataFrame
        Its tables.
    vintage : str, Timestamp or None
        The vintage that the caller gives.
    base : Timestamp or None
        Vintage of the market that the folder updates.
    problems : list of Problem
        What is wrong with a given or stated vintage is appended here.
    """
    if isinstance(vintage, str):
        day = _day(vintage.strip(), "vintage", problems)
    else:
        day = vintage.normalize() if vintage is not None else stated_vintage(folder, problems)
    if day is not None:
        return FolderVintage(day, day, f"the vintage {day.date().isoformat()}")
    # Without this limit one mistyped year would become the vintage and hide itself.
    today = pd.Timestamp.now().normalize()
    limit = max(today, base) if base is not None else today
    day = _latest(frames, limit, announced=False)
    if base is not None:
        day = base if day is None else max(day, base)
    if day is None:
        # A folder of prices alone knows no more than when they started.
        day = _latest(frames, limit, announced=True)
    if day is None and not problems:
        fix = f"Give vintage=..., or write the date into {VINTAGE_FILE}."
        problems.append(Problem(str(folder), None, None, None, "no table holds a date of the market", fix))
    return FolderVintage(day, limit, f"today, {limit.date().isoformat()}")
