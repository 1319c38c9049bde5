"""What a cited fact is about: its expression in the query language, the times in it, and its period."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from forkmodel.errors import QueryError, did_you_mean
from forkmodel.queries import parse
from forkmodel.queries.evaluate import is_condition
from forkmodel.queries.tree import Apply, Arithmetic, Compare, Logic, Moment, Node, Not, Path, Reduce, Whole
from forkmodel.results.schema import HISTORY_SCHEMA

__all__ = ["natural_unit", "period_quarters", "quantity_node", "quantity_quarters", "variables"]

_PERIOD = re.compile(r"(\d{4})(?:-Q([1-4])|-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
#: Unit of a fact by the unit of its variable in the output schema.
_UNITS = {
    "0 to 10,000": "hhi",
    "index points": "points",
    "months": "months",
    "USD per million tokens": "usd_per_mtok",
    "ratio closed / open": "ratio",
    "log quantity per log price": "elasticity",
    "USD per year": "usd_per_year",
    "share": "share",
    "share of firms": "share",
}


def natural_unit(name: str) -> str | None:
    """Return the unit of facts about a variable itself; None for one that facts have no unit for."""
    entry = HISTORY_SCHEMA.get(name)
    if entry is None:
        return None
    return "index" if entry.unit.startswith("index (") else _UNITS.get(entry.unit)


def period_quarters(text: str) -> tuple[int, int] | None:
    """Return the first and last quarter of a period, counted from year zero; None if it is not one."""
    ends = [_quarters(part) for part in text.split(":")]
    if len(ends) > 2 or None in ends:
        return None
    first, last = ends[0], ends[-1]
    return (first[0], last[1]) if first and last and first[0] <= last[1] else None


def _quarters(text: str) -> tuple[int, int] | None:
    match = _PERIOD.fullmatch(text)
    if match is None:
        return None
    year, quarter, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None  # noqa: S101 - the pattern demands it; narrows the type
    if month is not None:
        try:
            pd.Timestamp(year, month, day or 1)
        except ValueError:
            return None
        quarter = (month - 1) // 3 + 1
    if quarter is not None:
        return 4 * year + quarter - 1, 4 * year + quarter - 1
    return 4 * year, 4 * year + 3


def variables(node: Node) -> Iterator[Path]:
    """Yield every variable that an expression names, from left to right."""
    if isinstance(node, Path):
        yield node
    elif isinstance(node, Arithmetic | Compare | Logic):
        yield from variables(node.left)
        yield from variables(node.right)
    elif isinstance(node, Reduce | Apply | Not):
        yield from variables(node.inner)


def quantity_node(text: str) -> Node:
    """Return the tree of a quantity: a number at stated times.

    Raises
    ------
    QueryError
        If the text cannot be read, is a condition, names no variable of a history, or leaves a time out.
    """
    query = parse(text)
    if not isinstance(query, Whole) or is_condition(query.node):
        raise QueryError("a condition stands where a number is needed; leave out the comparison.")
    found = list(variables(query.node))
    if not found:
        raise QueryError("it names no variable; write one such as hhi.closed[2026-Q2].")
    for path in found:
        if path.name not in HISTORY_SCHEMA:
            raise QueryError(f"unknown name {path.name!r}. {did_you_mean(path.name, list(HISTORY_SCHEMA))}")
        if path.first is None:
            raise QueryError(f"{path.name} has no time; add one in brackets, as in {path.name}[2026-Q2].")
    return query.node


def quantity_quarters(node: Node) -> tuple[int, int]:
    """Return the first and last quarter that an expression looks at, counted from year zero."""
    moments = [moment for path in variables(node) for moment in (path.first, path.last) if moment is not None]
    return min(_first(moment) for moment in moments), max(_last(moment) for moment in moments)


def _first(moment: Moment) -> int:
    return 4 * moment.year + (moment.quarter or 1) - 1


def _last(moment: Moment) -> int:
    return 4 * moment.year + (moment.quarter or 4) - 1
