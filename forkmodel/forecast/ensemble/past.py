"""How much the worlds count in the pool, in simple forecasts, from scores of earlier cut-offs.

A few dozen outcomes hardly tell weights apart, so the ratio of past scores is shrunk hard towards equal
weights. Only outcomes that a fit's tables knew count, so a cut-off never sets the weights it is scored with.

Source: Smith and Wallis (2009), A simple explanation of the forecast combination puzzle, Oxford Bulletin of
Economics and Statistics 71.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import numpy as np
import pandas as pd

from forkmodel.forecast.ensemble.drivers import DRIVERS, QUARTERS

__all__ = ["FILE", "PAST_COLUMNS", "past_scores", "structural_weights"]

FILE = "past_scores.csv"
PAST_COLUMNS = ("cutoff", "target", "date", "horizon_quarters", "crps", "crps_simple")
#: Outcomes at which a past ratio of scores counts half.
PRIOR_OUTCOMES = 20.0
#: Least and most that worlds count, in simple forecasts.
BOUNDS = (1.0 / 3.0, 3.0)


@cache
def past_scores() -> pd.DataFrame:
    """Return the scores of the backtest on record, one row per cut-off, driver and outcome.

    Returns
    -------
    DataFrame
        ``cutoff``, ``target``, ``date``, ``horizon_quarters``, ``crps`` (worlds) and ``crps_simple`` (median
        of the simple forecasts).
    """
    with (resources.files("forkmodel") / "forecast" / "ensemble" / FILE).open(encoding="utf-8") as file:
        return pd.read_csv(file, parse_dates=["cutoff", "date"])


def structural_weights(vintage: pd.Timestamp, scores: pd.DataFrame | None = None) -> dict[str, np.ndarray]:
    """Return the weight of the worlds (quarter,) by family of targets, where each simple forecast has one.

    Parameters
    ----------
    vintage : Timestamp
        Last day of the fit's tables: later outcomes, and cut-offs from that day on, do not count.
    scores : DataFrame, optional
        Those of :func:`past_scores` by default.
    """
    scores = past_scores() if scores is None else scores
    known = scores.loc[(scores["cutoff"] < vintage) & (scores["date"] <= vintage)]
    families = {driver.name: driver.family for driver in DRIVERS}
    family = known["target"].map(families)
    return {
        name: np.array(
            [
                _weight(known.loc[(family == name) & (known["horizon_quarters"] == ahead)])
                for ahead in range(1, QUARTERS + 1)
            ]
        )
        for name in dict.fromkeys(families.values())
    }


def _weight(scores: pd.DataFrame) -> float:
    sums = scores.groupby("target")[["crps", "crps_simple"]].sum()
    sums = sums.loc[(sums > 0.0).all(axis=1)]
    if sums.empty:
        return 1.0
    ratio = float(np.log(sums["crps_simple"] / sums["crps"]).mean())
    trust = len(scores) / (len(scores) + PRIOR_OUTCOMES)
    return float(np.clip(np.exp(trust * ratio), *BOUNDS))
