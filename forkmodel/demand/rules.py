"""What may stand in a table of products: each rule as the problems of the rows that break it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forkmodel.demand.instruments import adds_nothing
from forkmodel.errors import Problem

__all__ = ["product_problems"]

_TEXTS = ("market", "product", "firm", "source_id")
#: Fewer rows than this for each column that is estimated leave the fit to its priors.
ROWS_PER_COLUMN = 3


def product_problems(frame: pd.DataFrame, instrument: str) -> list[Problem]:
    """Return everything that is wrong with a table of products.

    Parameters
    ----------
    frame : DataFrame
        Typed columns, indexed by CSV line.
    instrument : str
        Beginning of the names of instruments.
    """
    if frame.empty:
        return [Problem("products", None, None, None, "the table has no row", "Add rows: one a product.")]
    problems = [*_cells(frame), *_repeats(frame)]
    if not problems:
        problems = [*_sums(frame), *_markets(frame)]
    if not problems:
        problems = _columns(frame, instrument)
    return problems


def _cells(frame: pd.DataFrame) -> list[Problem]:
    problems = []
    lines = frame.index.to_numpy()
    for name in frame.columns:
        values = frame[name]
        if name in _TEXTS:
            if name == "source_id":
                continue
            bad, what, fix = values.isna() | values.eq(""), "the cell is empty", "Fill it in."
            problems += [Problem("products", int(line), name, "", what, fix) for line in lines[bad]]
            continue
        numbers = values.to_numpy(float)
        for spot in np.flatnonzero(~np.isfinite(numbers)):
            missing = np.isnan(numbers[spot])
            what = "the cell is empty" if missing else "the number is infinite"
            fix = "Fill it in, leave out the row, or leave out the column."
            value = "" if missing else str(numbers[spot])
            problems.append(Problem("products", int(lines[spot]), name, value, what, fix))
        if name in ("price", "share"):
            fix = {
                "price": "Leave out free products: their buyers are part of the outside good.",
                "share": "Leave out a product that nobody bought, or count its sales over more buyers.",
            }[name]
            problems += [
                Problem("products", int(lines[spot]), name, f"{numbers[spot]:g}", "is not above zero", fix)
                for spot in np.flatnonzero(numbers <= 0.0)
            ]
    return problems


def _repeats(frame: pd.DataFrame) -> list[Problem]:
    twice = frame.loc[frame.duplicated(["market", "product"])]
    fix = "Keep one row, or give the versions different names."
    return [
        Problem("products", int(line), "product", str(name), "stands twice in its market", fix)
        for line, name in zip(twice.index.to_numpy(), twice["product"], strict=True)
    ]


def _sums(frame: pd.DataFrame) -> list[Problem]:
    problems = []
    for market, rows in frame.groupby("market", sort=False):
        total = rows["share"].sum()
        if total >= 1.0:
            what = f"the shares of market {market} sum to {total:.6g}, which leaves no outside good"
            fix = "Divide sales by the number of potential buyers, those who bought nothing included."
            first = int(rows.index[0])
            problems.append(Problem("products", first, "share", None, what, fix, of_rows_together=True))
    return problems


def _markets(frame: pd.DataFrame) -> list[Problem]:
    number = frame["market"].nunique()
    if number >= 2:
        return []
    what, fix = (
        f"there is {number} market",
        "Add another market or period: prices must differ for a reason.",
    )
    return [Problem("products", None, "market", None, what, fix)]


def _columns(frame: pd.DataFrame, instrument: str) -> list[Problem]:
    """Report characteristics and instruments that the columns before them imply, and too few rows."""
    names = [name for name in frame.columns if name not in (*_TEXTS, "price", "share")]
    # Characteristics first: an instrument that they imply moves no price by itself.
    names.sort(key=lambda name: name.startswith(instrument))
    implied = adds_nothing(frame[names].to_numpy(float))
    fix = "Leave the column out."
    problems = [
        Problem("products", None, name, None, "the constant and the columns before it imply the column", fix)
        for name, gone in zip(names, implied, strict=True)
        if gone
    ]
    if not problems and len(frame) < ROWS_PER_COLUMN * (len(names) + 2):
        what = f"{len(frame)} rows are too few for {len(names)} columns beside price and share"
        problems.append(
            Problem("products", None, None, None, what, "Add markets, or leave out characteristics.")
        )
    return problems
