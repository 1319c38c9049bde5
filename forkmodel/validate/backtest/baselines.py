"""The forecasts people would make without a model: what every skill here is measured against.

All work on a target's line, on one figure a quarter, with gaps filled in between, and give draws. Exponential
smoothing (Hyndman and others 2008) and ARIMA come from statsmodels, each chosen among its usual small forms
by AICc; the series are short, so larger forms would not survive the correction.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

__all__ = ["BASELINES", "baseline_draws", "regular"]

#: Draws per baseline forecast.
DRAWS = 4000
#: Quarters that trend lines look back.
TREND_QUARTERS = 8
#: Figures below which a method has nothing to estimate its error from.
FEWEST = {"last value": 3, "drift": 3, "trend": 4, "ets": 6, "arima": 6}
MOST_LINE = 25.0
#: Fitted series that are kept: outcomes of one target at several horizons have the same past.
KEPT = 128


def regular(quarters: pd.DatetimeIndex, line: np.ndarray) -> np.ndarray:
    """Return one figure for each quarter from the first to the last, gaps filled by straight lines.

    Parameters
    ----------
    quarters : DatetimeIndex
        Quarter starts, in order.
    line : array
        Figures.
    """
    grid = np.arange(quarters[0].to_period("Q").ordinal, quarters[-1].to_period("Q").ordinal + 1)
    return np.asarray(np.interp(grid, quarters.to_period("Q").astype("int64"), line))


def _gaussian(mean: float, sd: float, rng: np.random.Generator) -> np.ndarray:
    return np.asarray(mean + sd * rng.standard_normal(DRAWS))


def _last_value(y: np.ndarray, steps: int, rng: np.random.Generator) -> np.ndarray:
    sd = float(np.sqrt(np.mean(np.square(np.diff(y))) * steps))
    return _gaussian(y[-1], sd, rng)


def _drift(y: np.ndarray, steps: int, rng: np.random.Generator) -> np.ndarray:
    change = np.diff(y)
    n = len(change)
    sd = change.std(ddof=1) * np.sqrt(steps * (1.0 + steps / n))
    return np.asarray(y[-1] + steps * change.mean() + sd * rng.standard_t(n - 1, DRAWS))


def _trend(y: np.ndarray, steps: int, rng: np.random.Generator) -> np.ndarray:
    """Straight line through the last two years: exponential growth on a line of logarithms."""
    recent = y[-TREND_QUARTERS:]
    n = len(recent)
    x = np.arange(n) - (n - 1) / 2.0
    slope = (x * recent).sum() / np.square(x).sum()
    residual = recent - recent.mean() - slope * x
    variance = np.square(residual).sum() / (n - 2)
    at = x[-1] + steps
    sd = np.sqrt(variance * (1.0 + 1.0 / n + at**2 / np.square(x).sum()))
    return np.asarray(recent.mean() + slope * at + sd * stats.t.rvs(n - 2, size=DRAWS, random_state=rng))


def _best(candidates: Iterator[Any]) -> Any:
    """Return the fitted candidate with the smallest AICc; None if none could be fitted."""
    found = [fitted for fitted in candidates if np.isfinite(fitted.aicc)]
    return min(found, key=lambda fitted: fitted.aicc, default=None)


@lru_cache(maxsize=KEPT)
def _fitted_ets(y: tuple[float, ...]) -> Any:
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    def candidates() -> Iterator[Any]:
        for trend, damped in ((None, False), ("add", False), ("add", True)):
            try:
                yield ETSModel(np.array(y), error="add", trend=trend, damped_trend=damped).fit(disp=False)
            except (ValueError, np.linalg.LinAlgError):
                continue

    return _best(candidates())


def _ets(y: np.ndarray, steps: int, rng: np.random.Generator) -> np.ndarray:
    fitted = _fitted_ets(tuple(y))
    if fitted is None:
        return np.full(DRAWS, np.nan)
    paths = fitted.simulate(steps, anchor="end", repetitions=DRAWS, rng=rng)
    return np.asarray(np.asarray(paths, dtype=float).reshape(steps, DRAWS)[-1])


@lru_cache(maxsize=KEPT)
def _fitted_arima(y: tuple[float, ...]) -> Any:
    from statsmodels.tsa.arima.model import ARIMA

    def candidates() -> Iterator[Any]:
        # Likelihoods compare at equal differencing only; one difference suits every series here.
        for order in ((0, 1, 0), (1, 1, 0), (0, 1, 1), (1, 1, 1)):
            for trend in ("n", "t"):
                try:
                    yield ARIMA(np.array(y), order=order, trend=trend).fit()
                except (ValueError, np.linalg.LinAlgError):
                    continue

    return _best(candidates())


def _arima(y: np.ndarray, steps: int, rng: np.random.Generator) -> np.ndarray:
    fitted = _fitted_arima(tuple(y))
    if fitted is None:
        return np.full(DRAWS, np.nan)
    ahead = fitted.get_forecast(steps)
    return _gaussian(float(ahead.predicted_mean[-1]), float(ahead.se_mean[-1]), rng)


#: Method by name: draws from a series, steps ahead and random numbers.
BASELINES: dict[str, Callable[[np.ndarray, int, np.random.Generator], np.ndarray]] = {
    "last value": _last_value,
    "drift": _drift,
    "trend": _trend,
    "ets": _ets,
    "arima": _arima,
}


def baseline_draws(name: str, y: np.ndarray, steps: int, seed: int) -> np.ndarray | None:
    """Return draws of one baseline, or None where the series is too short for it.

    Parameters
    ----------
    name : str
        One of :data:`BASELINES`.
    y : array (quarter,)
        Regular series on the target's line.
    steps : int
        Quarters ahead of its last figure.
    seed : int
        Seed of the draws.
    """
    if len(y) < FEWEST[name]:
        return None
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # Short series often leave a smoothing weight at its bound; that is a forecast like any other.
        warnings.simplefilter("ignore")
        draws = BASELINES[name](y, steps, np.random.default_rng(seed))
    if not np.isfinite(draws).all():
        return None
    return np.clip(draws, -MOST_LINE, MOST_LINE) if np.abs(y).max() < MOST_LINE else draws
