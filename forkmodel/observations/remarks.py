"""Remarks on sound tables: rows that nothing reads, names spelt in two ways, figures far from neighbours.

A remark is no problem: the tables are read as they stand. Only rows of the folder being checked are remarked
upon, and each value once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from forkmodel.data.cells import cell_text
from forkmodel.data.market_names import MarketNames
from forkmodel.data.market_tables import MarketTables
from forkmodel.data.names import NearNames
from forkmodel.data.neighbours import neighbour_remarks
from forkmodel.data.panel_choice import fuller_weeks
from forkmodel.data.panel_words import in_known_words
from forkmodel.data.vocabulary import MODEL_SHARES, Reading, comparison
from forkmodel.errors import Problem
from forkmodel.observations.observation import Observation
from forkmodel.observations.registry import OBSERVATIONS

__all__ = ["readings_of", "remarks_on", "unread_rows"]

Frames = Mapping[str, pd.DataFrame]

#: Names that mean one thing wherever they stand; two spellings of one are two things to the model.
NAMES = (
    ("models", "developer"),
    ("models", "country"),
    ("prices", "seller"),
    ("scores", "evaluator"),
    ("structure", "market"),
    ("structure", "firm"),
)


def readings_of(
    table: str, observations: Sequence[Observation] = OBSERVATIONS, names: MarketNames | None = None
) -> list[Reading]:
    """Return what observations look for in a table, each reading once, with the firms of a market."""
    names = names or MarketNames()
    found = [names.reading(reading) for observation in observations for reading in observation.readings]
    return list({reading.name: reading for reading in found if reading.table == table}.values())


def remarks_on(
    frames: Frames, market: MarketTables, observations: Sequence[Observation] = OBSERVATIONS
) -> list[Problem]:
    """Return every remark on the rows of a folder.

    Parameters
    ----------
    frames : mapping of str to DataFrame
        All tables, indexed by CSV line (0 = a row that was there before).
    market : MarketTables
        The same tables without lines.
    observations : sequence of Observation
        What reads the tables.
    """
    names = MarketNames.of(market)
    frames = in_known_words(frames)
    return [
        *_two_spellings(frames),
        *unread_rows(frames, observations, names),
        *_unmapped(frames, market, observations),
        *_thinner_weeks(frames["usage"]),
        *_whole_years(frames["revenue"]),
        *neighbour_remarks(frames),
    ]


def _first_lines(rows: pd.DataFrame, column: str) -> Iterator[tuple[int, str, int]]:
    """Yield the first line, value and number of rows for each value of a column in rows of the file."""
    own = rows.loc[rows.index.to_numpy() != 0].dropna(subset=[column])
    for value, group in own.groupby(column):
        yield int(group.index.min()), str(value), len(group)


def _two_spellings(frames: Frames) -> Iterator[Problem]:
    for table, column in NAMES:
        names = NearNames(frames[table][column].dropna().unique())
        for line, value, _ in _first_lines(frames[table], column):
            if twins := names.twins(value):
                what = f"{twins[0]!r} is another name here: the two are not the same {column}"
                fix = f"Write {twins[0]!r} if it is the same."
                yield Problem(table, line, column, value, what, fix)


def unread_rows(
    frames: Frames, observations: Sequence[Observation] = OBSERVATIONS, names: MarketNames | None = None
) -> Iterator[Problem]:
    """Yield a remark for every value because of which no observation reads a row.

    Parameters
    ----------
    frames : mapping of str to DataFrame
        Tables that hold those which observations read by words, indexed by CSV line.
    observations : sequence of Observation
        What reads the tables.
    names : MarketNames, optional
        Whose firms and hosts are looked for; those of the bundled tables by default.
    """
    by_words = [reading.table for observation in observations for reading in observation.readings]
    for table in dict.fromkeys(by_words):
        frame = frames[table]
        readings = readings_of(table, observations, names)
        read = comparison(table, frame)
        for reading in readings:
            read |= reading.reads(frame)
        rows = frame.loc[~read]
        rows = rows.loc[rows.index.to_numpy() != 0]
        if rows.empty:
            continue
        yield from _reasons(table, rows, readings)


def _reasons(table: str, rows: pd.DataFrame, readings: list[Reading]) -> Iterator[Problem]:
    """Name the value in which each row misses the observation that it comes nearest to."""
    columns = list(dict.fromkeys(column for reading in readings for column in reading.words))
    kinds = rows.assign(_line=rows.index).groupby(columns, dropna=False, sort=False)
    told: dict[tuple[str, str], tuple[int, int, Reading]] = {}
    for _, group in kinds:
        first = group.iloc[[0]]
        misses = {
            reading.name: [column for column, fit in reading.fits(first).items() if not fit.iloc[0]]
            for reading in readings
        }
        # A near spelling counts as half a miss, so that it decides between observations.
        near = {
            (reading.name, column): bool(_hint(reading, column, first[column].iloc[0]))
            for reading in readings
            for column in misses[reading.name]
        }
        best = min(
            readings,
            key=lambda reading: sum(0.5 if near[reading.name, c] else 1.0 for c in misses[reading.name]),
        )
        column = misses[best.name][0]
        value = cell_text(first[column].iloc[0])
        line, count, reading = told.get((column, value), (int(group["_line"].min()), 0, best))
        told[column, value] = (min(line, int(group["_line"].min())), count + len(group), reading)
    for (column, value), (line, count, reading) in told.items():
        rest = "" if count == 1 else f" ({count} rows)"
        what = f"nothing in the model reads this {column}{rest}"
        words = ", ".join(word.replace("*", "...") for word in reading.words[column])
        fix = f"{_hint(reading, column, value)} For {reading.name}, {column} is one of: {words}.".strip()
        yield Problem(table, line, column, value, what, fix)


def _hint(reading: Reading, column: str, value: object) -> str:
    if not isinstance(value, str):
        return ""
    words = [word.rstrip("* ") for word in reading.words[column]]
    return NearNames(words).hint(value)


def _unmapped(frames: Frames, market: MarketTables, observations: Sequence[Observation]) -> Iterator[Problem]:
    """Entities of markets that are read, which are no model or developer but nearly have the name of one."""
    usage = frames["usage"]
    known = {
        "model": NearNames(market.models["model_id"]),
        "developer": NearNames(market.models["developer"]),
    }
    reads = pd.Series(False, index=usage.index)
    for reading in readings_of("usage", observations):
        reads |= reading.reads(usage)
    for level, names in known.items():
        rows = usage.loc[reads & usage["level"].eq(level) & ~usage["mapped"].astype(bool)]
        for line, value, count in _first_lines(rows.loc[~rows["entity"].isin(["other", "total"])], "entity"):
            hint = names.hint(value) if names.twins(value) else ""
            if hint:
                what = f"no {level} has this name, so its {count} rows count as unknown"
                yield Problem("usage", line, "entity", value, what, f"{hint} Then set mapped to true.")


def _thinner_weeks(usage: pd.DataFrame) -> Iterator[Problem]:
    """Rows of a weekly series that another series of the same week outdoes."""
    rows = MODEL_SHARES.rows(usage)
    spot = rows.reset_index(names="line")
    kept = fuller_weeks(spot)
    lost = spot.loc[~spot.index.isin(kept.index) & spot["line"].ne(0)]
    for (week, market), group in lost.groupby(["period_start", "market"]):
        other = kept.loc[kept["period_start"] == week]
        what = (
            f"the week from {cell_text(week)} has {other['entity'].nunique()} entries in "
            f"{other['market'].iloc[0]}, so the {len(group)} rows here are not read"
        )
        fix = "The longer list of a week is read; add the missing models here, or put the rows there."
        yield Problem("usage", int(group["line"].min()), "market", str(market), what, fix)


def _whole_years(revenue: pd.DataFrame) -> Iterator[Problem]:
    """Amounts without a start whose last day is not a year's end, which may not be of the whole year."""
    ends = revenue["as_of"]
    odd = revenue["basis"].eq("period") & revenue["period_start"].isna() & ~ends.dt.is_year_end
    for line, day in revenue.loc[odd & (revenue.index.to_numpy() != 0), "as_of"].items():
        what = f"without period_start, the amount is read as that of the calendar year {day.year}"
        fix = "Write the first day of the period as period_start."
        yield Problem("revenue", int(str(line)), "as_of", cell_text(day), what, fix)
