"""Evaluate a tree on worlds: draws of the output schema, one array operation per node."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.errors import QueryError, did_you_mean
from forkmodel.queries.tree import Arithmetic, Compare, Logic, Moment, Node, Not, Number, Path, Reduce

__all__ = ["SAMPLE", "STOCKS", "evaluate", "is_condition"]

SAMPLE = ("chain", "draw")
#: Stocks are read at a year's last quarter; everything else is the mean over the year's quarters.
STOCKS = ("capability_", "lag_", "price_", "premium_")
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def is_condition(node: Node) -> bool:
    """Return whether a node is true or false rather than a number."""
    if isinstance(node, Reduce):
        return node.how in ("any", "all")
    return isinstance(node, Compare | Logic | Not)


def evaluate(node: Node, worlds: xr.Dataset) -> xr.DataArray:
    """Return a node's value in every world.

    Parameters
    ----------
    node : Node
        The tree.
    worlds : Dataset
        Dims ``chain, draw, time`` and those of the output schema.

    Returns
    -------
    DataArray
        Dims ``chain, draw``, and ``time`` where no moment was chosen. Conditions are 1, 0, or NaN where they
        compare something that is not defined in a world.

    Raises
    ------
    QueryError
        If a name, coordinate or time does not exist, or a condition stands where a number should.
    """
    if isinstance(node, Number):
        return xr.DataArray(node.value)
    if isinstance(node, Path):
        return _path(node, worlds)
    if isinstance(node, Arithmetic):
        left, right = (_number(part, worlds) for part in (node.left, node.right))
        with np.errstate(divide="ignore", invalid="ignore"):
            return _joined(_ARITHMETIC[node.operator], left, right)
    if isinstance(node, Compare):
        left, right = (_number(part, worlds) for part in (node.left, node.right))
        held = _joined(_COMPARE[node.operator], left, right).astype(float)
        return held.where(left.notnull() & right.notnull())
    if isinstance(node, Logic):
        left, right = (_condition(part, worlds) for part in (node.left, node.right))
        return _joined(np.fmin if node.operator == "and" else np.fmax, left, right).where(
            left.notnull() & right.notnull()
        )
    if isinstance(node, Not):
        return 1.0 - _condition(node.inner, worlds)
    return _reduce(node, worlds)


def _joined(apply: Callable[[Any, Any], Any], left: xr.DataArray, right: xr.DataArray) -> xr.DataArray:
    if "time" in left.dims and "time" in right.dims and left.sizes["time"] != right.sizes["time"]:
        raise QueryError(
            f"two ranges of {left.sizes['time']} and {right.sizes['time']} quarters meet; "
            "give both the same range."
        )
    if "time" in left.dims and "time" in right.dims:
        # Ranges of equal length are compared quarter by quarter, as in [2027:2031] against [2026:2030].
        right = right.assign_coords(time=left["time"])
    return xr.DataArray(apply(left, right))


def _number(node: Node, worlds: xr.Dataset) -> xr.DataArray:
    if is_condition(node):
        raise QueryError(
            "a condition stands where a number is needed; compare numbers, then join with and/or."
        )
    return evaluate(node, worlds)


def _condition(node: Node, worlds: xr.Dataset) -> xr.DataArray:
    if not is_condition(node):
        raise QueryError(
            "a number stands where a condition is needed; compare it with something, as in x > 1."
        )
    return evaluate(node, worlds)


def _reduce(node: Reduce, worlds: xr.Dataset) -> xr.DataArray:
    logical = node.how in ("any", "all")
    inner = (_condition if logical else _number)(node.inner, worlds)
    if "time" not in inner.dims:
        raise QueryError(f"{node.how}(...) needs a range of times inside, such as hhi.closed[2027:2031].")
    if node.how == "mean":
        return inner.mean("time", skipna=False)
    largest = node.how in ("max", "any")
    return inner.max("time", skipna=False) if largest else inner.min("time", skipna=False)


def _path(path: Path, worlds: xr.Dataset) -> xr.DataArray:
    names = [str(name) for name in worlds.data_vars]
    if path.name not in names:
        raise QueryError(f"unknown name {path.name!r}. {did_you_mean(path.name, names)}")
    array = worlds[path.name]
    for label in path.labels:
        array = _select(path.name, array, label)
    left = [str(dim) for dim in array.dims if dim not in (*SAMPLE, "time")]
    if left:
        choices = ", ".join(map(str, array[left[0]].to_numpy()))
        raise QueryError(f"{path.name} needs a {left[0]}: add one of {choices} after a dot.")
    return array if path.first is None else _at(path, array)


def _select(name: str, array: xr.DataArray, label: str) -> xr.DataArray:
    open_dims = [str(dim) for dim in array.dims if dim not in (*SAMPLE, "time")]
    known: list[str] = []
    for dim in open_dims:
        labels = [str(item) for item in array[dim].to_numpy()]
        if label in labels:
            return array.isel({dim: labels.index(label)}, drop=True)
        known += labels
    if not known:
        raise QueryError(f"{name} has no coordinate left for {label!r}; leave it out.")
    raise QueryError(f"{name} has no {label!r}. {did_you_mean(label, known)}")


def _at(path: Path, array: xr.DataArray) -> xr.DataArray:
    times = pd.DatetimeIndex(array["time"].to_numpy())
    assert path.first is not None  # noqa: S101 - the caller checks; narrows the type
    low, high = _bounds(path.first)
    if path.last is not None:
        high = _bounds(path.last)[1]
        if high < low:
            raise QueryError(f"the range of {path.name} runs backwards; put the earlier time first.")
    inside = np.flatnonzero((times >= low) & (times <= high))
    if not len(inside):
        raise QueryError(
            f"{path.name} is known from {_quarter(times[0])} to {_quarter(times[-1])}; "
            "the time asked for is outside."
        )
    chosen = array.isel(time=inside)
    if path.last is not None:
        return chosen
    if path.first.quarter is None and not path.name.startswith(STOCKS):
        return chosen.mean("time", skipna=False)
    return chosen.isel(time=-1, drop=True)


def _bounds(moment: Moment) -> tuple[pd.Timestamp, pd.Timestamp]:
    first, last = (1, 4) if moment.quarter is None else (moment.quarter, moment.quarter)
    return (
        pd.Timestamp(moment.year, 3 * first - 2, 1),
        pd.Timestamp(moment.year, 3 * last - 2, 1),
    )


def _quarter(time: pd.Timestamp) -> str:
    return f"{time.year}-Q{time.quarter}"
