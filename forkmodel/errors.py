"""Every error the package raises on purpose: one class per kind of failure, each saying what mends it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from difflib import get_close_matches

__all__ = [
    "BusyError",
    "ClaimError",
    "DataError",
    "FitFileError",
    "ForkModelError",
    "JobError",
    "ModelError",
    "OutOfSpanError",
    "PriorError",
    "Problem",
    "QueryError",
    "RecordError",
    "SamplingError",
    "ScenarioError",
    "StoppedError",
    "TemplateFileError",
    "did_you_mean",
]


class ForkModelError(Exception):
    """Any failure that the user can mend; the message names the problem and the fix."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one cell of one table.

    Attributes
    ----------
    table : str
        Table the problem is in, for example ``"scores"``.
    row : int or None
        Line of the CSV file, header = 1; ``None`` where the whole table or column is meant.
    column : str or None
        Column the problem is in.
    value : str or None
        The offending value as text.
    problem, fix : str
        What is wrong, and what to do about it.
    of_rows_together : bool
        Whether several rows are wrong together, of which ``row`` is the first: it may be right by itself.
    """

    table: str
    row: int | None
    column: str | None
    value: str | None
    problem: str
    fix: str
    of_rows_together: bool = field(default=False, kw_only=True)

    def __str__(self) -> str:
        """Return the problem as one readable line."""
        place = self.table
        if self.row is not None:
            place += f", row {self.row}"
        if self.column is not None:
            place += f", column {self.column}"
        value = "" if self.value is None else f" (value: {self.value})"
        return f"{place}: {self.problem}{value}. {self.fix}"

    def as_dict(self) -> dict[str, object]:
        """Return the problem as a JSON-ready mapping: what a person reads of it."""
        return {name: value for name, value in asdict(self).items() if name != "of_rows_together"}


class DataError(ForkModelError):
    """Tables break their schema; mend the cells that ``problems`` lists and read them again."""

    #: How many problems the message spells out before it counts the rest.
    SHOWN = 20

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = list(problems)
        shown = "\n".join(f"  {problem}" for problem in self.problems[: self.SHOWN])
        rest = len(self.problems) - self.SHOWN
        more = f"\n  ... and {rest} more" if rest > 0 else ""
        noun = "problem" if len(self.problems) == 1 else "problems"
        super().__init__(f"{len(self.problems)} {noun} in the data:\n{shown}{more}")


class PriorError(ForkModelError):
    """A prior file is wrong; the message names the file, the key and the nearest valid one."""


class ModelError(ForkModelError):
    """A model cannot be built from these tables or options; the message says which part is missing."""


class SamplingError(ForkModelError):
    """Sampling could not start or finish; the message names the variable and what to change."""


class StoppedError(ForkModelError):
    """Somebody interrupted; the message says what is kept where, and how to go on."""


class FitFileError(ForkModelError):
    """A saved fit cannot be read; refit, or install the version that wrote it."""


class QueryError(ForkModelError):
    """A question cannot be read or answered; the message points at the place and names the nearest name."""


class OutOfSpanError(QueryError):
    """A question is about a time that the worlds do not reach; the message says what they do."""


class ScenarioError(ForkModelError):
    """A scenario file is wrong; the message names the file, the entry and the nearest valid name."""


class ClaimError(ForkModelError):
    """A claim file is wrong; the message names the file, the claim and what to change."""


class RecordError(ForkModelError):
    """A record of forecasts was changed, or contradicts what is added; the message names file and line."""


class TemplateFileError(ForkModelError):
    """A template of the report is wrong or missing; the message names the file and the line."""


class JobError(ForkModelError):
    """Some of many jobs failed; the message names them, and the same command runs only what is missing."""


class BusyError(ForkModelError):
    """Another process writes to the same place; the message says which, and to wait or give another place."""


def did_you_mean(word: str, valid: list[str]) -> str:
    """Return a hint with the valid names nearest to ``word``, or all of them if none is near.

    Parameters
    ----------
    word : str
        The unknown name.
    valid : list of str
        The names that would have been accepted.

    Returns
    -------
    str
        A sentence such as ``"Did you mean 'gamma'?"``.
    """
    near = get_close_matches(str(word), valid, n=3, cutoff=0.5)
    if near:
        return "Did you mean " + " or ".join(repr(name) for name in near) + "?"
    return "Valid names: " + ", ".join(sorted(valid)) + "."
