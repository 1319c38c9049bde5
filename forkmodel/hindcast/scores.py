"""Score quantile forecasts of concentration, and gather the scores by horizon with intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from forkmodel.hindcast.baselines import BASELINES, LEVELS, MEDIAN

__all__ = ["BANDS", "BARS", "MASSES", "METHODS", "MODEL", "score_quantiles", "table"]

MODEL = "model"
METHODS = (MODEL, *BASELINES, MEDIAN)
#: Forecasts without a model that were named in advance, of which tables tell the skill.
BARS = ("last value", "damped trend", MEDIAN)
#: Bands of horizons, quarters ahead, both ends included.
BANDS = ((1, 4), (5, 8), (9, 16), (17, 32))
#: Central intervals whose coverage is told.
MASSES = (0.5, 0.8, 0.9)
#: Resamples of markets and origin years behind the interval of a skill.
RESAMPLES = 2000


@dataclass(frozen=True)
class Scored:
    """Scores of one method: CRPS and absolute error of the median, and the outcome's level."""

    crps: np.ndarray
    error: np.ndarray
    level: np.ndarray


def score_quantiles(quantiles: np.ndarray, outcome: np.ndarray) -> Scored:
    """Score forecasts given as quantiles.

    Parameters
    ----------
    quantiles : array (case, level)
        At :data:`forkmodel.hindcast.baselines.LEVELS`.
    outcome : array (case,)
        What came, in the same unit.

    Returns
    -------
    Scored
        CRPS (twice the mean quantile score), absolute error of the median, part of the quantiles below.
    """
    apart = quantiles - outcome[:, None]
    crps = 2.0 * np.mean(((apart > 0.0) - LEVELS) * apart, axis=1)
    middle = quantiles[:, len(LEVELS) // 2]
    return Scored(crps, np.abs(middle - outcome), (apart < 0.0).mean(1) + 0.5 * (apart == 0.0).mean(1))


def table(cases: pd.DataFrame, seed: int = 1) -> list[dict[str, Any]]:
    """Return scores by measure and band of horizons.

    Parameters
    ----------
    cases : DataFrame
        ``market``, ``measure``, ``origin``, ``ahead``, ``bias``, and per method ``crps ...``,
        ``error ...`` and ``level ...``.
    seed : int
        Of the resamples.

    Returns
    -------
    list of dict
        ``measure``, ``first``, ``last`` (quarters ahead), ``n``; ``bias``, the mean of the model's median
        less the outcome; by method ``crps``, ``mae``; ``skill``, the part of a baseline's CRPS that the model
        saves, by baseline with a 90 % interval over resampled markets and years of origins; and ``coverage``
        of the model by mass.
    """
    found = []
    for measure, of_measure in cases.groupby("measure", sort=False):
        for first, last in BANDS:
            rows = of_measure[of_measure["ahead"].between(first, last)]
            if rows.empty:
                continue
            found.append(
                {
                    "measure": str(measure),
                    "first": first,
                    "last": last,
                    "n": len(rows),
                    "crps": {name: float(rows[f"crps {name}"].mean()) for name in METHODS},
                    "bias": float(rows["bias"].mean()),
                    "mae": {name: float(rows[f"error {name}"].mean()) for name in METHODS},
                    "skill": _skill(rows, seed),
                    "coverage": coverage(rows, MODEL),
                    "coverage_median": coverage(rows, MEDIAN),
                }
            )
    return found


def coverage(rows: pd.DataFrame, method: str) -> dict[str, float]:
    """Return the part of outcomes inside each central interval of a method, by mass."""
    off = (rows[f"level {method}"] - 0.5).abs()
    return {f"{mass:g}": float(off.le(mass / 2.0).mean()) for mass in MASSES}


def _skill(rows: pd.DataFrame, seed: int) -> Mapping[str, dict[str, float]]:
    """Return skill with intervals: outcomes of a year move together, and so do those of a market.

    So markets and years of origins are both resampled, each case as often as its market times its year is
    drawn: Owen (2007), The pigeonhole bootstrap, Annals of Applied Statistics 1.
    """
    rng = np.random.default_rng(seed)
    columns = [f"crps {name}" for name in METHODS]
    year = pd.PeriodIndex(rows["origin"], freq="Q").year
    found = rows.groupby([rows["market"].to_numpy(), year])[columns].sum().to_xarray().fillna(0.0)
    sums = found.to_dataarray().to_numpy()
    markets, years = (rng.multinomial(size, np.full(size, 1.0 / size), RESAMPLES) for size in sums.shape[1:])
    totals = np.einsum("kmy,rm,ry->rk", sums, markets, years)
    # A resample may hold no case at all: a market drawn that is never scored in the years drawn.
    totals = totals[(totals > 0.0).all(1)]
    whole = sums.sum((1, 2))
    skills = {}
    for place, name in enumerate(METHODS[1:], start=1):
        low, high = np.quantile(1.0 - totals[:, 0] / totals[:, place], [0.05, 0.95])
        skills[name] = {
            "value": float(1.0 - whole[0] / whole[place]),
            "low": float(low),
            "high": float(high),
        }
    return skills
