"""What the model will use of a set of tables: observations by source, before and after an update."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from forkmodel.data.market_tables import MarketTables
from forkmodel.data.read import Day, Folder, FolderReading, read_with_lines
from forkmodel.errors import ForkModelError, Problem
from forkmodel.observations.observation import Observation
from forkmodel.observations.panel import make_panel
from forkmodel.observations.registry import OBSERVATIONS
from forkmodel.observations.remarks import remarks_on

__all__ = ["DataReport", "Use", "examine_data", "observation_counts", "report_of"]

#: The choice set is no observation: table and rule of what buyers could choose.
OFFERS = ("prices", "An offer counts in the months in which its price is in force.")


@dataclass(frozen=True, slots=True)
class Use:
    """One observation of the model: the table it reads and how many values it finds there.

    Attributes
    ----------
    observation, table : str
        Name of the observation, and the table whose rows it reads.
    before, after : int
        Number of values without and with the folder; ``before`` is 0 where the folder stands alone.
    """

    observation: str
    table: str
    before: int
    after: int

    def as_dict(self) -> dict[str, object]:
        """Return the count as a JSON-ready mapping."""
        return {name: getattr(self, name) for name in ("observation", "table", "before", "after")}


@dataclass(frozen=True)
class DataReport:
    """A folder of tables examined.

    Attributes
    ----------
    problems : list of Problem
        What must be mended before anything is read; without one, the rest is filled.
    remarks : list of Problem
        What is allowed and worth a look: rows that nothing reads, figures far from their neighbours.
    uses : list of Use
        Observations by source.
    vintage, vintage_before : Timestamp or None
        Vintage with the folder, and that of the tables it updates.
    """

    problems: list[Problem]
    remarks: list[Problem] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    vintage: pd.Timestamp | None = None
    vintage_before: pd.Timestamp | None = None

    def as_dict(self) -> dict[str, object]:
        """Return the report as a JSON-ready mapping."""
        days = {"vintage": self.vintage, "vintage_before": self.vintage_before}
        return {
            "ok": not self.problems,
            "problems": [problem.as_dict() for problem in self.problems],
            "remarks": [remark.as_dict() for remark in self.remarks],
            "uses": [use.as_dict() for use in self.uses],
            **{name: None if day is None else day.date().isoformat() for name, day in days.items()},
        }


def observation_counts(
    market: MarketTables, observations: Sequence[Observation] = OBSERVATIONS
) -> dict[str, int]:
    """Return how many values each observation of the model finds in a market's tables, and the offers.

    Raises
    ------
    ForkModelError
        If no panel can be made of the tables.
    """
    panel = make_panel(market, observations=observations)
    counts = {each.label: panel.rows[each.name].sizes[each.dim] for each in observations}
    return counts | {"offers": panel.cells.sizes["cell"]}


def examine_data(
    folder: Folder,
    *,
    base: MarketTables | None = None,
    partial: bool = False,
    vintage: Day | None = None,
    observations: Sequence[Observation] = OBSERVATIONS,
) -> DataReport:
    """Return the problems of a folder and, where there is none, what the model will use of it.

    Parameters
    ----------
    folder, base, partial, vintage
        As for ``read_data``.
    observations : sequence of Observation
        What reads the tables; those of the package by default.

    Returns
    -------
    DataReport
        Problems, remarks, observations by source before and after, and the vintage.
    """
    reading = read_with_lines(Path(folder), base=base, partial=partial, vintage=vintage)
    return report_of(reading, base, observations)


def report_of(
    reading: FolderReading, base: MarketTables | None, observations: Sequence[Observation] = OBSERVATIONS
) -> DataReport:
    """Return the report on a folder that was read.

    Parameters
    ----------
    reading : FolderReading
        What the reading found.
    base : MarketTables or None
        The tables that the folder updates.
    observations : sequence of Observation
        What reads the tables.
    """
    market = reading.market
    if market is None:
        return DataReport(reading.problems)
    before_day = base.vintage if base is not None else None
    remarks = [*reading.announced, *remarks_on(reading.union, market, observations)]
    try:
        before = observation_counts(base, observations) if base is not None else {}
        after = observation_counts(market, observations)
    except ForkModelError as error:
        # An update read alone, or tables too few for any model: sound cells, and nothing to count.
        fix = "Add tables until the model has something to see, or check the folder as an update."
        nothing = Problem("models", None, None, None, f"the model cannot be built of these: {error}", fix)
        return DataReport([], [*remarks, nothing], [], market.vintage, before_day)
    read = {each.label: (each.table, each.counts_if) for each in observations} | {"offers": OFFERS}
    uses = [Use(name, read[name][0], before.get(name, 0), count) for name, count in after.items()]
    for use in uses:
        remarks += _counted(use, read[use.observation][1], updated=base is not None)
    return DataReport([], remarks, uses, market.vintage, before_day)


def _counted(use: Use, counts_if: str, *, updated: bool) -> list[Problem]:
    """Say that an observation finds nothing, or less than before."""
    if use.after == 0:
        what = f"the model finds no {use.observation} here; what they would tell is left to the priors"
    elif updated and use.after < use.before:
        what = f"the model finds fewer {use.observation} than before: {use.after}, not {use.before}"
    else:
        return []
    return [Problem(use.table, None, None, None, what, counts_if)]
