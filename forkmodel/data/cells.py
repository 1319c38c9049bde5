"""From the text of cells to typed columns: numbers, ISO dates and flags, with every bad cell named."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import Any

import numpy as np
import pandas as pd

from forkmodel.data.columns import DTYPES, Column, Table
from forkmodel.dates import iso_day, possible_days
from forkmodel.errors import Problem, did_you_mean

__all__ = [
    "cell_text",
    "column_texts",
    "control_problems",
    "empty_table",
    "escaped",
    "mend_date",
    "type_records",
]

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INFINITE = {"inf", "infinity"}
_MISSING_WORDS = {"nan", "na", "n/a", "null", "none", "nil", "-", "--", "?", "unknown", "missing", "tbd"}
_FLAGS = {"true": True, "false": False}

#: A spreadsheet runs text that begins so as a formula. In a file it stands behind an apostrophe.
_FORMULA = re.compile(r"'*[=+\-@]")

_CONTROL = (
    "the cell holds a line break, a control character or a mark that turns the direction of writing",
    "Keep each cell on one line of plain text.",
)
#: Marks that make text read otherwise than it is stored.
_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029")

_Fault = tuple[int, str, str]


def empty_table(table: Table) -> pd.DataFrame:
    """Return a table without rows but with its columns and types."""
    return pd.DataFrame({c.name: pd.Series([], dtype=DTYPES[c.kind]) for c in table.columns})


def cell_text(value: object) -> str:
    """Return a value as it stands in a CSV file: no trailing ``.0``, ISO dates, empty for missing.

    Two values that print alike are the same fact, so hashing and writing both use this text.
    """
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, (float, np.floating)):
        if np.isnan(value):
            return ""
        number = float(value)
        return str(int(number)) if number.is_integer() and abs(number) < 1e16 else repr(number)
    if value is pd.NaT:
        return ""
    if isinstance(value, (pd.Timestamp, np.datetime64)):
        return pd.Timestamp(value).date().isoformat()
    return str(value)


def escaped(text: str) -> str:
    """Return text as it stands in a CSV file: what a spreadsheet would run gets an apostrophe in front.

    Reading takes one apostrophe off again, so any text comes back as it was.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def _unescaped(text: str) -> str:
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def column_texts(frame: pd.DataFrame, column: Column) -> list[str]:
    """Return one column as the texts of its cells."""
    values = frame[column.name]
    if column.kind == "date":
        days = values.to_numpy("datetime64[D]")
        return ["" if text == "NaT" else text for text in np.datetime_as_string(days).tolist()]
    if column.kind == "text":
        return ["" if value != value else str(value) for value in values.tolist()]
    return [cell_text(value) for value in values.tolist()]


def type_records(
    table: Table, header: list[str], rows: list[tuple[str, ...]], lines: list[int], problems: list[Problem]
) -> tuple[pd.DataFrame, set[tuple[int, str]]]:
    """Turn rows of text into a typed frame.

    Parameters
    ----------
    table : Table
        The declaration to follow.
    header, rows, lines
        As in ``Records``.
    problems : list of Problem
        Bad cells and wrong columns are appended here.

    Returns
    -------
    DataFrame
        All columns of the table in canonical order, indexed by CSV line; bad cells are missing.
    set of (int, str)
        Line and column of the cells already reported, and ``(0, column)`` for missing columns.
    """
    place, reported = _match_header(table, header, problems)
    columns: dict[str, object] = {}
    cells = list(zip(*rows, strict=True)) if rows else [()] * len(header)
    for column in table.columns:
        if column.name not in place:
            columns[column.name] = _typed(column, ("",) * len(rows))[0]
            continue
        texts = cells[place[column.name]]
        columns[column.name], faults = _typed(column, texts)
        for position, problem, fix in faults:
            reported.add((lines[position], column.name))
            problems.append(Problem(table.name, lines[position], column.name, texts[position], problem, fix))
    return pd.DataFrame(columns, index=pd.Index(lines, dtype="int64", name="line")), reported


def _match_header(
    table: Table, header: list[str], problems: list[Problem]
) -> tuple[dict[str, int], set[tuple[int, str]]]:
    """Find the position of each column; report missing, unknown and repeated names."""
    place: dict[str, int] = {}
    unknown: dict[str, int] = {}
    for spot, name in enumerate(header):
        if name in place:
            problems.append(
                Problem(table.name, 1, name, name, "the column appears twice", "Keep one of the two columns.")
            )
        elif name in table.names:
            place[name] = spot
        else:
            unknown[name] = spot
    reported: set[tuple[int, str]] = set()
    missing = [name for name in table.names if name not in place]
    for name in missing:
        near = _nearest(name, unknown)
        if near is None and table.column(name).optional:
            continue
        reported.add((0, name))
        if near is None:
            fix = f"Add a column {name!r}: {table.column(name).meaning}"
            if table.column(name).empty:
                fix += " Leave its cells empty where unknown."
        else:
            # The cells are most likely right, so they are read and checked under the right name.
            place[name] = unknown.pop(near)
            reported.discard((0, name))
            fix = f"Did you mean it by {near!r}? Then rename that column to {name!r}."
        problems.append(Problem(table.name, 1, name, near, f"the column {name!r} is missing", fix))
    for name in unknown:
        fix = f"Remove it or rename it. {did_you_mean(name, table.names)}"
        problems.append(Problem(table.name, 1, name, name, f"unknown column {name!r}", fix))
    return place, reported


def _nearest(name: str, unknown: Iterable[str]) -> str | None:
    """Return the unknown header that is most likely a misspelling of ``name``."""

    def plain(text: str) -> str:
        return re.sub(r"[^a-z0-9]", "", text.lower())

    for candidate in unknown:
        left, right = plain(candidate), plain(name)
        if SequenceMatcher(None, left, right).ratio() >= 0.75 or (len(left) > 3 and left in right):
            return candidate
    return None


def _typed(column: Column, texts: Sequence[str]) -> tuple[Any, list[_Fault]]:
    """Type a column; texts repeat a lot, so each distinct one is looked at once."""
    distinct = {text: code for code, text in enumerate(dict.fromkeys(texts))}
    codes = np.fromiter(map(distinct.__getitem__, texts), np.intp, len(texts))
    values, faults = _typed_distinct(column, list(distinct))
    if not faults:
        return values.take(codes), []
    bad = {spot: (what, fix) for spot, what, fix in faults}
    return values.take(codes), [(spot, *bad[code]) for spot, code in enumerate(codes.tolist()) if code in bad]


def _typed_distinct(column: Column, texts: list[str]) -> tuple[Any, list[_Fault]]:
    if column.kind in ("number", "whole"):
        return _numbers(texts)
    if column.kind == "date":
        return _dates(texts)
    if column.kind == "flag":
        return _flags(column, texts)
    faults = [(spot, *_CONTROL) for spot, text in enumerate(texts) if _has_control(text)]
    return pd.array([_unescaped(text) or np.nan for text in texts], dtype="str"), faults


def _has_control(text: str) -> bool:
    return not text.isprintable() and any(
        unicodedata.category(letter) == "Cc" or letter in _DIRECTION for letter in text
    )


def control_problems(table: Table, frame: pd.DataFrame) -> list[Problem]:
    """Find text that could not stand in a file: line breaks and control characters.

    Parameters
    ----------
    table : Table
        The declaration of the table.
    frame : DataFrame
        The table, made in Python.
    """
    problems = []
    for column in table.columns:
        if column.kind == "text":
            for text in frame[column.name].dropna().unique():
                if _has_control(text):
                    problems.append(Problem(table.name, None, column.name, repr(text), *_CONTROL))
    return problems


def _numbers(texts: list[str]) -> tuple[np.ndarray, list[_Fault]]:
    values = np.full(len(texts), np.nan)
    faults: list[_Fault] = []
    for spot, text in enumerate(texts):
        if not text:
            continue
        if _NUMBER.fullmatch(text) or text.lstrip("+-").lower() in _INFINITE:
            values[spot] = float(text)
        else:
            faults.append((spot, "is not a number", _mend_number(text)))
    return values, faults


def _mend_number(text: str) -> str:
    if text.lower() in _MISSING_WORDS:
        return "Leave the cell empty if the number is unknown."
    if text.endswith("%") and _NUMBER.fullmatch(text[:-1].strip()):
        return f"Divide by 100 and drop the sign: write {float(text[:-1]) / 100:.6g}."
    bare = text.lstrip("$€£ ").removesuffix("USD").removesuffix("usd").strip()
    if bare != text and _NUMBER.fullmatch(bare):
        return f"Write the number alone, in the column's unit: {bare}."
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", bare):
        return f"Leave out the thousands separators: write {bare.replace(',', '')}."
    if re.fullmatch(r"[+-]?\d+,\d+", bare):
        return f"Use a decimal point: write {bare.replace(',', '.')}."
    return "Write a plain number such as 0.85 or 1200."


def _dates(texts: list[str]) -> tuple[np.ndarray, list[_Fault]]:
    days = [_iso(text) for text in texts]
    faults = [
        (spot, "is not an ISO date", _mend_date(text))
        for spot, text in enumerate(texts)
        if text and days[spot] == "NaT"
    ]
    return np.array(days, dtype="datetime64[us]"), faults


def _iso(text: str) -> str:
    day = iso_day(text)
    return "NaT" if day is None else day.isoformat()


def mend_date(text: str) -> str | None:
    """Return how to mend a date, or None if it is a good ISO date."""
    return _mend_date(text) if _iso(text) == "NaT" else None


def _mend_date(text: str) -> str:
    readings = [day.isoformat() for day in possible_days(text)]
    if len(readings) == 1:
        return f"Write it as {readings[0]}."
    if readings:
        return f"Write it as YYYY-MM-DD; it could mean {' or '.join(readings)}."
    if _ISO.fullmatch(text):
        return "There is no such day; check month and day."
    if text.lower() in _MISSING_WORDS:
        return "Leave the cell empty if the date is unknown and the column allows it."
    return "Write it as YYYY-MM-DD, for example 2026-07-31."


def _flags(column: Column, texts: list[str]) -> tuple[np.ndarray, list[_Fault]]:
    faults = [
        (spot, "is neither true nor false", f"Write true or false. {column.meaning}")
        for spot, text in enumerate(texts)
        if text.lower() not in _FLAGS
    ]
    return np.array([_FLAGS.get(text.lower(), False) for text in texts], dtype=bool), faults
