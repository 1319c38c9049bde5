"""Text to tree, with a grammar; nothing is ever evaluated as Python."""

from __future__ import annotations

from dataclasses import is_dataclass
from functools import cache
from importlib import resources
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, v_args
from lark.exceptions import VisitError

from forkmodel.errors import QueryError
from forkmodel.queries.tree import (
    Apply,
    Arithmetic,
    Compare,
    Given,
    Logic,
    Moment,
    Node,
    Not,
    Number,
    Path,
    Query,
    Reduce,
    When,
    Whole,
)

__all__ = ["parse"]

#: Longer questions are a mistake, or an attempt to exhaust the machine.
LONGEST = 2000
#: So is a question of more levels; sums and chains of conditions have one level a term.
DEEPEST = 100
TOO_DEEP = f"the query is nested too deeply, more than {DEEPEST} levels. Ask in parts."


@v_args(inline=True)
class _Build(Transformer[Token, Query]):
    """Turn the parser's tree into ours."""

    given = Given
    whole = Whole
    when = When
    negated = Not

    def number(self, token: Token) -> Number:
        return Number(float(token))

    def either(self, left: Node, right: Node) -> Logic:
        return Logic("or", left, right)

    def both(self, left: Node, right: Node) -> Logic:
        return Logic("and", left, right)

    def compare(self, left: Node, operator: Token, right: Node) -> Compare:
        return Compare(str(operator), left, right)

    def add(self, left: Node, right: Node) -> Arithmetic:
        return Arithmetic("+", left, right)

    def subtract(self, left: Node, right: Node) -> Arithmetic:
        return Arithmetic("-", left, right)

    def multiply(self, left: Node, right: Node) -> Arithmetic:
        return Arithmetic("*", left, right)

    def divide(self, left: Node, right: Node) -> Arithmetic:
        return Arithmetic("/", left, right)

    def minus(self, inner: Node) -> Arithmetic:
        return Arithmetic("-", Number(0.0), inner)

    def reduce(self, how: Token, inner: Node) -> Reduce:
        return Reduce(str(how), inner)

    def apply(self, how: Token, inner: Node) -> Apply:
        return Apply(str(how), inner)

    def label(self, token: Token) -> str:
        return str(token).strip("\"'")

    def span(self, first: Token, last: Token | None) -> tuple[Moment, Moment | None]:
        return _moment(first), None if last is None else _moment(last)

    def path(self, name: Token, *rest: Any) -> Path:
        labels = tuple(part for part in rest if isinstance(part, str))
        spans = [part for part in rest if isinstance(part, tuple)]
        first, last = spans[0] if spans else (None, None)
        return Path(str(name), labels, first, last)


def _moment(token: Token) -> Moment:
    text = str(token)
    year = int(text[:4])
    if "Q" in text:
        return Moment(year, int(text[-1]))
    if "-" in text:
        month = int(text[5:])
        if not 1 <= month <= 12:
            raise QueryError(f"{text} is not a month; write for example 2031-04 or 2031-Q2.")
        return Moment(year, (month - 1) // 3 + 1)
    return Moment(year)


@cache
def _parser() -> Lark:
    grammar = (resources.files("forkmodel.queries") / "grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", maybe_placeholders=True)


def parse(text: str) -> Query:
    """Parse a query.

    Parameters
    ----------
    text : str
        For example ``"hhi.closed[2031] > 2500"``.

    Returns
    -------
    Query
        Its tree.

    Raises
    ------
    QueryError
        If it does not follow the grammar; the message points at the place.
    """
    if not isinstance(text, str):
        raise QueryError(f"the query is {text!r}; give it as text, such as 'hhi.closed[2031] > 2500'.")
    if len(text) > LONGEST:
        raise QueryError(f"the query has {len(text):,} characters; {LONGEST:,} is the limit. Ask in parts.")
    try:
        query = _Build().transform(_parser().parse(text))
    except UnexpectedInput as error:
        raise QueryError(_where(text, error)) from None
    except VisitError as error:
        if isinstance(error.orig_exc, QueryError):
            raise error.orig_exc from None
        if isinstance(error.orig_exc, RecursionError):
            raise QueryError(TOO_DEEP) from None
        raise
    except RecursionError:
        raise QueryError(TOO_DEEP) from None
    if _depth(query) > DEEPEST:
        raise QueryError(TOO_DEEP)
    return query


def _depth(query: Query) -> int:
    """Return how many levels a tree has, without recursion: it may have more than Python allows calls."""
    deepest, waiting = 0, [(part, 1) for part in vars(query).values()]
    while waiting:
        node, level = waiting.pop()
        if is_dataclass(node):
            deepest = max(deepest, level)
            waiting += [(part, level + 1) for part in vars(node).values()]
    return deepest


def _where(text: str, error: UnexpectedInput) -> str:
    """Return the query with a mark under the place that broke, and what would fit there."""
    line = text.replace("\n", " ")
    ends = isinstance(error, UnexpectedEOF) or getattr(getattr(error, "token", None), "type", "") == "$END"
    column = len(line) if ends else max((error.column or 1) - 1, 0)
    if not text.strip():
        said = "the query is empty"
    elif ends:
        said = "the query ends too early"
    elif isinstance(error, UnexpectedCharacters):
        said = f"unexpected character {line[column : column + 1]!r}"
    else:
        said = f"unexpected {str(getattr(error, 'token', '')) or 'text'!r}"
    return (
        f"{said}.\n  {line}\n  {' ' * column}^\nA query reads like hhi.closed[2031] > 2500; names and "
        "coordinates are joined by dots, times stand in brackets, quotes hold names with blanks."
    )
