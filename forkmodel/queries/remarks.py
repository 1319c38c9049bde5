"""Remarks on questions that can be answered but are hardly what was meant: a number on the wrong scale."""

from __future__ import annotations

from collections.abc import Iterator

from forkmodel.queries.tree import (
    Apply,
    Arithmetic,
    Compare,
    Given,
    Logic,
    Node,
    Not,
    Number,
    Path,
    Query,
    Reduce,
)

__all__ = ["INDEX", "SHARES", "scale_remark"]

#: Variables from 0 to 10,000, which others state from 0 to 1.
INDEX = frozenset({"hhi"})
#: Variables from 0 to 1, which others state in per cent.
SHARES = frozenset(
    {
        "adoption_firms",
        "api_share",
        "cr1",
        "cr3",
        "cr4",
        "gross_margin",
        "open_share",
        "open_spend_behind_frontier",
        "premium_scarcity",
        "segment_spend",
        "spend_share",
        "switching",
        "token_share",
    }
)


def scale_remark(query: Query) -> str:
    """Return what to say about numbers on another scale than the variable they are compared with.

    Parameters
    ----------
    query : Query
        A parsed question.

    Returns
    -------
    str
        One sentence for each variable, or nothing.
    """
    nodes = (query.node, query.condition) if isinstance(query, Given) else (query.node,)
    said: dict[str, str] = {}
    for node in nodes:
        for comparison in _comparisons(node):
            for side, other in ((comparison.left, comparison.right), (comparison.right, comparison.left)):
                name, number = _variable(side), _constant(other)
                if name is None or not number:
                    continue
                if name in INDEX and abs(number) <= 1.0:
                    said[name] = (
                        f"{name} runs from 0 to 10,000: {number:g} on a scale from 0 to 1 is "
                        f"{number * 10_000:g} here."
                    )
                elif name in SHARES and 1.0 < abs(number) <= 100.0:
                    said[name] = f"{name} runs from 0 to 1: {number:g} % is {number / 100:g} here."
    return " ".join(said.values())


def _comparisons(node: Node) -> Iterator[Compare]:
    if isinstance(node, Compare):
        yield node
        for part in (node.left, node.right):
            yield from _comparisons(part)
    elif isinstance(node, Logic | Arithmetic):
        for part in (node.left, node.right):
            yield from _comparisons(part)
    elif isinstance(node, Not | Reduce | Apply):
        yield from _comparisons(node.inner)


def _variable(node: Node) -> str | None:
    """Return the variable whose scale a node has, or None."""
    if isinstance(node, Path):
        return node.name
    if isinstance(node, Reduce):
        return _variable(node.inner)
    if isinstance(node, Arithmetic) and node.operator in "+-":
        left, right = _variable(node.left), _variable(node.right)
        return left if left == right else None
    return None


def _constant(node: Node) -> float | None:
    """Return the value of a number, possibly with a minus sign, or None."""
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Arithmetic) and node.operator == "-" and node.left == Number(0.0):
        inner = _constant(node.right)
        return None if inner is None else -inner
    return None
