"""The forecasts people would make without a model: what every skill is measured against.

All work on a target's line, on one figure a quarter, with gaps filled in between, and give draws. Four were
named before any score was seen (:data:`NAMED`); the bar is their median, quantile by quantile. Exponential
smoothing (Hyndman and others 2008) and ARIMA come from statsmodels, each chosen among its usual small forms
by AICc; the series are short, so larger forms would not survive the correction.

Sources: Petropoulos and Svetunkov (2020), A simple combination of univariate models, International Journal of
Forecasting 36 (median of four); Snyder, Ord, Koehler, McLaren and Beaumont (2017), Forecasting compositional
time series, International Journal of Forecasting 33 (smoothing of log ratios).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

__all__ = ["BASELINES", "MEDIAN", "NAMED", "baseline_draws", "regular"]

#: Draws per baseline forecast.
DRAWS = 4000
#: Quarters that trend lines look back.
TREND_QUARTERS = 8
#: Figures below which a method has nothing to estimate its error from.
FEWEST = {
    "last value": 3,
    "damped trend": 6,
    "ets": 6,
    "log ratios": 5,
    "drift": 3,
    "trend": 4,
    "arima": 6,
}
#: The four baselines that were named in advance, and their median.
NAMED = ("last value", "damped trend", "ets", "log ratios")
MEDIAN = "median of four"
#: What a damped trend keeps of its growth from one quarter to the next.
DAMPING = 0.8
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


def _best(candidates: Iterable[Any]) -> Any:
    """Return the fitted candidate with the smallest AICc; None if none could be fitted."""
    found = [fitted for fitted in candidates if np.isfinite(fitted.aicc)]
    return min(found, key=lambda fitted: fitted.aicc, default=None)


def _smoothed(y: tuple[float, ...], trend: str | None, damped: bool, damping: float | None = None) -> Any:
    """Return a fit of exponential smoothing with additive errors; None where it cannot be made."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    model = ETSModel(np.array(y), error="add", trend=trend, damped_trend=damped)
    fixed = {} if damping is None else {"damping_trend": damping}
    try:
        with model.fix_params(fixed) if fixed else nullcontext():
            return model.fit(disp=False)
    except (ValueError, np.linalg.LinAlgError):
        return None


@lru_cache(maxsize=KEPT)
def _fitted_ets(y: tuple[float, ...]) -> Any:
    forms = ((None, False), ("add", False), ("add", True))
    return _best(fitted for form in forms if (fitted := _smoothed(y, *form)) is not None)


@lru_cache(maxsize=KEPT)
def _fitted_damped(y: tuple[float, ...]) -> Any:
    return _smoothed(y, "add", True, DAMPING)


@lru_cache(maxsize=KEPT)
def _fitted_level(y: tuple[float, ...]) -> Any:
    return _smoothed(y, None, False)


def _simulated(fitted: Any, steps: int, rng: np.random.Generator) -> np.ndarray:
    if fitted is None:
        return np.full(DRAWS, np.nan)
    paths = fitted.simulate(steps, anchor="end", repetitions=DRAWS, rng=rng)
    return np.asarray(np.asarray(paths, dtype=float).reshape(steps, DRAWS)[-1])


def _ets(y: np.ndarray, steps: int, rng: np.random.Generator) -> np.ndarray:
    return _simulated(_fitted_ets(tuple(y)), steps, rng)


def _damped_trend(y: np.ndarray, steps: int, rng: np.random.Generator) -> np.ndarray:
    return _simulated(_fitted_damped(tuple(y)), steps, rng)


def _log_ratios(y: np.ndarray, steps: int, rng: np.random.Generator) -> np.ndarray:
    """Smooth the log ratio of a share to the rest of its whole, which is what a share's line is."""
    return _simulated(_fitted_level(tuple(y)), steps, rng)


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


#: Method by name: draws from a series, steps ahead and random numbers. Those named in advance come first.
BASELINES: dict[str, Callable[[np.ndarray, int, np.random.Generator], np.ndarray]] = {
    "last value": _last_value,
    "damped trend": _damped_trend,
    "ets": _ets,
    "log ratios": _log_ratios,
    "drift": _drift,
    "trend": _trend,
    "arima": _arima,
}


def baseline_draws(
    name: str, y: np.ndarray, steps: int, seed: int, *, share: bool = False
) -> np.ndarray | None:
    """Return draws of one baseline, or None where the series is too short for it.

    Parameters
    ----------
    name : str
        One of :data:`BASELINES`, or :data:`MEDIAN`.
    y : array (quarter,)
        Regular series on the target's line.
    steps : int
        Quarters ahead of its last figure.
    seed : int
        Seed of the draws.
    share : bool
        Whether the line is the log odds of a share; only these have log ratios.
    """
    if name == MEDIAN:
        members = (baseline_draws(member, y, steps, seed, share=share) for member in NAMED)
        found = [np.sort(draws) for draws in members if draws is not None]
        return np.median(found, axis=0) if found else None
    if len(y) < FEWEST[name] or (name == "log ratios" and not share):
        return None
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # Short series often leave a smoothing weight at its bound; that is a forecast like any other.
        warnings.simplefilter("ignore")
        draws = BASELINES[name](y, steps, np.random.default_rng(seed))
    if not np.isfinite(draws).all():
        return None
    return np.clip(draws, -MOST_LINE, MOST_LINE) if np.abs(y).max() < MOST_LINE else draws
