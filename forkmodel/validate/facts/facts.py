"""Compare a posterior with what others have observed of the same quantities.

A standing check: a result that contradicts every observation of its own quantity must be named as such,
however well the sampler did. For each fact the fit's history is asked for the fact's own expression, draw by
draw.

- A fact with a value or a range AGREES if the central 80 % interval reaches it, is in TENSION if only the
  95 % interval does, and CONTRADICTS if neither does.
- A bound AGREES if at least half of the draws lie on its side, is in TENSION if at least 2.5 % do, and
  CONTRADICTS below that.
- A quantity of which every compared fact CONTRADICTS contradicts all its observations. Judged ranges are
  compared too, but they are no observations.
- A quantity that nobody has observed for half a year or more is beyond all observations if 90 % of the draws
  in its last quarter lie on one side of every fact: then no fact contradicts it, and none supports it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from forkmodel.errors import QueryError
from forkmodel.inference.posterior import Posterior
from forkmodel.queries import tree
from forkmodel.queries.draw_source import DatasetDraws, quarter_label
from forkmodel.queries.evaluate import evaluate
from forkmodel.results.reported import history_of
from forkmodel.validate.facts.quantity import natural_unit, quantity_node, quantity_quarters, variables
from forkmodel.validate.facts.table import read_facts

if TYPE_CHECKING:
    import xarray as xr


__all__ = [
    "AGREES",
    "CONTRADICTS",
    "NOT_COMPARED",
    "TENSION",
    "FactComparison",
    "against_facts",
    "compare_facts",
]

AGREES, TENSION, CONTRADICTS, NOT_COMPARED = "AGREES", "TENSION", "CONTRADICTS", "NOT COMPARED"
#: Intervals that decide between agreement, tension and contradiction.
NARROW, WIDE = 0.8, 0.95
#: Draws on the right side of a bound for agreement; below the tail of the wide interval it is contradicted.
ENOUGH = 0.5
#: A path is compared where at least this part of the draws is finite.
MIN_FINITE = 0.95
#: Quarters without an observation after which a quantity's last value is compared with all older ones.
STALE_QUARTERS = 2
#: Draws on one side of every observation for the last value to be beyond them.
BEYOND = 0.9
#: Basis of a fact that nobody measured.
JUDGED = "judged"
_TIMES = re.compile(r"\[\d{4}(?:-Q[1-4]|-\d{2})?(?::\d{4}(?:-Q[1-4]|-\d{2})?)?\]")


@dataclass(frozen=True)
class FactComparison:
    """A posterior beside every cited fact.

    Attributes
    ----------
    facts : DataFrame
        One row per fact: the columns of the table of facts, and ``group`` (the quantity without its times),
        ``median``, ``low_80``, ``high_80``, ``low_95``, ``high_95``, ``draws``, ``inside_95``,
        ``probability`` (of the bound's side), ``status`` and ``reason`` (why it was not compared).
    quantities : DataFrame
        One row per group: ``group, meaning, facts, compared, contradicting, contradicts_all, beyond`` (above,
        below or empty) and, for the last known quarter, ``latest, median, low_80, high_80, unit``.
    """

    facts: pd.DataFrame
    quantities: pd.DataFrame

    @property
    def contradicted(self) -> list[str]:
        """Quantities that contradict every observation of them."""
        return [str(name) for name in self.quantities.loc[self.quantities["contradicts_all"], "group"]]

    @property
    def beyond(self) -> list[str]:
        """Quantities whose last value lies beyond every older observation."""
        return [str(name) for name in self.quantities.loc[self.quantities["beyond"] != "", "group"]]

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON document of ``forkmodel facts --json``."""
        counts = self.facts["status"].value_counts()
        return {
            "counts": {
                name: int(counts.get(name, 0)) for name in (AGREES, TENSION, CONTRADICTS, NOT_COMPARED)
            },
            "contradicted": self.contradicted,
            "beyond": self.beyond,
            "facts": [_plain(row) for row in self.facts.to_dict("records")],
            "quantities": [_plain(row) for row in self.quantities.to_dict("records")],
        }


def _plain(row: dict[Any, Any]) -> dict[str, Any]:
    """Return a row with None for what is missing."""
    return {str(key): None if value is None or value != value else value for key, value in row.items()}


def against_facts(posterior: Posterior, facts: str | Path | None = None) -> FactComparison:
    """Compare a fit's history with every cited fact.

    Parameters
    ----------
    posterior : Posterior
        The fit.
    facts : str or Path, optional
        CSV file with facts of one's own, on top of the bundled ones.
    """
    sources = posterior.data.sources["source_id"].tolist()
    return compare_facts(history_of(posterior), read_facts(facts, sources=sources))


def compare_facts(history: xr.Dataset, facts: pd.DataFrame) -> FactComparison:
    """Compare reported paths with a table of facts.

    Parameters
    ----------
    history : Dataset
        Dims ``chain, draw, time`` and those of the output schema.
    facts : DataFrame
        As :func:`forkmodel.validate.facts.table.read_facts` returns it.
    """
    worlds = DatasetDraws(history)
    rows = [_compared(fact, worlds) for fact in facts.to_dict("records")]
    columns = [*facts.columns, *_ADDED]
    table = pd.DataFrame(rows, columns=columns)
    groups = [_quantity(str(group), part, worlds) for group, part in table.groupby("group", sort=False)]
    return FactComparison(table, pd.DataFrame(groups, columns=list(_QUANTITY)))


_ADDED = (
    "group",
    "median",
    "low_80",
    "high_80",
    "low_95",
    "high_95",
    "draws",
    "inside_95",
    "probability",
    "status",
    "reason",
)
_QUANTITY = (
    "group",
    "meaning",
    "unit",
    "facts",
    "compared",
    "contradicting",
    "contradicts_all",
    "beyond",
    "latest",
    "median",
    "low_80",
    "high_80",
)


def _group(node: tree.Node, fact: dict[Any, Any]) -> str:
    """Return what a fact is about, without times: a variable at its coordinates, or the expression."""
    found = {(path.name, path.labels) for path in variables(node)}
    if len(found) == 1:
        name, labels = found.pop()
        # A ratio of two times of one variable is another quantity than the variable.
        if fact["unit"] == natural_unit(name):
            return ".".join((name, *labels))
    return _TIMES.sub("", fact["quantity"])


def _compared(fact: dict[Any, Any], worlds: DatasetDraws) -> dict[Any, Any]:
    node = quantity_node(fact["quantity"])
    row = {**fact, "group": _group(node, fact), "status": NOT_COMPARED, "reason": "", "draws": 0}
    try:
        values = _draws(node, worlds)
    except QueryError as error:
        return {**row, "reason": str(error)}
    ends = {mass: np.quantile(values, [(1 - mass) / 2, (1 + mass) / 2]) for mass in (NARROW, WIDE)}
    row |= {"median": float(np.median(values)), "draws": len(values)}
    for mass, (low, high) in ends.items():
        row |= {f"low_{mass * 100:.0f}": float(low), f"high_{mass * 100:.0f}": float(high)}
    observed = _observed(fact)
    reached = {mass: bool(low <= observed[1] and high >= observed[0]) for mass, (low, high) in ends.items()}
    row["inside_95"] = reached[WIDE]
    if fact["bound"] in ("upper", "lower"):
        row["probability"] = float(np.mean((values >= observed[0]) & (values <= observed[1])))
        held = row["probability"] >= ENOUGH, row["probability"] >= (1 - WIDE) / 2
        # The interval's end may lie between two draws; the bound has one rule.
        row["inside_95"] = held[1]
    else:
        held = reached[NARROW], reached[WIDE]
    row["status"] = AGREES if held[0] else TENSION if held[1] else CONTRADICTS
    return row


def _observed(fact: dict[Any, Any]) -> tuple[float, float]:
    """Return what was observed as an interval: a point, a range, or one with an open end."""
    value, low, high = float(fact["value"]), float(fact["low"]), float(fact["high"])
    if fact["bound"] == "upper":
        return -np.inf, value
    if fact["bound"] == "lower":
        return value, np.inf
    return (value, value) if np.isnan(low) else (low, high)


def _draws(node: tree.Node, worlds: DatasetDraws) -> np.ndarray:
    """Return the finite draws of a quantity, or say why there are none."""
    first, last = quantity_quarters(node)
    quarters = worlds.quarters
    if not len(quarters) or first < quarters[0] or last > quarters[-1]:
        # A year of which the history knows a part is no year.
        known = (
            " to ".join(quarter_label(int(quarter)) for quarter in quarters[[0, -1]]) if len(quarters) else ""
        )
        raise QueryError(f"it is about another time than the fit's history, {known}.")
    absent = sorted({path.name for path in variables(node)} - set(worlds.names))
    if absent:
        raise QueryError(f"this fit has no {' and no '.join(absent)}; fit again with all blocks.")
    value = evaluate(node, worlds)
    if value.quarters is not None:
        raise QueryError("it is about many times at once; reduce the range with mean, min or max.")
    values = np.broadcast_to(value.array, worlds.shape).astype(float).ravel()
    finite = values[np.isfinite(values)]
    if not len(finite) or len(finite) < MIN_FINITE * len(values):
        raise QueryError(f"it is not defined in {1 - len(finite) / max(len(values), 1):.0%} of the draws.")
    return np.asarray(finite)


def _quantity(group: str, facts: pd.DataFrame, worlds: DatasetDraws) -> dict[str, Any]:
    compared = facts.loc[facts["status"] != NOT_COMPARED]
    # A judged range is compared like any other, but it is no observation that a result could contradict.
    observations = compared.loc[compared["basis"] != JUDGED]
    contradicting = int((compared["status"] == CONTRADICTS).sum())
    row: dict[str, Any] = {
        "group": group,
        "meaning": facts["meaning"].iloc[0],
        "unit": facts["unit"].iloc[0],
        "facts": len(facts),
        "compared": len(compared),
        "contradicting": contradicting,
        "contradicts_all": bool(len(observations) and (observations["status"] == CONTRADICTS).all()),
        "beyond": "",
        "latest": None,
    }
    if observations.empty:
        return row
    nodes = [quantity_node(text) for text in observations["quantity"]]
    path = next(variables(nodes[0]))
    if group != ".".join((path.name, *path.labels)):
        return row
    found = _latest(path, worlds)
    if found is None:
        return row
    quarter, values = found
    low, high = np.quantile(values, [(1 - NARROW) / 2, (1 + NARROW) / 2])
    row |= {"latest": quarter_label(quarter), "median": float(np.median(values))}
    row |= {"low_80": float(low), "high_80": float(high)}
    if quarter - max(quantity_quarters(node)[1] for node in nodes) >= STALE_QUARTERS:
        ends = [_observed(fact) for fact in observations.to_dict("records")]
        if float(np.mean(values > max(end[1] for end in ends))) >= BEYOND:
            row["beyond"] = "above"
        elif float(np.mean(values < min(end[0] for end in ends))) >= BEYOND:
            row["beyond"] = "below"
    return row


def _latest(path: tree.Path, worlds: DatasetDraws) -> tuple[int, np.ndarray] | None:
    """Return the last quarter in which a variable is known, and its draws there."""
    value = evaluate(tree.Path(path.name, path.labels), worlds)
    assert value.quarters is not None  # noqa: S101 - a variable without a time has them all; narrows the type
    array = value.array.reshape(-1, len(value.quarters))
    finite = np.isfinite(array).mean(axis=0)
    known = np.flatnonzero(finite >= MIN_FINITE)
    if not len(known):
        return None
    values = array[:, known[-1]]
    return int(value.quarters[known[-1]]), values[np.isfinite(values)]
