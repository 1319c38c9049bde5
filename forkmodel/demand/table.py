"""Read a plain table of products: market, product, firm, price, share and characteristics.

Every further column is a number: a characteristic that buyers care about, or, where its name begins with
``instrument_``, something that moves prices and that buyers do not care about.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from forkmodel.data.cells import type_records
from forkmodel.data.column_rules import schema_problems
from forkmodel.data.columns import Column, Table
from forkmodel.data.files import Records, read_records
from forkmodel.data.read import Folder
from forkmodel.data.schemas import TABLES
from forkmodel.demand.rules import product_problems
from forkmodel.errors import DataError, Problem

__all__ = ["INSTRUMENT", "ProductTable", "read_products"]

#: Beginning of the names of columns that are instruments.
INSTRUMENT = "instrument_"

_OWN = (
    Column("market", "text", "Market: a place, a period, or both."),
    Column("product", "text", "Product, once in a market."),
    Column("firm", "text", "Firm that sets the price."),
    Column("price", "number", "Price, above 0, in one currency and unit throughout."),
    Column("share", "number", "Units sold over potential buyers, above 0; in a market below 1 in sum."),
    Column("source_id", "text", "Source of the row, an id in sources.csv.", refers_to="sources"),
)


@dataclass(frozen=True, eq=False)
class ProductTable:
    """Products with prices and shares in several markets, once they are known to be sound.

    Attributes
    ----------
    products : DataFrame
        Columns ``market, product, firm, price, share, source_id``, then characteristics and instruments;
        rows by market in the order of the file.
    sources : DataFrame
        As in ``sources.csv`` of the other tables.
    """

    products: pd.DataFrame
    sources: pd.DataFrame

    @classmethod
    def of(cls, products: pd.DataFrame, sources: pd.DataFrame | None = None) -> ProductTable:
        """Return a table made in Python, once it passed the checks of a file.

        Parameters
        ----------
        products : DataFrame
            As in :class:`ProductTable`; ``source_id`` may be left out.
        sources : DataFrame, optional
            The sources.

        Raises
        ------
        DataError
            As :func:`read_products`.
        """
        frame = products.reset_index(drop=True)
        if "source_id" not in frame:
            frame = frame.assign(source_id="")
        names = [column.name for column in _OWN]
        missing = [name for name in names if name not in frame]
        problems = [_missing(name, list(frame.columns)) for name in missing]
        if not problems:
            extra = [name for name in frame.columns if name not in names]
            kinds = dict.fromkeys(["price", "share", *extra], "float64")
            kinds |= dict.fromkeys(["market", "product", "firm", "source_id"], "str")
            frame = frame[[*names, *extra]].astype(kinds)
            problems = product_problems(frame.set_axis(frame.index + 2), INSTRUMENT)
        if problems:
            raise DataError(problems)
        empty = pd.DataFrame({name: pd.Series(dtype="str") for name in TABLES["sources"].names})
        return cls(_by_market(frame), empty if sources is None else sources)

    @property
    def markets(self) -> list[str]:
        """Markets in the order of the table."""
        return [str(name) for name in self.products["market"].unique()]

    @property
    def characteristics(self) -> list[str]:
        """Names of the columns that buyers care about, price apart."""
        return [name for name in self._extra if not name.startswith(INSTRUMENT)]

    @property
    def instruments(self) -> list[str]:
        """Names of the columns that are instruments; often none."""
        return [name for name in self._extra if name.startswith(INSTRUMENT)]

    @property
    def _extra(self) -> list[str]:
        own = {column.name for column in _OWN}
        return [str(name) for name in self.products.columns if name not in own]

    @cached_property
    def place(self) -> np.ndarray:
        """Number of each row's market, in the order of ``markets``."""
        return np.asarray(pd.factorize(self.products["market"])[0])

    @cached_property
    def outside(self) -> np.ndarray:
        """Share of the outside good in each market: what the products leave of one."""
        inside = np.bincount(self.place, self.products["share"].to_numpy())
        return np.asarray(1.0 - inside)

    def rows(self, market: str) -> pd.DataFrame:
        """Return the rows of one market."""
        return self.products.loc[self.products["market"].eq(market)]


def read_products(folder: Folder) -> ProductTable:
    """Read ``products.csv`` and ``sources.csv`` of a folder and check everything in them.

    Parameters
    ----------
    folder : str or path
        The folder. ``products.csv`` has the columns ``market``, ``product``, ``firm``, ``price``, ``share``
        and ``source_id``; every other column is a number, an instrument if its name begins with
        ``instrument_`` and a characteristic if not.

    Returns
    -------
    ProductTable
        The table.

    Raises
    ------
    DataError
        With every problem found, each with table, CSV row, column, value and fix: a missing column or cell,
        a price or share that is not above zero, shares of a market that sum to one or more, a product twice
        in a market, fewer than two markets, a characteristic or instrument that the others imply.
    """
    place = Path(folder)
    if not place.is_dir():
        what = "there is no such folder"
        fix = "Give the folder that holds products.csv and sources.csv."
        raise DataError([Problem(str(place), None, None, None, what, fix)])
    problems: list[Problem] = []
    sources, _ = _typed(place, TABLES["sources"], problems)
    products, reported = _typed(place, None, problems)
    if not problems:
        problems += _unknown_sources(products, sources)
        problems += product_problems(products, INSTRUMENT)
    elif reported is not None and not any(line == 0 for line, _ in reported):
        found = product_problems(products, INSTRUMENT)
        problems += [each for each in found if (each.row, each.column) not in reported]
    if problems:
        raise DataError(sorted(dict.fromkeys(problems), key=lambda each: (each.table, each.row or 0)))
    return ProductTable(_by_market(products), sources.reset_index(drop=True))


def _typed(
    folder: Path, table: Table | None, problems: list[Problem]
) -> tuple[pd.DataFrame, set[tuple[int, str]] | None]:
    """Read one file into a typed frame by line; without a declaration, that of products fits its header."""
    name = "products" if table is None else table.name
    path = folder / f"{name}.csv"
    if not path.exists():
        fix = f"Put {name}.csv into the folder."
        problems.append(Problem(name, None, None, None, f"there is no file {name}.csv", fix))
        return pd.DataFrame(), None
    records = read_records(path, name)
    problems += records.problems
    if not records.header:
        return pd.DataFrame(), None
    declared = _declaration(records) if table is None else table
    found: list[Problem] = []
    frame, reported = type_records(declared, records.header, records.rows, records.lines, found)
    if table is not None:
        found += schema_problems(name, frame, reported)
    elif {column.name for column in _OWN} - set(records.header):
        # The numbers beside a missing column are its characteristics, and no column is unknown.
        found = [each for each in found if "is missing" in each.problem]
    problems += found
    return frame, reported


def _declaration(records: Records) -> Table:
    """Return what is declared of the columns of a products file: its own, and any numbers beside them.

    Where one of its own is missing it stays alone, so that a misspelt one is found among the others.
    """
    own = [column.name for column in _OWN]
    extra = [name for name in dict.fromkeys(records.header) if name not in own]
    if set(own) - set(records.header):
        extra = []
    numbers = (Column(name, "number", "A number.") for name in extra)
    return Table("products", (*_OWN, *numbers), key=("market", "product"))


def _missing(name: str, there: Iterable[str]) -> Problem:
    meaning = next(column.meaning for column in _OWN if column.name == name)
    fix = f"Add a column {name!r}: {meaning} There are {', '.join(map(str, there))}."
    return Problem("products", None, name, None, f"the column {name!r} is missing", fix)


def _unknown_sources(products: pd.DataFrame, sources: pd.DataFrame) -> list[Problem]:
    """Report the first row of each source that ``sources.csv`` does not list, and the first without one."""
    ids = products["source_id"].fillna("")
    unknown = ids[~ids.isin(sources["source_id"])].drop_duplicates()
    fix = "Add the source to sources.csv, or correct the id."
    return [
        Problem(
            "products",
            int(line),
            "source_id",
            str(value),
            "there is no such source" if value else "the cell is empty",
            fix,
        )
        for line, value in zip(unknown.index.to_numpy(), unknown, strict=True)
    ]


def _by_market(products: pd.DataFrame) -> pd.DataFrame:
    """Return the rows market by market, in the order in which markets first appear."""
    order = np.argsort(pd.factorize(products["market"])[0], kind="stable")
    return products.iloc[order].reset_index(drop=True)
