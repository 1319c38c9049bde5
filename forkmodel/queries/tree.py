"""What a query means: a small tree, free of any text and of any data."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "Apply",
    "Arithmetic",
    "Compare",
    "Given",
    "Logic",
    "Moment",
    "Node",
    "Not",
    "Number",
    "Path",
    "Query",
    "Reduce",
    "When",
    "Whole",
]


@dataclass(frozen=True)
class Moment:
    """A year, or a quarter of it (1 to 4)."""

    year: int
    quarter: int | None = None


@dataclass(frozen=True)
class Number:
    """A constant."""

    value: float


@dataclass(frozen=True)
class Path:
    """A variable at some coordinates and times.

    Attributes
    ----------
    name : str
        Variable of the output schema.
    labels : tuple of str
        Coordinates, in any order.
    first, last : Moment or None
        One moment (``last`` is None), a range, or all times.
    """

    name: str
    labels: tuple[str, ...] = ()
    first: Moment | None = None
    last: Moment | None = None


@dataclass(frozen=True)
class Arithmetic:
    """``left operator right`` with one of ``+ - * /``."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Compare:
    """``left operator right`` with one of ``< <= > >= == !=``."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Logic:
    """``left and right`` or ``left or right``."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Not:
    """The opposite of a condition."""

    inner: Node


@dataclass(frozen=True)
class Reduce:
    """``min``, ``max``, ``mean``, ``any`` or ``all`` over a range of times."""

    how: str
    inner: Node


@dataclass(frozen=True)
class Apply:
    """``log``, ``exp`` or ``abs`` of a number, or ``year`` of a condition: when it first holds."""

    how: str
    inner: Node


type Node = Number | Path | Arithmetic | Compare | Logic | Not | Reduce | Apply


@dataclass(frozen=True)
class Whole:
    """A question about all worlds: a probability if the node is a condition, a summary if it is a number."""

    node: Node


@dataclass(frozen=True)
class Given:
    """The probability of a condition among the worlds in which another one holds."""

    node: Node
    condition: Node


@dataclass(frozen=True)
class When:
    """The first time at which a condition holds."""

    node: Node


type Query = Whole | Given | When
