"""The market: all tables of one vintage, with merging, as-of views and a hash of the contents."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
import pandas as pd

from forkmodel.data.cells import column_texts, control_problems, empty_table
from forkmodel.data.checks import cross_table_problems, future_dates, row_problems
from forkmodel.data.column_rules import schema_problems
from forkmodel.data.columns import DTYPES, Kind
from forkmodel.data.merging import canonical, union
from forkmodel.data.names import NearNames
from forkmodel.data.schemas import TABLES
from forkmodel.data.spells import in_force
from forkmodel.data.vintages import known_on
from forkmodel.dates import read_day
from forkmodel.errors import DataError, ForkModelError, Problem

__all__ = ["Market", "MarketTables"]


@dataclass(frozen=True, eq=False)
class MarketTables:
    """The tables of one vintage.

    Attributes hold the tables themselves, sorted by key and numbered from zero; treat them as read-only and
    use ``assign`` or ``copy`` to change anything. Every column is described in ``forkmodel.data.schemas``.
    Text is ``str`` with NaN for missing, numbers are ``float64``, dates ``datetime64[us]``, flags ``bool``.
    Two markets are equal when their contents are, whatever the row order.

    Make one with ``load_snapshot``, ``read_data``, ``Market.from_tables``, ``merge`` or ``as_of``.

    Attributes
    ----------
    models, benchmarks, scores, prices, usage, adoption, revenue, structure, sources : DataFrame
        The tables.
    vintage : Timestamp
        Last day that the tables know of.
    """

    models: pd.DataFrame
    benchmarks: pd.DataFrame
    scores: pd.DataFrame
    prices: pd.DataFrame
    usage: pd.DataFrame
    adoption: pd.DataFrame
    revenue: pd.DataFrame
    structure: pd.DataFrame
    sources: pd.DataFrame
    vintage: pd.Timestamp

    @classmethod
    def from_tables(cls, tables: Mapping[str, pd.DataFrame], vintage: str | pd.Timestamp) -> MarketTables:
        """Build a market from frames made in Python, and validate it.

        Parameters
        ----------
        tables : mapping of str to DataFrame
            Any of the nine tables; absent ones are empty. Columns may come in any order, and types are
            converted. Columns that may be empty may be left out.
        vintage : str or Timestamp
            Date of the data.

        Raises
        ------
        DataError
            If a table name or column is unknown or missing, or the contents break a rule.
        """
        problems = [
            Problem(name, None, None, None, "there is no such table", f"Tables: {', '.join(TABLES)}.")
            for name in tables
            if name not in TABLES
        ]
        frames = {}
        for name in TABLES:
            frames[name] = (
                _shaped(name, tables[name], problems) if name in tables else empty_table(TABLES[name])
            )
        if problems:
            raise DataError(problems)
        return _validated(frames, pd.Timestamp(vintage).normalize())

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables by name, in the order of the schemas."""
        return {name: getattr(self, name) for name in TABLES}

    def merge(self, other: MarketTables) -> MarketTables:
        """Return the union of two markets; a row of ``other`` replaces the row with the same key.

        An open price of the older market is closed where ``other`` (or this market, if that is the later
        one) starts a new price of the same model and seller. ``usage.mapped`` becomes true for
        entities that only the joint models know. The vintage is the later of the two.

        Parameters
        ----------
        other : MarketTables
            Usually an update read with ``read_data(folder, partial=True)``.

        Raises
        ------
        DataError
            If the union breaks a rule, for example because prices overlap.
        """
        frames = union(self.tables(), other.tables(), self.vintage, other.vintage)
        return _validated(frames, max(self.vintage, other.vintage))

    def as_of(self, date: str | pd.Timestamp, *, strict: bool = False) -> MarketTables:
        """Return what was known on a day.

        Kept are models released by then; benchmarks published by then or undated; scores of those models on
        those benchmarks; prices that had started and had been seen by then; usage of periods that had ended;
        adoption, revenue and structure dated by then; all sources. A price that ended later, or was ended by
        a change nobody had seen yet, is open again.

        Two leaks remain. A score has no date of evaluation, only the date of the table it was read from
        (``source_snapshot``), and some tests of old models were run much later; ``strict=True`` keeps only
        scores in tables read by that day, which in the bundled snapshot empties everything before
        2025-05-22. A price without ``first_observed`` counts as seen from its start; ``strict=True`` drops
        it. Usage and revenue are as later stated, not as first published.

        Parameters
        ----------
        date : str or Timestamp
            The day. A day after the vintage changes nothing: no data become known by asking later.
        strict : bool
            Drop rows without proof that they were known on that day.
        """
        day = min(pd.Timestamp(read_day(date, "the day of as_of")), self.vintage)
        return MarketTables(**canonical(known_on(self.tables(), day, strict=strict)), vintage=day)

    def price_at(self, model: str, date: str | pd.Timestamp) -> pd.DataFrame:
        """Return the prices of one model that held on a day, one row a seller.

        A price holds from ``effective_from`` up to the day before ``effective_to``. What had been *seen* by
        that day is another question, which ``as_of`` answers.

        Parameters
        ----------
        model : str
            An id of the table ``models``.
        date : str or Timestamp
            The day, not after the vintage: an open price says only that it was in force then.

        Returns
        -------
        DataFrame
            Rows of ``prices``, USD per million tokens, numbered from zero; none if nobody sold it that day.

        Raises
        ------
        ForkModelError
            If there is no such model, or the day lies after the vintage.
        """
        day = pd.Timestamp(read_day(date, "the day of the price"))
        known = self.models["model_id"]
        if model not in set(known):
            hint = NearNames(known).hint(model) or "Look at the column model_id of models.csv."
            raise ForkModelError(f"there is no model {model!r}. {hint}")
        if day > self.vintage:
            raise ForkModelError(
                f"prices on {day.date()} are not known: the tables end on {self.vintage.date()}. "
                "Ask for that day or an earlier one."
            )
        rows = self.prices.loc[self.prices["model_id"].eq(model)]
        return in_force(rows, day).reset_index(drop=True)

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of vintage and tables as text; the order of rows and the types of columns do not matter."""
        digest = hashlib.sha256(f"vintage {self.vintage.date().isoformat()}\n".encode())
        for name, table in TABLES.items():
            frame = getattr(self, name)
            declared = [c for c in table.columns if not c.optional or frame[c.name].notna().any()]
            columns = [column_texts(frame, column) for column in declared]
            rows = sorted("\x1f".join(cells) for cells in zip(*columns, strict=True))
            digest.update("\x1e".join([name, "\x1f".join(c.name for c in declared), *rows]).encode())
        return digest.hexdigest()

    def summary(self) -> pd.DataFrame:
        """Return one row per table: ``table``, ``rows``, ``first_date``, ``last_date``.

        The dates are those about the market; for scores and sources, the dates on which they were read.
        """
        rows = []
        for name, table in TABLES.items():
            frame = getattr(self, name)
            dates = frame[table.dates() or table.dates(provenance=True)]
            rows.append((name, len(frame), dates.min().min(), dates.max().max()))
        return pd.DataFrame(rows, columns=["table", "rows", "first_date", "last_date"])

    def __eq__(self, other: object) -> bool:
        return self.content_hash == other.content_hash if isinstance(other, MarketTables) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.content_hash)

    def __repr__(self) -> str:
        sizes = ", ".join(
            f"{f.name}={len(getattr(self, f.name))}" for f in fields(self) if f.name != "vintage"
        )
        return f"Market(vintage={self.vintage.date().isoformat()}, rows: {sizes})"


def _shaped(name: str, frame: pd.DataFrame, problems: list[Problem]) -> pd.DataFrame:
    """Return a frame with the table's columns, order and types."""
    table = TABLES[name]
    unknown = [str(column) for column in frame.columns if column not in table.names]
    missing = [c.name for c in table.columns if c.name not in frame.columns and not c.empty]
    for column in unknown:
        problems.append(
            Problem(name, None, column, None, f"unknown column {column!r}", f"Columns: {table.names}.")
        )
    for column in missing:
        fix = f"Add it: {table.column(column).meaning}"
        problems.append(Problem(name, None, column, None, f"the column {column!r} is missing", fix))
    if unknown or missing:
        return empty_table(table)
    whole = frame.reindex(columns=table.names)
    columns = {}
    for declared in table.columns:
        try:
            columns[declared.name] = _cast(whole[declared.name], declared.kind)
        except (TypeError, ValueError) as error:
            fix = f"Give values of type {DTYPES[declared.kind]}. {declared.meaning}"
            problems.append(Problem(name, None, declared.name, None, f"wrong type: {error}", fix))
            return empty_table(table)
    return pd.DataFrame(columns).set_index(np.zeros(len(frame), dtype="int64"))


def _cast(values: pd.Series, kind: Kind) -> pd.Series:
    """Return values in the type of their kind; empty text is missing, and dates lose their time of day."""
    if kind == "flag":
        if not pd.api.types.is_bool_dtype(values):
            raise TypeError(f"{values.dtype} is not true or false")
        return values.astype("bool")
    if kind == "text":
        # Blanks around a cell are no part of it, here as in a file.
        text = values.astype("str").str.strip()
        return text.mask(text == "")
    if kind == "date":
        return pd.to_datetime(values).astype("datetime64[us]").dt.normalize()
    return values.astype("float64")


def _validated(frames: Mapping[str, pd.DataFrame], vintage: pd.Timestamp) -> MarketTables:
    """Return the market of frames that pass every check; their rows have no CSV line."""
    ready = canonical(frames)
    lineless = {name: frame.set_index(np.zeros(len(frame), dtype="int64")) for name, frame in ready.items()}
    problems = []
    for name, frame in lineless.items():
        problems += control_problems(TABLES[name], frame)
        problems += schema_problems(name, frame)
        problems += row_problems(name, frame)
    problems += future_dates(lineless, vintage, f"the vintage {vintage.date().isoformat()}")
    problems += cross_table_problems(lineless)
    if problems:
        raise DataError(problems)
    return MarketTables(**ready, vintage=vintage)


#: The public name, short.
Market = MarketTables
