"""What the columns of a table of one's own mean: a TOML file, checked whole before a row is read."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from forkmodel.data.adapters.imported import Origin
from forkmodel.data.adapters.sheets import decode
from forkmodel.data.schemas import TABLES
from forkmodel.errors import DataError, Problem, did_you_mean

__all__ = ["ColumnMap", "FileShape", "Mapping", "TableMap", "Wide", "read_mapping"]

Unit = Literal[
    "one",
    "fraction",
    "percent",
    "per_token",
    "per_thousand_tokens",
    "per_million_tokens",
    "thousand",
    "million",
    "billion",
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class FileShape(_Strict):
    """How the file is laid out: sheet of an Excel file, header row, separator, encoding, numbers, dates."""

    sheet: str = ""
    header: int = Field(default=1, ge=1, le=1000)
    separator: str = Field(default=",", min_length=1, max_length=1)
    encoding: str = ""
    decimal: Literal[".", ","] = "."
    thousands: Literal["", ",", ".", " ", "'"] = ""
    dates: Literal["iso", "day-first", "month-first", "excel", "unix"] = "iso"

    @model_validator(mode="after")
    def _marks_differ(self) -> FileShape:
        if self.decimal == self.thousands:
            raise ValueError("decimal and thousands are the same mark")
        if self.separator in '"\r\n':
            raise ValueError("separator is a quote or a line end")
        return self


class ColumnMap(_Strict):
    """Where the cells of a column come from: a column of the file, or one value for all rows."""

    column: str = ""
    value: str = ""
    unit: Unit = "one"
    words: dict[str, str] = {}

    @model_validator(mode="after")
    def _one_origin(self) -> ColumnMap:
        if bool(self.column) == bool(self.value):
            raise ValueError("give either column or value")
        return self


class Wide(_Strict):
    """Columns that become rows: the id of each goes ``into`` one column, its cells into ``value``."""

    into: str
    value: str
    unit: Unit = "one"
    columns: dict[str, str] = Field(min_length=1)


class TableMap(_Strict):
    """One table that the rows of the file fill."""

    table: str
    columns: dict[str, ColumnMap]
    wide: Wide | None = None

    @model_validator(mode="after")
    def _known(self) -> TableMap:
        if self.table not in TABLES or self.table == "sources":
            tables = [name for name in TABLES if name != "sources"]
            raise ValueError(f"there is no table {self.table!r} to fill. {did_you_mean(self.table, tables)}")
        names = TABLES[self.table].names
        given = [*self.columns, *([self.wide.into, self.wide.value] if self.wide else [])]
        for name in given:
            if name not in names:
                raise ValueError(f"{self.table} has no column {name!r}. {did_you_mean(name, names)}")
        twice = {name for name in given if given.count(name) > 1}
        if twice:
            raise ValueError(f"{self.table}.{min(twice)} is filled twice")
        return self


class Mapping(_Strict):
    """A mapping file: whence the table is, how it is laid out, which tables it fills."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$", max_length=60)
    title: str = Field(min_length=1)
    publisher: str = Field(min_length=1)
    licence: str = Field(min_length=1)
    url: str = ""
    attribution: str = ""
    file: FileShape = FileShape()
    table: tuple[TableMap, ...] = Field(min_length=1)

    @property
    def origin(self) -> Origin:
        """Where the file comes from, for the table of sources."""
        return Origin(self.name, self.title, self.publisher, self.url, self.licence, self.attribution)


def read_mapping(path: Path) -> Mapping:
    """Read a mapping file.

    Parameters
    ----------
    path : Path
        TOML file.

    Raises
    ------
    DataError
        With every wrong entry of the file.
    """
    try:
        document = tomllib.loads(decode(path.read_bytes(), path.name))
        if isinstance(document.get("table"), list):
            document["table"] = tuple(document["table"])
        return Mapping.model_validate(document)
    except OSError as error:
        what, fix = f"cannot be read: {error.strerror}", "Give a mapping file with --mapping FILE."
        raise DataError([Problem(str(path), None, None, None, what, fix)]) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise DataError([Problem(path.name, None, None, None, f"is no TOML: {error}", FIX)]) from error
    except ValidationError as error:
        problems = [
            Problem(path.name, None, ".".join(map(str, each["loc"])) or None, None, each["msg"], FIX)
            for each in error.errors()
        ]
        raise DataError(problems) from error


FIX = "docs/data.md shows a whole mapping file."
