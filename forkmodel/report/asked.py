"""Numbers of the page that anybody can ask for again: a question, its answer, and the answer in a unit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import xarray as xr

from forkmodel.errors import QueryError
from forkmodel.queries import Answer, DateAnswer, NumberAnswer, ask
from forkmodel.report import text
from forkmodel.report.claims_table import ERRORS
from forkmodel.report.formatting import Unit

__all__ = ["Asked", "asked"]


@dataclass(frozen=True)
class Asked:
    """A question in the query language with its answer."""

    query: str
    answer: Answer | NumberAnswer | DateAnswer
    unit: Unit | None = None

    @cached_property
    def text(self) -> str:
        """The answer with its interval: 80 % of draws, or 95 % Monte Carlo for a probability."""
        answer = self.answer
        if isinstance(answer, Answer):
            return text.chance_with_error(answer.probability, ERRORS * answer.mcse, answer.draws)
        if isinstance(answer, DateAnswer):
            low, middle, high = (answer.quantiles[name] or text.LATER for name in ("10", "50", "90"))
            return f"{middle} ({low} to {high})"
        assert self.unit is not None  # noqa: S101 - a number is asked for with its unit
        return f"{self.unit.text(answer.median)} ({self.unit.interval(answer.intervals['0.8'])})"

    @property
    def command(self) -> str:
        """What gives the same number on the command line."""
        return f"forkmodel query forecast.nc '{self.query}'"

    @property
    def probability(self) -> float:
        """The probability of a condition."""
        assert isinstance(self.answer, Answer)  # noqa: S101 - asked for of conditions only
        return self.answer.probability

    @property
    def middle(self) -> float:
        """The median of a number."""
        assert isinstance(self.answer, NumberAnswer)  # noqa: S101 - asked for of numbers only
        return self.answer.median


def asked(worlds: xr.Dataset, query: str, unit: Unit | None = None) -> Asked | None:
    """Ask the worlds; None where they cannot answer, for want of a variable, of years or of draws.

    Parameters
    ----------
    worlds : Dataset
        Dims ``chain, draw, time`` and those of the output schema.
    query : str
        In the query language.
    unit : Unit, optional
        How a number is written; needed for a number.
    """
    try:
        return Asked(query, ask(worlds, query), unit)
    except QueryError:
        return None
