"""Score quantile forecasts of concentration, and gather the scores by horizon with intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from forkmodel.hindcast.baselines import BASELINES, LEVELS, MEDIAN

__all__ = ["BANDS", "MASSES", "METHODS", "MODEL", "score_quantiles", "table"]

MODEL = "model"
METHODS = (MODEL, *BASELINES, MEDIAN)
#: Bands of horizons, quarters ahead, both ends included.
BANDS = ((1, 4), (5, 8), (9, 16), (17, 32))
#: Central intervals whose coverage is told.
MASSES = (0.5, 0.8, 0.9)
#: Resamples of origin years behind the interval of a skill.
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
        ``measure``, ``origin``, ``ahead``, and per method ``crps ...``, ``error ...`` and ``level ...``.
    seed : int
        Of the resamples.

    Returns
    -------
    list of dict
        ``measure``, ``first``, ``last`` (quarters ahead), ``n``; by method ``crps``, ``mae``; ``skill``, the
        part of a baseline's CRPS that the model saves, by baseline with a 90 % interval over resampled years
        of origins; and ``coverage`` of the model by mass.
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
    """Return skill with intervals: outcomes of origins in one year move together, so years are resampled."""
    rng = np.random.default_rng(seed)
    columns = [f"crps {name}" for name in METHODS]
    sums = rows[columns].groupby(pd.PeriodIndex(rows["origin"], freq="Q").year).sum().to_numpy()
    drawn = rng.integers(len(sums), size=(RESAMPLES, len(sums)))
    totals = sums[drawn].sum(1)
    skills = {}
    for place, name in enumerate(METHODS[1:], start=1):
        low, high = np.quantile(1.0 - totals[:, 0] / totals[:, place], [0.05, 0.95])
        whole = sums.sum(0)
        skills[name] = {
            "value": float(1.0 - whole[0] / whole[place]),
            "low": float(low),
            "high": float(high),
        }
    return skills
