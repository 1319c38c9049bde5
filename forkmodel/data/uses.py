"""What the model will use of a set of tables: observations by source, before and after an update."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from forkmodel.data.market_tables import MarketTables
from forkmodel.data.panel import Panel
from forkmodel.data.remarks import remarks_on
from forkmodel.errors import ForkModelError, Problem

__all__ = ["DataReport", "Use", "observation_counts", "report_of"]

Frames = Mapping[str, pd.DataFrame]


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


#: Table behind each count, in the order of the chain from scores to money.
_TABLES = {
    "scores": "scores",
    "price spells": "prices",
    "offers": "prices",
    "model shares": "usage",
    "open share": "usage",
    "developer shares": "usage",
    "money shares": "usage",
    "gateway shares": "usage",
    "gateway bounds": "usage",
    "card ratio": "usage",
    "reach": "usage",
    "adoption": "adoption",
    "spend per employee": "adoption",
    "lab revenue": "revenue",
    "host revenue": "revenue",
}


def observation_counts(market: MarketTables) -> dict[str, int]:
    """Return how many values each observation of the model finds in a market's tables.

    Raises
    ------
    ForkModelError
        If no panel can be made of the tables.
    """
    panel = Panel.from_market(market)
    shares, money = panel.shares, panel.spend
    return {
        "scores": panel.scores.sizes["score"],
        "price spells": panel.spells.sizes["spell"],
        "offers": panel.cells.sizes["cell"],
        "model shares": shares["model_shares"].sizes["model_share"],
        "open share": shares["access_shares"].sizes["access_share"],
        "developer shares": shares["developer_days"].sizes["developer_day"],
        "money shares": shares["money_shares"].sizes["money_share"],
        "gateway shares": shares["gateway_shares"].sizes["gateway_share"],
        "gateway bounds": shares["gateway_bounds"].sizes["gateway_bound"],
        "card ratio": shares["card_ratio"].sizes["card_month"],
        "reach": money["reach"].sizes["reach"],
        "adoption": money["adoption"].sizes["adoption"],
        "spend per employee": money["spend_per_employee"].sizes["spend"],
        "lab revenue": money["closed_revenue"].sizes["revenue"],
        "host revenue": money["host_revenue"].sizes["host_revenue"],
    }


def report_of(
    problems: list[Problem],
    announced: list[Problem],
    market: MarketTables | None,
    base: MarketTables | None,
    union: Frames,
) -> DataReport:
    """Return the report on a folder that was read.

    Parameters
    ----------
    problems, announced : list of Problem
        What the reading found.
    market, base : MarketTables or None
        Tables with the folder, and those it updates.
    union : mapping of str to DataFrame
        The tables with the folder, indexed by CSV line (0 = a row that was there before).
    """
    if market is None:
        return DataReport(problems)
    before_day = base.vintage if base is not None else None
    try:
        before = observation_counts(base) if base is not None else {}
        after = observation_counts(market)
    except ForkModelError as error:
        # An update read alone, or tables too few for any model: sound cells, and nothing to count.
        fix = "Add tables until the model has something to see, or check the folder as an update."
        nothing = Problem("models", None, None, None, f"the model cannot be built of these: {error}", fix)
        remarks = [*announced, *remarks_on(union, market), nothing]
        return DataReport([], remarks, [], market.vintage, before_day)
    uses = [Use(name, table, before.get(name, 0), after[name]) for name, table in _TABLES.items()]
    remarks = [*announced, *remarks_on(union, market), *_counted(uses, updated=base is not None)]
    return DataReport([], remarks, uses, market.vintage, before_day)


#: Why an observation may find nothing although its table has rows.
_WHY = {
    "scores": "A score counts if its benchmark has scores of at least five models.",
    "price spells": "A price counts if its start is known to 120 days.",
}


def _counted(uses: list[Use], *, updated: bool) -> list[Problem]:
    """Say which observations find nothing, and which find less than before."""
    remarks = []
    for use in uses:
        fix = _WHY.get(use.observation, "The words that are read are listed in docs/data.md.")
        what = None
        if use.after == 0:
            what = f"the model finds no {use.observation} here; what they would tell is left to the priors"
        elif updated and use.after < use.before:
            what = f"the model finds fewer {use.observation} than before: {use.after}, not {use.before}"
        if what is not None:
            remarks.append(Problem(use.table, None, None, None, what, fix))
    return remarks
