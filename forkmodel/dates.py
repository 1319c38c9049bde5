"""The one strict reader of dates that people write: days, months, quarters and years, and nothing else.

Other notations (``01.10.2028``, ``10/1/28``) mean different days to different readers, so they are refused
with what they could mean rather than guessed. Only the standard library is used: options are read before
anything heavy is loaded.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from forkmodel.errors import ForkModelError

__all__ = ["GRAINS", "Span", "iso_day", "possible_days", "read_day", "read_span"]

type Grain = Literal["day", "month", "quarter", "year"]

#: How each kind of date is written.
GRAINS: dict[Grain, str] = {
    "day": "a day as YYYY-MM-DD (2026-06-01)",
    "month": "a month as YYYY-MM (2026-06)",
    "quarter": "a quarter as YYYY-Qn (2026-Q2)",
    "year": "a year as YYYY (2026)",
}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_QUARTER = re.compile(r"(\d{4})-Q([1-4])", re.ASCII)
_YEAR = re.compile(r"\d{4}", re.ASCII)
#: Years outside these are slips of the hand.
EARLIEST_YEAR, LATEST_YEAR = 1900, 2200
#: Excel counts days from here.
_EXCEL_EPOCH = date(1899, 12, 30)


@dataclass(frozen=True, slots=True)
class Span:
    """What a date covers.

    Attributes
    ----------
    first, last : date
        Its first and last day; the same for a day.
    grain : str
        ``day``, ``month``, ``quarter`` or ``year``.
    """

    first: date
    last: date
    grain: Grain


def iso_day(text: str) -> date | None:
    """Return the day written as ``YYYY-MM-DD``, or None if it is anything else."""
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def possible_days(text: str) -> list[date]:
    """Return the days that a date in another notation may mean, in order; an empty list if it is no date."""
    return sorted(set(_readings(text)))


def _readings(text: str) -> Iterator[date]:
    if (match := re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})([T ].*)?", text, re.ASCII)) or (
        match := re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text, re.ASCII)
    ):
        orders = [(match[1], match[2], match[3])]
    elif match := re.fullmatch(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", text, re.ASCII):
        orders = [(match[3], match[2], match[1]), (match[3], match[1], match[2])]
    elif re.fullmatch(r"4\d{4}", text, re.ASCII):
        yield _EXCEL_EPOCH + timedelta(days=int(text))
        return
    else:
        return
    for year, month, day in orders:
        try:
            yield date(int(year), int(month), int(day))
        except ValueError:
            continue


def _span(text: str) -> Span | None:
    if (day := iso_day(text)) is not None:
        return Span(day, day, "day")
    if match := _MONTH.fullmatch(text):
        year, month = int(match[1]), int(match[2])
        if year and 1 <= month <= 12:
            return Span(date(year, month, 1), date(year, month, monthrange(year, month)[1]), "month")
    if match := _QUARTER.fullmatch(text):
        year, month = int(match[1]), 3 * int(match[2])
        if year:
            return Span(date(year, month - 2, 1), date(year, month, monthrange(year, month)[1]), "quarter")
    if _YEAR.fullmatch(text) and int(text):
        return Span(date(int(text), 1, 1), date(int(text), 12, 31), "year")
    return None


def _refusal(text: str, what: str, grains: tuple[Grain, ...]) -> str:
    """Say what a text could mean and how to write it."""
    ways = "; ".join(GRAINS[grain] for grain in grains)
    if span := _span(text):
        return f"{what} {text!r} is a {span.grain}. Write {ways}."
    if days := possible_days(text.strip()):
        meant = " or ".join(day.isoformat() for day in days)
        return f"{what} {text!r} could mean {meant}. Write {ways}."
    if _MONTH.fullmatch(text):
        return f"{what} {text!r} names a month that does not exist. Write {ways}."
    if _DAY.fullmatch(text):
        return f"{what} {text!r} names a day that does not exist. Write {ways}."
    if not text.strip():
        return f"{what} is empty. Write {ways}."
    return f"{what} {text!r} is not a date. Write {ways}."


def read_span(
    value: object,
    what: str = "the date",
    *,
    grains: tuple[Grain, ...] = ("day", "month", "quarter", "year"),
    error: type[ForkModelError] = ForkModelError,
) -> Span:
    """Read a date, whatever its grain.

    Parameters
    ----------
    value : str or date
        The text; days of the standard library and of pandas are taken as they are.
    what : str
        What the date is, for the message, such as ``"the horizon"``.
    grains : tuple of str
        Kinds of date that are welcome.
    error : type
        Class of what is raised.

    Raises
    ------
    ForkModelError
        If it is written in any other way, or its year is absurd; the message says what it could mean and how
        to write it.
    """
    if isinstance(value, date) and value == value:
        day = value.date() if isinstance(value, datetime) else value
        return Span(day, day, "day")
    if not isinstance(value, str):
        ways = "; ".join(GRAINS[grain] for grain in grains)
        raise error(f"{what} is {value!r}; give it as text. Write {ways}.")
    span = _span(value)
    if span is None or span.grain not in grains:
        raise error(_refusal(value, what, grains))
    if not EARLIEST_YEAR <= span.first.year <= LATEST_YEAR:
        raise error(
            f"{what} {value!r} is in the year {span.first.year}; check it. Years run from {EARLIEST_YEAR} to "
            f"{LATEST_YEAR}."
        )
    return span


def read_day(value: object, what: str = "the day", error: type[ForkModelError] = ForkModelError) -> date:
    """Read one day, written as ``YYYY-MM-DD``; see :func:`read_span`."""
    return read_span(value, what, grains=("day",), error=error).first
