"""Score a foresight on later tables, beside the baselines that its own tables would have given."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict

import numpy as np
import pandas as pd

from forkmodel.data.market_tables import MarketTables
from forkmodel.errors import ModelError
from forkmodel.forecast.baselines import BASELINES, MEDIAN, baseline_draws, regular
from forkmodel.validate.backtest.foresight import Foresight
from forkmodel.validate.backtest.outcomes import observations
from forkmodel.validate.backtest.proper_scores import score_draws
from forkmodel.validate.backtest.targets import TARGETS, Target
from forkmodel.validate.backtest.yardstick import Measure

__all__ = ["no_cases", "score_foresight"]

DAYS_PER_QUARTER = 365.25 / 4.0
#: Quarters are not equally long, so an end that is a few days late is still that quarter's.
SLACK_DAYS = 7
SEED = 20260731
SCORES = ("crps", "log_score", "pit")
COLUMNS = (
    "target",
    "entity",
    "date",
    "horizon_quarters",
    "outcome",
    "median",
    "low",
    "high",
    "last",
    "above_last",
    *SCORES,
    *(f"{score} {method}" for method in (*BASELINES, MEDIAN) for score in SCORES),
)


def no_cases() -> pd.DataFrame:
    """Return a table of cases without a row."""
    return pd.DataFrame(columns=list(COLUMNS))


def _horizon(date: pd.Timestamp, vintage: pd.Timestamp) -> int:
    """Return whole quarters ahead, counted up: what comes within a quarter is one quarter ahead."""
    return max(1, int(np.ceil(((date - vintage).days - SLACK_DAYS) / DAYS_PER_QUARTER)))


def score_foresight(
    foresight: Foresight,
    known: MarketTables,
    later: MarketTables,
    yardstick: Measure,
    horizons: int = 4,
    baselines: Collection[str] = (*BASELINES, MEDIAN),
) -> pd.DataFrame:
    """Score every target that the later tables report.

    Parameters
    ----------
    foresight : Foresight
        Predictive draws.
    known : MarketTables
        The tables that the forecast was made from, which the baselines get too.
    later : MarketTables
        Tables of a later day.
    yardstick : Measure
        Abilities as a fit of the later tables measures them.
    horizons : int
        Quarters ahead at most.
    baselines : collection of str
        Which baselines to score as well. Fitting those of time series takes seconds for each outcome.

    Returns
    -------
    DataFrame
        One row per outcome: ``target``, ``entity``, ``date``, ``horizon_quarters``, ``outcome`` (as scored),
        ``median``, ``low`` and ``high`` (90 %), ``last`` (the last figure known) and ``above_last`` (part of
        the draws above it; both NaN where there was none), ``crps``, ``log_score``, ``pit``, and the same
        scores of each baseline (``crps <name>``, ``log_score <name>``; NaN where it was not wanted or could
        not be made).

    Raises
    ------
    ModelError
        If the later tables know nothing that the forecast did not.
    """
    if later.vintage <= foresight.vintage:
        raise ModelError(
            f"the tables end on {later.vintage.date()} and the forecast was made from tables up to "
            f"{foresight.vintage.date()}; give later ones."
        )
    developers = foresight.developers
    own = foresight.measure
    past = observations(known, own, developers)
    outcomes = observations(later, yardstick.in_units_of(own), developers, after=foresight.vintage)
    rows = []
    for target, entity, date, line in zip(
        outcomes["target"], outcomes["entity"], outcomes["date"], outcomes["line"], strict=True
    ):
        steps = _horizon(date, foresight.vintage)
        draws = foresight.at(target, entity, date)
        if steps > horizons or draws is None:
            continue
        scale = TARGETS[target].from_line
        low, median, high = np.quantile(scale(draws), [0.05, 0.5, 0.95])
        row = {
            "target": target,
            "entity": entity,
            "date": date,
            "horizon_quarters": steps,
            "outcome": float(scale(np.array(line))),
            "median": median,
            "low": low,
            "high": high,
            **asdict(score_draws(TARGETS[target], draws, line)),
        }
        history = past.loc[(past["target"] == target) & (past["entity"] == entity)]
        if len(history):
            last = float(history["line"].iloc[-1])
            row |= {"last": float(scale(np.array(last))), "above_last": float((draws > last).mean())}
        rows.append(row | _baseline_scores(history, TARGETS[target], date, line, baselines))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _baseline_scores(
    history: pd.DataFrame, target: Target, date: pd.Timestamp, line: float, baselines: Collection[str]
) -> dict[str, float]:
    """Return the scores of baselines on one outcome, given a target's own past."""
    series, steps = np.zeros(0), 1
    if len(history):
        quarters = pd.DatetimeIndex(history["quarter"])
        series = regular(quarters, history["line"].to_numpy())
        steps = max(1, date.to_period("Q").ordinal - quarters[-1].to_period("Q").ordinal)
    found: dict[str, float] = {}
    for method in baselines:
        draws = baseline_draws(method, series, steps, SEED, share=target.unit == "share")
        score = None if draws is None else score_draws(target, draws, line)
        for name in SCORES:
            found[f"{name} {method}"] = float("nan") if score is None else float(getattr(score, name))
    return found
