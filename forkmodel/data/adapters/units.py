"""Numbers and dates as people write them, brought to the units of the schema without losing a digit."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

from forkmodel.dates import iso_day

__all__ = ["DATE_ORDERS", "SEPARATORS", "UNITS", "CellError", "read_date", "read_number"]

#: Factor from a unit to that of the schema: fractions, USD per million tokens, plain counts and dollars.
UNITS: dict[str, Decimal] = {
    "fraction": Decimal(1),
    "percent": Decimal("0.01"),
    "per_token": Decimal(1_000_000),
    "per_thousand_tokens": Decimal(1_000),
    "per_million_tokens": Decimal(1),
    "one": Decimal(1),
    "thousand": Decimal(1_000),
    "million": Decimal(1_000_000),
    "billion": Decimal(1_000_000_000),
}
#: How dates may be written.
DATE_ORDERS = ("iso", "day-first", "month-first", "excel", "unix")

_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
#: Separators of thousands, as they may stand in a regular expression.
SEPARATORS = {",": ",", ".": r"\.", " ": r"\s", "'": "'"}
_MISSING = {"", "-", "--", "?", "n/a", "na", "nan", "nil", "none", "null", "tbd", "unknown"}
_LARGEST, _SMALLEST = Decimal("1e25"), Decimal("1e-25")
_EXCEL_EPOCH = date(1899, 12, 30)
_UNIX_EPOCH = date(1970, 1, 1)


class CellError(ValueError):
    """A cell that cannot be read; the message says why."""


def read_number(text: str, *, unit: str = "one", decimal: str = ".", thousands: str = "") -> str:
    """Return a number as it stands in a table, in the unit of the schema; empty where it is unknown.

    Currency signs and a percent sign are taken off; a percent sign makes any number a percentage.

    Parameters
    ----------
    text : str
        The cell.
    unit : str
        One of :data:`UNITS`.
    decimal, thousands : str
        Decimal mark, and separator of thousands; empty = there is none.

    Raises
    ------
    CellError
        If it is no number, its separators are not where they belong, or it is absurdly large or small.
    """
    bare = text.strip().strip("$€£").removesuffix("USD").strip()
    if bare.lower() in _MISSING:
        return ""
    factor = UNITS[unit]
    if bare.endswith("%"):
        bare, factor = bare[:-1].strip(), UNITS["percent"]
    whole, point, rest = bare.partition(decimal)
    if thousands:
        mark_of_thousands = SEPARATORS[thousands]
        if not re.fullmatch(rf"[+-]?(\d*|\d{{1,3}}({mark_of_thousands}\d{{3}})+)([eE][+-]?\d+)?", whole):
            raise CellError(f"{text!r} is not a number with {thousands!r} between thousands")
        whole = re.sub(mark_of_thousands, "", whole)
    plain = whole + ("." if point else "") + rest
    if not _PLAIN.fullmatch(plain):
        raise CellError(f"{text!r} is not a number")
    number = Decimal(plain) * factor
    if number and not _SMALLEST < abs(number) < _LARGEST:
        raise CellError(f"{text!r} is too large or too small to be true")
    return format(number.normalize(), "f") if number else "0"


def read_date(text: str, order: str = "iso") -> str:
    """Return a day as ISO text; empty where it is unknown.

    Parameters
    ----------
    text : str
        The cell; a time of day after an ISO date is dropped.
    order : str
        One of :data:`DATE_ORDERS`: ``excel`` counts days, ``unix`` seconds.

    Raises
    ------
    CellError
        If it is no such date.
    """
    bare = text.strip()
    if bare.lower() in _MISSING:
        return ""
    found = _ordered(bare, order)
    if found is None or not 1900 <= found.year <= 2200:
        raise CellError(f"{text!r} is no date ({order})")
    return found.isoformat()


def _ordered(text: str, order: str) -> date | None:
    # Excel keeps dates as dates, whatever the column is said to hold.
    if (day := iso_day(re.split("[T ]", text, maxsplit=1)[0])) is not None:
        return day
    try:
        if order in ("day-first", "month-first"):
            match = re.fullmatch(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", text, re.ASCII)
            if match is None:
                return None
            first, second, year = int(match[1]), int(match[2]), int(match[3])
            day_number, month = (first, second) if order == "day-first" else (second, first)
            return date(year, month, day_number)
        if order in ("excel", "unix") and re.fullmatch(r"\d{1,12}(\.0+)?", text, re.ASCII):
            number = int(text.split(".")[0])
            return (
                _EXCEL_EPOCH + timedelta(days=number)
                if order == "excel"
                else _UNIX_EPOCH + timedelta(seconds=number)
            )
    except (ValueError, OverflowError):
        return None
    return None
