"""Read the shares of firms in other markets: the bundled tables, or a folder of one's own."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from forkmodel.data.cells import empty_table, type_records
from forkmodel.data.checks import SHARE_SUM_LIMIT, row_problems
from forkmodel.data.column_rules import schema_problems
from forkmodel.data.files import read_records
from forkmodel.data.schemas import TABLES
from forkmodel.errors import DataError, Problem, did_you_mean
from forkmodel.hindcast.markets import MARKETS

__all__ = ["BUNDLED", "ShareTables", "read_shares"]

#: Folder of the bundled tables.
BUNDLED = Path(__file__).parent / "tables"
#: Nothing after this day is bundled or read.
VINTAGE = pd.Timestamp("2026-07-31")


@dataclass(frozen=True)
class ShareTables:
    """Shares of firms in other markets, and where each was read.

    Attributes
    ----------
    shares : DataFrame
        Columns of the table ``structure`` of a market: ``market``, ``as_of``, ``firm``, ``share``,
        ``source_id``.
    sources : DataFrame
        Columns of the table ``sources``.
    """

    shares: pd.DataFrame
    sources: pd.DataFrame

    def as_of(self, day: pd.Timestamp) -> ShareTables:
        """Return what was known on a day: quarters that had ended by it.

        Parameters
        ----------
        day : Timestamp
            Last day of the last quarter that is kept.
        """
        return ShareTables(self.shares[self.shares["as_of"] <= day], self.sources)


def read_shares(folder: str | os.PathLike[str] | None = None) -> ShareTables:
    """Read ``shares.csv`` and ``sources.csv`` of a folder.

    Parameters
    ----------
    folder : str or path, optional
        The folder; the bundled tables by default.

    Returns
    -------
    ShareTables
        Typed, in the order of the files.

    Raises
    ------
    DataError
        With every problem found, each with table, CSV row, column, value and fix.
    """
    place = BUNDLED if folder is None else Path(folder)
    problems: list[Problem] = []
    shares = _typed(place / "shares.csv", "structure", problems, check=folder is not None)
    sources = _typed(place / "sources.csv", "sources", problems, check=folder is not None)
    if folder is not None and not problems:
        problems += _share_problems(shares, set(sources["source_id"]))
    if problems:
        raise DataError(problems)
    return ShareTables(shares.reset_index(drop=True), sources.reset_index(drop=True))


def _typed(path: Path, table: str, problems: list[Problem], *, check: bool) -> pd.DataFrame:
    """Return one file as a typed frame; the tests put the bundled ones through the checks."""
    records = read_records(path, table)
    problems += records.problems
    if not records.header:
        return empty_table(TABLES[table])
    found: list[Problem] = []
    frame, reported = type_records(TABLES[table], records.header, records.rows, records.lines, found)
    if check:
        missing = frozenset(column for line, column in reported if line == 0)
        found += schema_problems(table, frame, reported) + row_problems(table, frame, missing)
    problems += found
    return frame


def _share_problems(shares: pd.DataFrame, sources: Collection[str]) -> list[Problem]:
    """Return unknown markets and sources, days after the vintage or within a quarter, and sums above one."""

    def at(line: int, column: str, value: object, what: str, fix: str) -> Problem:
        return Problem("structure", line, column, str(value), what, fix)

    problems = []
    lines = [int(line) for line in shares.index.tolist()]
    days = pd.DatetimeIndex(shares["as_of"])
    ends = days.to_period("Q").end_time.normalize()
    for line, market, source, day, end in zip(
        lines, shares["market"].tolist(), shares["source_id"].tolist(), days, ends, strict=True
    ):
        if market not in MARKETS:
            fix = did_you_mean(market, list(MARKETS))
            problems.append(at(line, "market", market, "there is no such market", fix))
        if source not in sources:
            fix = f"Add it to sources.csv. {did_you_mean(source, sorted(sources))}"
            problems.append(at(line, "source_id", source, "there is no such source", fix))
        if day > VINTAGE:
            what = f"is after the vintage {VINTAGE.date()}"
            problems.append(at(line, "as_of", day.date(), what, "Leave the row out."))
        elif day != end:
            problems.append(
                at(line, "as_of", day.date(), "is not the last day of a quarter", f"Write {end.date()}.")
            )
    for _, group in shares.groupby(["market", "as_of"], sort=False):
        total = float(group["share"].sum())
        if total > SHARE_SUM_LIMIT:
            market, day = str(group["market"].iloc[0]), group["as_of"].iloc[0].date()
            what = f"the shares of {market} on {day} sum to {total:.3f}"
            line = int(group.index.tolist()[-1])
            problems.append(at(line, "share", f"{total:.3f}", what, "Write shares of one whole, 0 to 1."))
    return problems
