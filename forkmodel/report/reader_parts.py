"""What a reader's section is made of: a title, tables whose cells are asked for, and where to ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd
import xarray as xr
from markupsafe import Markup

from forkmodel.report.asked import Asked
from forkmodel.report.content import ReportContent
from forkmodel.report.frames import table_csv

__all__ = ["AskedTable", "Reader", "last_quarter", "worlds_of"]

type Cell = Asked | Markup | str | None


@dataclass(frozen=True)
class AskedTable:
    """A table: what heads its rows and columns, and cells that are answers, words or drawings."""

    title: str
    columns: Sequence[str]
    rows: list[tuple[str, list[Cell]]]
    note: str = ""

    @property
    def asked(self) -> list[Asked]:
        """Every answer in it."""
        return [cell for _, cells in self.rows for cell in cells if isinstance(cell, Asked)]


@dataclass(frozen=True)
class Reader:
    """A section for one reader."""

    key: str
    title: str
    tables: list[AskedTable]
    commands: list[tuple[str, str]] = field(default_factory=list)
    prior_driven: bool = False

    @property
    def asked(self) -> list[Asked]:
        """Every answer of the section, each once."""
        found = [cell for table in self.tables for cell in table.asked]
        return list({cell.query: cell for cell in found}.values())

    @property
    def csv(self) -> str:
        """Questions and answers as CSV."""
        return table_csv(("question", "answer"), [(cell.query, cell.text) for cell in self.asked])


def worlds_of(content: ReportContent) -> xr.Dataset:
    """Return the worlds of a report that has a forecast."""
    assert content.forecast is not None  # noqa: S101 - readers are asked for only then
    return content.forecast.worlds


def last_quarter(content: ReportContent) -> str:
    """Return the quarter of the data's end as questions write it."""
    day: pd.Timestamp = content.vintage
    return f"{day.year}-Q{(day.month - 1) // 3 + 1}"
