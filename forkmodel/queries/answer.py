"""From values in every world to an answer with its uncertainty."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from decimal import ROUND_CEILING, Decimal
from typing import Any

import numpy as np

from forkmodel.errors import QueryError
from forkmodel.queries.draw_source import DatasetDraws, DrawSource, quarter_label
from forkmodel.queries.effective import effective_worlds
from forkmodel.queries.evaluate import evaluate, is_condition
from forkmodel.queries.parse import parse
from forkmodel.queries.remarks import scale_remark
from forkmodel.queries.tree import Given, Node, When, Whole

__all__ = ["Answer", "DateAnswer", "NumberAnswer", "ask", "evaluate_condition", "probability"]

#: A condition that leaves fewer effective draws than this is not answered.
FEWEST_DRAWS = 100
#: Worlds in which the question has no answer may be at most this part of all.
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
        Effective number of worlds behind it; those that continue one draw are not independent.
    draws : int
        Number of posterior draws that the worlds asked continue.
    worlds : int
        Number of worlds asked; that of the draws unless each was carried on several times.
    remark : str
        What else to know, such as a number on another scale than its variable.
    """

    query: str
    probability: float
    mcse: float
    ess: float
    draws: int
    worlds: int
    remark: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON document of ``forkmodel query --json``."""
        return asdict(self)

    def __str__(self) -> str:
        """Return one line, and the remark on a second; a share of 0 or 1 is bounded by the draws."""
        after = f"\nRemark: {self.remark}" if self.remark else ""
        if self.probability in (0.0, 1.0):
            said = f"P {_bound(self.ess, high=self.probability == 1.0)} "
            return f"{said}({worlds_of_draws(self.worlds, self.draws)}, {self.ess:,.0f} effective){after}"
        # So many digits that a share close to 0 or 1 is not printed as one of them, nor its error as none.
        rest = min(self.probability, 1.0 - self.probability, self.mcse)
        digits = max(3, int(np.ceil(-np.log10(rest))))
        return (
            f"P = {self.probability:.{digits}f} (MCSE {self.mcse:.{digits}f}; "
            f"{worlds_of_draws(self.worlds, self.draws)}, {self.ess:,.0f} effective){after}"
        )


def worlds_of_draws(worlds: int, draws: int) -> str:
    """Return ``3,000 draws``, or ``1,000,000 worlds of 3,000 draws`` where draws went on more than once."""
    return f"{draws:,} draws" if worlds == draws else f"{worlds:,} worlds of {draws:,} draws"


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
        Monte Carlo standard error of the mean, and effective number of worlds.
    intervals : dict
        Central intervals by mass.
    draws, worlds : int
        Worlds in which it is defined, and the posterior draws that they continue.
    """

    query: str
    mean: float
    median: float
    sd: float
    mcse: float
    intervals: dict[str, tuple[float, float]]
    ess: float
    draws: int
    worlds: int

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON document of ``forkmodel query --json``."""
        return asdict(self)

    def __str__(self) -> str:
        """Return one line with the 80 % interval."""
        low, high = self.intervals["0.8"]
        said = worlds_of_draws(self.worlds, self.draws)
        return f"{self.median:.4g} (80% {low:.4g} to {high:.4g}; {said})"


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
    draws, worlds : int
        Posterior draws, and the worlds that continue them.
    """

    query: str
    never: float
    quantiles: dict[str, str | None]
    horizon: str
    draws: int
    worlds: int

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON document of ``forkmodel query --json``."""
        return asdict(self)

    def __str__(self) -> str:
        """Return one line."""
        said = ", ".join(f"{p}%: {date or 'later'}" for p, date in self.quantiles.items())
        behind = "" if self.worlds == self.draws else f" of {self.draws:,} draws"
        return f"{said}; not by {self.horizon} in {self.never:.1%} of {self.worlds:,} worlds{behind}"


def _drawn(node: Node, worlds: DrawSource) -> np.ndarray:
    """Return values (chain, draw) or (world,), or say why there is no single one per world."""
    return np.concatenate([_drawn_at_once(node, part) for part in worlds.parts()])


def _drawn_at_once(node: Node, worlds: DrawSource) -> np.ndarray:
    value = evaluate(node, worlds)
    if value.quarters is not None:
        raise QueryError(
            "the question is about many times at once; choose one, as in hhi.closed[2031], or reduce a range "
            "with any, all, min, max or mean."
        )
    return np.broadcast_to(value.array, worlds.shape).astype(float)


def evaluate_condition(node: Node, worlds: DrawSource) -> np.ndarray:
    """Return where a condition holds (chain, draw) or (world,): 1, 0, or NaN where something is undefined.

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


def probability(
    values: np.ndarray,
    query: str = "",
    kept: np.ndarray | None = None,
    draws: tuple[int, int] | None = None,
) -> Answer:
    """Return the share of worlds in which a condition holds.

    Parameters
    ----------
    values : array (chain, draw) or (world,)
        1, 0 or NaN.
    query : str
        Its text.
    kept : array of bool, optional
        Worlds to look at, as ``values``; all by default.
    draws : (int, int), optional
        Chains and draws per chain behind the worlds; needed where ``values`` has one axis.
    """
    draws = draws or (values.shape[0], values.shape[1])
    kept = np.ones(values.shape, dtype=bool) if kept is None else kept
    _defined(values, kept)
    kept = kept & np.isfinite(values)
    if not kept.any():
        raise QueryError(
            "no effective draws are left: the condition holds in no world; widen it or sample more draws."
        )
    if kept.all():
        effective = effective_worlds(values, draws)
    else:
        # A ratio of two means: the delta method on the residual gives its effective draws.
        share = float(values[kept].mean())
        residual = np.where(kept, np.nan_to_num(values) - share, 0.0)
        effective = effective_worlds(residual, draws) * float(kept.mean())
    if effective < FEWEST_DRAWS:
        raise QueryError(
            f"only {effective:.0f} effective draws are left of {int(kept.sum())}, fewer than {FEWEST_DRAWS}; "
            "widen the condition or sample more draws."
        )
    share = float(values[kept].mean())
    error = float(np.sqrt(share * (1.0 - share) / effective))
    return Answer(query, share, error, effective, _continued(kept, draws), int(kept.sum()))


def _continued(kept: np.ndarray, draws: tuple[int, int]) -> int:
    """Return how many draws the worlds continue that are looked at."""
    return len(np.unique(np.flatnonzero(kept) % (draws[0] * draws[1])))


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
        found = probability(_drawn(query.node, worlds), text, condition == 1.0, worlds.draws)
        return replace(found, remark=remark)
    assert isinstance(query, Whole)  # noqa: S101 - the last of three kinds; narrows the type
    values = _drawn(query.node, worlds)
    if not is_condition(query.node):
        return _number(values, text, worlds.draws)
    return replace(probability(values, text, draws=worlds.draws), remark=remark)


def _number(values: np.ndarray, text: str, draws: tuple[int, int]) -> NumberAnswer:
    _defined(values, np.ones(values.shape, dtype=bool))
    finite = values[np.isfinite(values)]
    intervals = {}
    for mass in MASSES:
        low, high = np.quantile(finite, [(1 - mass) / 2, (1 + mass) / 2])
        intervals[f"{mass:g}"] = (float(low), float(high))
    effective = effective_worlds(np.where(np.isfinite(values), values, np.median(finite)), draws)
    sd = float(finite.std())
    return NumberAnswer(
        query=text,
        mean=float(finite.mean()),
        median=float(np.median(finite)),
        sd=sd,
        mcse=sd / float(np.sqrt(effective)),
        intervals=intervals,
        ess=effective,
        draws=_continued(np.isfinite(values), draws),
        worlds=len(finite),
    )


def _first_time(worlds: DrawSource, node: Node, text: str) -> DateAnswer:
    if not is_condition(node):
        raise QueryError("when(...) asks about a condition; compare a variable with something inside it.")
    found = [_first_places(node, part) for part in worlds.parts()]
    quarters, first = found[0][0], np.concatenate([places for _, places in found])
    points = np.quantile(first, [0.1, 0.5, 0.9], method="inverted_cdf").astype(int)
    labels = [quarter_label(int(quarter)) for quarter in quarters]
    quantiles = {
        name: labels[place] if place < len(labels) else None
        for name, place in zip(("10", "50", "90"), points, strict=True)
    }
    never = float((first == len(labels)).mean())
    drawn = worlds.draws[0] * worlds.draws[1]
    return DateAnswer(text, never, quantiles, labels[-1], drawn, len(first))


def _first_places(node: Node, worlds: DrawSource) -> tuple[np.ndarray, np.ndarray]:
    """Return the quarters looked through, and in each world the place of its first, their number if none."""
    value = evaluate(node, worlds)
    if value.quarters is None:
        raise QueryError("when(...) looks through time; leave out the bracket, or give a range in it.")
    held = np.broadcast_to(value.array == 1.0, (*worlds.shape, len(value.quarters)))
    first = np.where(held.any(axis=-1), held.argmax(axis=-1), len(value.quarters))
    return value.quarters, first.ravel()
