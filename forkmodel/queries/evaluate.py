"""Evaluate a tree on worlds: draws of the output schema, one array operation per node."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from forkmodel.errors import OutOfSpanError, QueryError, did_you_mean
from forkmodel.queries.draw_source import DrawSource, quarter_label
from forkmodel.queries.tree import Apply, Arithmetic, Compare, Logic, Moment, Node, Not, Number, Path, Reduce

__all__ = ["STOCKS", "Values", "evaluate", "is_condition"]

#: Stocks are read at a year's last quarter; everything else is the mean over the year's four quarters.
STOCKS = ("capability_", "lag_", "price_", "premium_")
#: What stands before the key of a parameter, as in ``parameter.capability.catch_up``.
PARAMETER = "parameter"
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
_FUNCTIONS: dict[str, Callable[[Any], Any]] = {"log": np.log, "exp": np.exp, "abs": np.abs}
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


@dataclass(frozen=True)
class Values:
    """A node's value in every world.

    Attributes
    ----------
    array : array
        A number, or (chain, draw), or (chain, draw, time) where no moment was chosen. Conditions are 1, 0, or
        NaN where they compare something that is not defined in a world.
    quarters : array or None
        Calendar quarters of the time axis.
    """

    array: np.ndarray
    quarters: np.ndarray | None = None


def is_condition(node: Node) -> bool:
    """Return whether a node is true or false rather than a number."""
    if isinstance(node, Reduce):
        return node.how in ("any", "all")
    return isinstance(node, Compare | Logic | Not)


def evaluate(node: Node, worlds: DrawSource) -> Values:
    """Return a node's value in every world.

    Parameters
    ----------
    node : Node
        The tree.
    worlds : DrawSource
        Variables of the output schema on every draw.

    Raises
    ------
    QueryError
        If a name or coordinate does not exist, or a condition stands where a number should.
    OutOfSpanError
        If a time, or a part of it, lies outside the worlds.
    """
    if isinstance(node, Number):
        return Values(np.asarray(node.value))
    if isinstance(node, Path):
        return _path(node, worlds)
    if isinstance(node, Arithmetic):
        left, right = (_number(part, worlds) for part in (node.left, node.right))
        with np.errstate(all="ignore"):
            return _joined(_ARITHMETIC[node.operator], left, right)
    if isinstance(node, Compare):
        left, right = (_number(part, worlds) for part in (node.left, node.right))
        return _joined(lambda a, b: _known(_COMPARE[node.operator](a, b), a, b), left, right)
    if isinstance(node, Logic):
        left, right = (_condition(part, worlds) for part in (node.left, node.right))
        both = np.fmin if node.operator == "and" else np.fmax
        return _joined(lambda a, b: _known(both(a, b), a, b), left, right)
    if isinstance(node, Not):
        inner = _condition(node.inner, worlds)
        return Values(1.0 - inner.array, inner.quarters)
    if isinstance(node, Apply):
        return _apply(node, worlds)
    return _reduce(node, worlds)


def _known(held: Any, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return a condition as 1 and 0, NaN where either side is."""
    return np.where(np.isnan(left) | np.isnan(right), np.nan, np.asarray(held, dtype=float))


def _apply(node: Apply, worlds: DrawSource) -> Values:
    if node.how == "year":
        return _first_year(node, worlds)
    inner = _number(node.inner, worlds)
    with np.errstate(all="ignore"):
        return Values(np.asarray(_FUNCTIONS[node.how](inner.array)), inner.quarters)


def _first_year(node: Apply, worlds: DrawSource) -> Values:
    """Return the decimal year of the first quarter in which a condition holds; infinite if none does."""
    held = _condition(node.inner, worlds)
    if held.quarters is None:
        raise QueryError("year(...) looks through time; leave out the bracket, or give a range in it.")
    return Values(np.where(held.array == 1.0, held.quarters / 4.0, np.inf).min(-1))


def _joined(apply: Callable[[Any, Any], Any], left: Values, right: Values) -> Values:
    first, second = left.array, right.array
    if left.quarters is not None and right.quarters is not None:
        if len(left.quarters) != len(right.quarters):
            raise QueryError(
                f"two ranges of {len(left.quarters)} and {len(right.quarters)} quarters meet; "
                "give both the same range."
            )
        # Ranges of equal length are compared quarter by quarter, as in [2027:2031] against [2026:2030].
        return Values(np.asarray(apply(first, second)), left.quarters)
    if left.quarters is not None and second.ndim:
        second = second[..., None]
    if right.quarters is not None and first.ndim:
        first = first[..., None]
    quarters = left.quarters if left.quarters is not None else right.quarters
    return Values(np.asarray(apply(first, second)), quarters)


def _number(node: Node, worlds: DrawSource) -> Values:
    if is_condition(node):
        raise QueryError(
            "a condition stands where a number is needed; compare numbers, then join with and/or."
        )
    return evaluate(node, worlds)


def _condition(node: Node, worlds: DrawSource) -> Values:
    if not is_condition(node):
        raise QueryError(
            "a number stands where a condition is needed; compare it with something, as in x > 1."
        )
    return evaluate(node, worlds)


def _reduce(node: Reduce, worlds: DrawSource) -> Values:
    logical = node.how in ("any", "all")
    inner = (_condition if logical else _number)(node.inner, worlds)
    if inner.quarters is None:
        raise QueryError(f"{node.how}(...) needs a range of times inside, such as hhi.closed[2027:2031].")
    if node.how == "mean":
        return Values(inner.array.mean(-1))
    largest = node.how in ("max", "any")
    return Values(inner.array.max(-1) if largest else inner.array.min(-1))


def _parameter(path: Path, worlds: DrawSource) -> Values:
    key = ".".join(path.labels)
    if not worlds.parameters:
        raise QueryError("no parameter is known of every world here; ask a forecast of one world a draw.")
    if key not in worlds.parameters:
        raise QueryError(f"unknown parameter {key!r}. {did_you_mean(key, worlds.parameters)}")
    if path.first is not None:
        raise QueryError(f"the parameter {key} has one value in a world; leave out the bracket.")
    return Values(worlds.parameter(key))


def _path(path: Path, worlds: DrawSource) -> Values:
    if path.name == PARAMETER:
        return _parameter(path, worlds)
    if path.name not in worlds.names:
        raise QueryError(f"unknown name {path.name!r}. {did_you_mean(path.name, worlds.names)}")
    places: dict[str, int] = {}
    for label in path.labels:
        dim, place = _select(path.name, label, worlds, places)
        places[dim] = place
    left = [dim for dim in worlds.dims(path.name) if dim not in places]
    if left:
        choices = ", ".join(worlds.labels(left[0]))
        raise QueryError(f"{path.name} needs a {left[0]}: add one of {choices} after a dot.")
    array = worlds.read(path.name, places)
    if path.first is None:
        return Values(array, worlds.quarters)
    return _at(path, array, worlds.quarters)


def _select(name: str, label: str, worlds: DrawSource, chosen: dict[str, int]) -> tuple[str, int]:
    """Return the dim that a label belongs to, and its place there."""
    known: list[str] = []
    for dim in worlds.dims(name):
        if dim in chosen:
            continue
        labels = worlds.labels(dim)
        if label in labels:
            return dim, labels.index(label)
        known += labels
    if not known:
        raise QueryError(f"{name} has no coordinate left for {label!r}; leave it out.")
    raise QueryError(f"{name} has no {label!r}. {did_you_mean(label, known)}")


def _at(path: Path, array: np.ndarray, quarters: np.ndarray) -> Values:
    assert path.first is not None  # noqa: S101 - the caller checks; narrows the type
    low, high = _bounds(path.first)
    if path.last is not None:
        high = _bounds(path.last)[1]
        if high < low:
            raise QueryError(f"the range of {path.name} runs backwards; put the earlier time first.")
    _check_known(path, low, high, quarters)
    inside = np.flatnonzero((quarters >= low) & (quarters <= high))
    chosen = array[..., inside]
    if path.last is not None:
        return Values(chosen, quarters[inside])
    if path.first.quarter is None and not path.name.startswith(STOCKS):
        return Values(chosen.mean(-1))
    return Values(chosen[..., -1])


def _check_known(path: Path, low: int, high: int, quarters: np.ndarray) -> None:
    """Refuse times that are known only in part: the rest of them would be answered as if it were all."""
    begin, end = int(quarters[0]), int(quarters[-1])
    if begin <= low and high <= end:
        return
    assert path.first is not None  # noqa: S101 - the caller checks; narrows the type
    span = f"{path.name} is known from {quarter_label(begin)} to {quarter_label(end)}"
    known = max(0, min(high, end) - max(low, begin) + 1)
    if not known:
        raise OutOfSpanError(f"{span}; the time asked for is outside. Ask within, or forecast further.")
    inside = f"{quarter_label(max(low, begin))}:{quarter_label(min(high, end))}"
    if path.last is None:
        raise OutOfSpanError(
            f"{span}, which holds {known} of the 4 quarters of {path.first.year}. Ask about one quarter, "
            f"such as [{quarter_label(min(high, end))}], reduce [{inside}] with mean, or forecast further."
        )
    raise OutOfSpanError(
        f"{span}; the range asked for reaches outside. Ask about [{inside}], or forecast further."
    )


def _bounds(moment: Moment) -> tuple[int, int]:
    first, last = (1, 4) if moment.quarter is None else (moment.quarter, moment.quarter)
    return 4 * moment.year + first - 1, 4 * moment.year + last - 1
