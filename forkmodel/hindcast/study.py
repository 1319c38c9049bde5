"""The hindcast: from every past quarter, concentration up to eight years ahead, by what was known then.

Parameters are fitted once a year on the record to the year's end and serve the four quarters that follow,
each of which is forecast from its own record. Nothing later enters: neither levels, nor who is on the market.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from forkmodel.errors import ForkModelError
from forkmodel.forecast.baselines import regular
from forkmodel.hindcast.baselines import FEWEST, LEVELS, baseline_quantiles
from forkmodel.hindcast.fitting import CHAINS, DRAWS, Compiled, MarketFit
from forkmodel.hindcast.mapping import predictive_rows
from forkmodel.hindcast.markets import MARKETS
from forkmodel.hindcast.panel import MarketPanel, market_panels
from forkmodel.hindcast.scores import METHODS, MODEL, score_quantiles, table
from forkmodel.hindcast.simulate import Dynamics, simulate
from forkmodel.hindcast.tables import ShareTables
from forkmodel.inference.sampling import Progress

__all__ = ["MOST_QUARTERS", "YEARS", "Hindcast", "check_years", "forecasts_from", "hindcast"]

#: Years at whose end parameters are fitted.
YEARS = tuple(range(2015, 2026))
MOST_QUARTERS = 32
FAMILY = {name: market.family for name, market in MARKETS.items()}
COLUMNS = (
    "market",
    "measure",
    "origin",
    "ahead",
    "outcome",
    "bias",
    *(f"{score} {name}" for name in METHODS for score in ("crps", "error", "level")),
)
#: HHI below which nobody is of any size: followed firms can all have left.
LEAST_HHI = 1.0


@dataclass(frozen=True)
class Measure:
    """A measure of concentration: the line its baselines work on, and the unit it is scored in."""

    name: str
    to_line: Callable[[np.ndarray], np.ndarray]
    from_line: Callable[[np.ndarray], np.ndarray]


def _same(values: np.ndarray) -> np.ndarray:
    return values


#: HHI is scored in logs, CR3 in shares; baselines of CR3 work on its log odds, so that none leaves 0 to 1.
MEASURES = (Measure("log HHI", _same, _same), Measure("CR3", logit, expit))


@dataclass(frozen=True)
class Hindcast:
    """Scored forecasts, and the reviews of the fits they rest on.

    Attributes
    ----------
    cases : DataFrame
        One row per market, measure, origin and quarter ahead.
    reviews : dict
        Summary of each fit's review, by the day it knows.
    predictive : dict
        What each fit says of a market of a new family, by the day it knows, as
        :func:`forkmodel.hindcast.mapping.predictive_rows` returns; not where a market was held out.
    draws : int
        Draws behind every forecast.
    held_out : bool
        Whether a market's own record was kept from the fit that its forecasts come from.
    """

    cases: pd.DataFrame
    reviews: dict[str, dict[str, Any]]
    predictive: dict[str, list[dict[str, Any]]]
    draws: int
    held_out: bool

    def as_dict(self) -> dict[str, Any]:
        """Return the record: tables, reviews and settings."""
        return {
            "draws": self.draws,
            "held_out": self.held_out,
            "reviews": self.reviews,
            "predictive": self.predictive,
            "table": table(self.cases),
            "by_family": {
                family: table(rows)
                for family, rows in self.cases.groupby(self.cases["market"].map(FAMILY), sort=False)
            },
        }


def hindcast(
    tables: ShareTables,
    *,
    years: Collection[int] = YEARS,
    quarters: int = MOST_QUARTERS,
    held_out: bool = False,
    draws: int = DRAWS,
    chains: int = CHAINS,
    seed: int = 1,
    progress: Progress | None = None,
    compiled: Compiled | None = None,
) -> Hindcast:
    """Forecast from every quarter, and score what came.

    Parameters
    ----------
    tables : ShareTables
        The whole record: outcomes are read from it, and as-of views of it are what forecasts know.
    years : collection of int
        Years at whose end parameters are fitted.
    quarters : int
        Quarters ahead at most.
    held_out : bool
        Fit once for each scored market, without its record: forecasts of a market nobody has seen.
    draws, chains : int
        Kept draws per chain, and chains, of each fit.
    seed : int
        Same seed, same forecasts.
    progress : callable, optional
        Called as ``progress("hindcast", fraction, message)``.
    compiled : Compiled, optional
        The density, where it has been compiled for these tables.

    Returns
    -------
    Hindcast
        A fit whose review failed gives no forecast; its review says so.

    Raises
    ------
    ForkModelError
        If a year is not one of :data:`YEARS`.
    """
    say = progress or _silent
    check_years(years)
    whole = market_panels(tables)
    compiled = compiled or Compiled(whole)
    scored = [panel.market.name for panel in whole if panel.market.scored]
    groups: list[tuple[str, ...]] = [(name,) for name in scored] if held_out else [()]
    jobs = [(year, without) for year in years for without in groups]
    rows, reviews, predictive = [], {}, {}
    for done, (year, without) in enumerate(jobs):
        label = f"{year}-12-31" + "".join(f" without {name}" for name in without)
        say("hindcast", done / len(jobs), label)
        known = market_panels(tables.as_of(pd.Timestamp(f"{year}-12-31")), compiled.names)
        fit = compiled.fit(known, without=without, seed=seed, draws=draws, tune=draws, chains=chains)
        reviews[label] = fit.review
        if fit.failed:
            continue
        if not without:
            predictive[label] = predictive_rows(fit.of_new_market(seed))
        for panel in whole:
            if panel.market.name in (without or scored):
                rows += _score_year(tables, panel, fit, year, quarters, seed)
    return Hindcast(pd.DataFrame(rows, columns=list(COLUMNS)), reviews, predictive, draws * chains, held_out)


def check_years(years: Collection[int]) -> None:
    """Refuse years without both a record before and outcomes after their end."""
    if not set(years) <= set(YEARS):
        raise ForkModelError(f"years are {sorted(years)}; choose from {YEARS[0]} to {YEARS[-1]}.")


def _silent(stage: str, fraction: float, message: str) -> None:
    """Say nothing."""


def forecasts_from(
    panel: MarketPanel, dynamics: Dynamics, quarters: int, seed: int
) -> dict[str, dict[str, np.ndarray]]:
    """Return quantiles (quarter ahead, level) by measure and method, from the last quarter of a panel.

    Parameters
    ----------
    panel : MarketPanel
        The market as known at the origin.
    dynamics : Dynamics
        Parameters.
    quarters : int
        Quarters ahead.
    seed : int
        Same seed, same quantiles.
    """
    future = simulate(panel, dynamics, quarters, np.random.default_rng(seed))
    own = {"log HHI": np.log(np.maximum(future.hhi, LEAST_HHI)), "CR3": future.cr3}
    found = {}
    for measure, past in zip(MEASURES, (np.log(panel.hhi), panel.cr3), strict=True):
        line = measure.to_line(past)
        known = np.isfinite(line)
        series = regular(panel.quarters[known].to_timestamp(), line[known])
        simple = baseline_quantiles(series, quarters)
        found[measure.name] = {
            MODEL: np.quantile(own[measure.name], LEVELS, axis=1).T,
            **{name: measure.from_line(quantiles) for name, quantiles in simple.items()},
        }
    return found


def _score_year(
    tables: ShareTables, whole: MarketPanel, fit: MarketFit, year: int, quarters: int, seed: int
) -> list[dict[str, object]]:
    name = whole.market.name
    dynamics = fit.of_market(name)
    rows: list[dict[str, object]] = []
    for origin in pd.period_range(f"{year}Q4", f"{year + 1}Q3", freq="Q"):
        if origin not in whole.quarters or origin == whole.quarters[-1]:
            continue
        (panel,) = market_panels(tables.as_of(origin.end_time), (name,))
        if panel.quarters[-1] != origin or np.isnan(panel.hhi[-1]) or len(panel.quarters) < FEWEST:
            continue
        rows += _scored(panel, whole, forecasts_from(panel, dynamics, quarters, seed))
    return rows


def _scored(
    panel: MarketPanel, whole: MarketPanel, made: dict[str, dict[str, np.ndarray]]
) -> list[dict[str, object]]:
    begin = len(panel.quarters)
    rows: list[dict[str, object]] = []
    for measure, outcomes in (("log HHI", np.log(whole.hhi)), ("CR3", whole.cr3)):
        methods = made[measure]
        came = outcomes[begin : begin + len(methods[MODEL])]
        known = np.flatnonzero(np.isfinite(came))
        scores = {name: score_quantiles(quantiles[known], came[known]) for name, quantiles in methods.items()}
        for spot, ahead in enumerate(known):
            row: dict[str, object] = {
                "market": panel.market.name,
                "measure": measure,
                "origin": str(panel.quarters[-1]),
                "ahead": int(ahead) + 1,
                "outcome": float(came[ahead]),
                "bias": float(methods[MODEL][ahead, len(LEVELS) // 2] - came[ahead]),
            }
            for name, score in scores.items():
                row[f"crps {name}"] = float(score.crps[spot])
                row[f"error {name}"] = float(score.error[spot])
                row[f"level {name}"] = float(score.level[spot])
            rows.append(row)
    return rows
