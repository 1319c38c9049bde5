"""From worlds to columns of codes: one card an outcome or parameter, a column a year and scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from forkmodel.errors import QueryError
from forkmodel.forecast.effects import QUANTITIES
from forkmodel.forecast.scenario_files import BASELINE
from forkmodel.queries import parse
from forkmodel.queries.evaluate import evaluate
from forkmodel.queries.tree import Whole
from forkmodel.report.content import ForecastContent, ReportContent
from forkmodel.report.explorer import text
from forkmodel.report.explorer.grid import Grid, grid_of
from forkmodel.report.explorer.outcomes import OUTCOMES, YEARS
from forkmodel.report.explorer.saved import SavedDraws

__all__ = ["ANY", "Card", "cards"]

#: Stands for every scenario and every year: a parameter has one value in a world.
ANY = "*"
#: Parameters shown: those that move the claims most.
MOST_PARAMETERS = 24


@dataclass(frozen=True)
class Card:
    """One outcome or parameter.

    Attributes
    ----------
    group, label, unit, meaning : str
        Heading, name, unit and what else to know.
    grid : Grid
        What all its columns are coded on.
    columns : dict of array (world,)
        Values by scenario, year and question, such as ``("baseline", "2031", "hhi.closed[2031-Q4]")``.
    """

    group: str
    label: str
    unit: str
    meaning: str
    grid: Grid
    columns: dict[tuple[str, str, str], np.ndarray] = field(repr=False)


def _values(worlds: SavedDraws, question: str) -> np.ndarray | None:
    """Return a number (world,), or None where the worlds lack it or it is undefined in one of them."""
    query = parse(question)
    assert isinstance(query, Whole)  # noqa: S101 - a path alone is one; narrows the type
    try:
        values = evaluate(query.node, worlds).array.ravel()
    except QueryError:
        return None
    return values if np.isfinite(values).all() else None


def _outcomes(content: ForecastContent) -> list[Card]:
    sources = {BASELINE: SavedDraws(content.worlds)}
    sources |= {name: SavedDraws(worlds) for name, worlds in content.alternatives.items()}
    paths = {".".join((each.variable, *each.select.values())) for each in QUANTITIES}
    found = []
    for outcome in OUTCOMES:
        columns = {}
        for scenario, worlds in sources.items():
            if scenario != BASELINE and outcome.path not in paths:
                continue
            for year in YEARS:
                question = f"{outcome.path}[{year}-Q4]"
                values = _values(worlds, question)
                if values is not None:
                    columns[scenario, str(year), question] = values
        grid = grid_of(list(columns.values()), outcome.log) if columns else None
        if grid is not None:
            found.append(Card(outcome.group, outcome.label, outcome.unit, "", grid, columns))
    return found


def _movers(claims: Mapping[str, Any]) -> pd.DataFrame:
    """Return the parameters that go with the claims: ``meaning, weight``, the weightiest first."""
    rows = [mover for row in (claims["joint"], *claims["claims"]) for mover in row.get("movers") or []]
    if not rows:
        return pd.DataFrame(columns=["meaning", "weight"])
    frame = pd.DataFrame(rows)
    frame["weight"] = frame["correlation"].abs()
    named = frame.groupby("parameter").agg(meaning=("meaning", "first"), weight=("weight", "sum"))
    return named.sort_values("weight", ascending=False, kind="stable")


def _parameters(content: ReportContent) -> list[Card]:
    forecast = content.forecast
    if forecast is None or forecast.parameters is None:
        return []
    worlds = SavedDraws(forecast.worlds, forecast.parameters)
    known = content.prior_posterior.to_dict("records")
    units = {f"{row['block']}.{row['parameter']}": str(row["unit"]) for row in known}
    found = []
    for key, row in _movers(forecast.claims).head(MOST_PARAMETERS).iterrows():
        question = f"parameter.{key}"
        values = _values(worlds, question)
        grid = None if values is None else grid_of([values])
        if values is None or grid is None:
            continue
        columns = {(ANY, ANY, question): values}
        meaning = str(row["meaning"])
        found.append(Card(text.PARAMETERS, str(key), units.get(str(key), ""), meaning, grid, columns))
    return found


def cards(content: ReportContent) -> list[Card]:
    """Return every outcome and parameter that is known of all worlds and differs between them.

    Parameters
    ----------
    content : ReportContent
        With a forecast.
    """
    return [] if content.forecast is None else _outcomes(content.forecast) + _parameters(content)
