"""From values in every world to an answer with its uncertainty."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from decimal import ROUND_CEILING, Decimal
from typing import Any

import numpy as np

from forkmodel.errors import QueryError
from forkmodel.queries.draw_source import DatasetDraws, DrawSource, quarter_label
from forkmodel.queries.effective import effective_draws
from forkmodel.queries.evaluate import evaluate, is_condition
from forkmodel.queries.parse import parse
from forkmodel.queries.remarks import scale_remark
from forkmodel.queries.tree import Given, Node, When, Whole

__all__ = ["Answer", "DateAnswer", "NumberAnswer", "ask", "evaluate_condition", "probability"]

#: A condition that leaves fewer effective draws than this is not answered.
FEWEST_DRAWS = 100
#: DrawSource in which the question has no answer may be at most this part of all.
MOST_UNDEFINED = 0.05
#: Intervals of a number.
MASSES = (0.5, 0.8, 0.95)


@dataclass(frozen=True)
class Answer:
    """The probability of a condition.

    Attributes
    ----------
    query : str
        The question.
    probability : float
        Share of worlds in which it holds.
    mcse : float
        Monte Carlo standard error of that share.
    ess : float
        Effective number of draws behind it.
    draws : int
        Number of worlds asked.
    remark : str
        What else to know, such as a number on another scale than its variable.
    """

    query: str
    probability: float
    mcse: float
    ess: float
    draws: int
    remark: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON document of ``forkmodel query --json``."""
        return asdict(self)

    def __str__(self) -> str:
        """Return one line, and the remark on a second; a share of 0 or 1 is bounded by the draws."""
        after = f"\nRemark: {self.remark}" if self.remark else ""
        if self.probability in (0.0, 1.0):
            said = f"P {_bound(self.ess, high=self.probability == 1.0)} "
            return f"{said}({self.draws:,} draws, {self.ess:,.0f} effective){after}"
        # So many digits that a share close to 0 or 1 is not printed as one of them.
        rest = min(self.probability, 1.0 - self.probability)
        digits = max(3, int(np.ceil(-np.log10(rest))))
        return (
            f"P = {self.probability:.{digits}f} (MCSE {self.mcse:.{digits}f}; {self.draws:,} draws, "
            f"{self.ess:,.0f} effective){after}"
        )


def _bound(ess: float, *, high: bool) -> str:
    """Return ``above 0.9995`` or ``below 0.0005``: what so many agreeing draws can bound, rounded safely."""
    size = Decimal(1) / Decimal(max(ess, 1.0))
    step = Decimal(1).scaleb(size.adjusted())
    rounded = (size / step).to_integral_value(rounding=ROUND_CEILING) * step
    return f"above {1 - rounded:f}" if high else f"below {rounded:f}"


@dataclass(frozen=True)
class NumberAnswer:
    """A number over all worlds.

    Attributes
    ----------
    query : str
        The question.
    mean, median, sd : float
        Of its posterior.
    mcse, ess : float
        Monte Carlo standard error of the mean, and effective number of draws.
    intervals : dict
        Central intervals by mass.
    draws : int
        DrawSource in which it is defined.
    """

    query: str
    mean: float
    median: float
    sd: float
    mcse: float
    intervals: dict[str, tuple[float, float]]
    ess: float
    draws: int

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON document of ``forkmodel query --json``."""
        return asdict(self)

    def __str__(self) -> str:
        """Return one line with the 80 % interval."""
        low, high = self.intervals["0.8"]
        return f"{self.median:.4g} (80% {low:.4g} to {high:.4g}; {self.draws:,} draws)"


@dataclass(frozen=True)
class DateAnswer:
    """When a condition first holds.

    Attributes
    ----------
    never : float
        Share of worlds in which it does not hold by the horizon.
    quantiles : dict of str to str or None
        10, 50 and 90 % points over all worlds, as quarters; None where they lie beyond the horizon.
    horizon : str
        Last quarter known.
    """

    query: str
    never: float
    quantiles: dict[str, str | None]
    horizon: str
    draws: int

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON document of ``forkmodel query --json``."""
        return asdict(self)

    def __str__(self) -> str:
        """Return one line."""
        said = ", ".join(f"{p}%: {date or 'later'}" for p, date in self.quantiles.items())
        return f"{said}; not by {self.horizon} in {self.never:.1%} of {self.draws:,} worlds"


def _drawn(node: Node, worlds: DrawSource) -> np.ndarray:
    """Return values (chain, draw), or say why there is no single one per world."""
    value = evaluate(node, worlds)
    if value.quarters is not None:
        raise QueryError(
            "the question is about many times at once; choose one, as in hhi.closed[2031], or reduce a range "
            "with any, all, min, max or mean."
        )
    return np.broadcast_to(value.array, worlds.shape).astype(float)


def evaluate_condition(node: Node, worlds: DrawSource) -> np.ndarray:
    """Return where a condition holds (chain, draw): 1, 0, or NaN where it compares something undefined.

    Parameters
    ----------
    node : Node
        A condition.
    worlds : DrawSource
        Where to look.

    Raises
    ------
    QueryError
        If the node is a number, or about many times at once.
    """
    if not is_condition(node):
        raise QueryError("a number stands where a condition is needed; compare it with something.")
    return _drawn(node, worlds)


def _defined(values: np.ndarray, kept: np.ndarray) -> None:
    part = float((~np.isfinite(values[kept])).mean()) if kept.any() else 0.0
    if part > MOST_UNDEFINED:
        raise QueryError(
            f"{part:.0%} of the worlds have no value for this question: something in it is undefined there. "
            "Ask about a later time or another variable."
        )


def probability(values: np.ndarray, query: str = "", kept: np.ndarray | None = None) -> Answer:
    """Return the share of worlds in which a condition holds.

    Parameters
    ----------
    values : array (chain, draw)
        1, 0 or NaN.
    query : str
        Its text.
    kept : array (chain, draw) of bool, optional
        DrawSource to look at; all by default.
    """
    kept = np.ones(values.shape, dtype=bool) if kept is None else kept
    _defined(values, kept)
    kept = kept & np.isfinite(values)
    if kept.all():
        effective = effective_draws(values)
    else:
        # A ratio of two means: the delta method on the residual gives its effective draws.
        share = float(values[kept].mean())
        residual = np.where(kept, np.nan_to_num(values) - share, 0.0)
        effective = effective_draws(residual) * float(kept.mean())
    if effective < FEWEST_DRAWS:
        raise QueryError(
            f"only {effective:.0f} effective draws are left of {int(kept.sum())}, fewer than {FEWEST_DRAWS}; "
            "widen the condition or sample more draws."
        )
    share = float(values[kept].mean())
    return Answer(query, share, float(np.sqrt(share * (1.0 - share) / effective)), effective, int(kept.sum()))


def ask(source: Any, text: str) -> Answer | NumberAnswer | DateAnswer:
    """Answer a question about worlds.

    Parameters
    ----------
    source : Dataset or DrawSource
        Dims ``chain, draw, time`` and those of the output schema, in memory or in a file.
    text : str
        The question.

    Returns
    -------
    Answer, NumberAnswer or DateAnswer
        For a condition, a number, or ``when(...)``.

    Raises
    ------
    QueryError
        If the question cannot be read or answered; the message says what would mend it.
    """
    query = parse(text)
    remark = scale_remark(query)
    worlds: DrawSource = DatasetDraws(source) if hasattr(source, "data_vars") else source
    if isinstance(query, When):
        return _first_time(worlds, query.node, text)
    if isinstance(query, Given):
        for node in (query.node, query.condition):
            if not is_condition(node):
                raise QueryError("P(a | b) asks about conditions on both sides; compare numbers first.")
        condition = _drawn(query.condition, worlds)
        _defined(condition, np.ones(condition.shape, dtype=bool))
        return replace(probability(_drawn(query.node, worlds), text, condition == 1.0), remark=remark)
    assert isinstance(query, Whole)  # noqa: S101 - the last of three kinds; narrows the type
    values = _drawn(query.node, worlds)
    if not is_condition(query.node):
        return _number(values, text)
    return replace(probability(values, text), remark=remark)


def _number(values: np.ndarray, text: str) -> NumberAnswer:
    _defined(values, np.ones(values.shape, dtype=bool))
    finite = values[np.isfinite(values)]
    intervals = {}
    for mass in MASSES:
        low, high = np.quantile(finite, [(1 - mass) / 2, (1 + mass) / 2])
        intervals[f"{mass:g}"] = (float(low), float(high))
    effective = effective_draws(np.where(np.isfinite(values), values, np.median(finite)))
    sd = float(finite.std())
    return NumberAnswer(
        query=text,
        mean=float(finite.mean()),
        median=float(np.median(finite)),
        sd=sd,
        mcse=sd / float(np.sqrt(effective)),
        intervals=intervals,
        ess=effective,
        draws=len(finite),
    )


def _first_time(worlds: DrawSource, node: Node, text: str) -> DateAnswer:
    if not is_condition(node):
        raise QueryError("when(...) asks about a condition; compare a variable with something inside it.")
    value = evaluate(node, worlds)
    if value.quarters is None:
        raise QueryError("when(...) looks through time; leave out the bracket, or give a range in it.")
    quarters = value.quarters
    held = np.broadcast_to(value.array == 1.0, (*worlds.shape, len(quarters)))
    found = held.any(axis=-1)
    first = np.where(found, held.argmax(axis=-1), len(quarters)).ravel()
    points = np.quantile(first, [0.1, 0.5, 0.9], method="inverted_cdf").astype(int)
    labels = [quarter_label(int(quarter)) for quarter in quarters]
    quantiles = {
        name: labels[place] if place < len(labels) else None
        for name, place in zip(("10", "50", "90"), points, strict=True)
    }
    return DateAnswer(text, float(1.0 - found.mean()), quantiles, labels[-1], int(found.size))
