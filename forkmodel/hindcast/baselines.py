"""What people would forecast without a model of shares: four simple methods, and their median.

Each works on the line of a measure and gives a mean and a standard deviation per quarter ahead, from the
measure's own past alone. The median is taken of the four at every quantile, as Petropoulos and Svetunkov
(2020, International Journal of Forecasting 36) do with their combination of simple univariate models.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy import stats

__all__ = ["BASELINES", "FEWEST", "LEVELS", "MEDIAN", "baseline_quantiles"]

#: Quantile levels at which every forecast is written down and scored.
LEVELS = (np.arange(99) + 0.5) / 99
#: Figures below which no baseline is made.
FEWEST = 8
#: Damping, and quarters over which a trend is read.
DAMPING, TREND_QUARTERS = 0.8, 4
MEDIAN = "median of four"

type Gaussian = tuple[np.ndarray, np.ndarray]


def _last_value(line: np.ndarray, quarters: int) -> Gaussian:
    ahead = np.arange(1, quarters + 1)
    step = np.sqrt(np.mean(np.square(np.diff(line))))
    return np.full(quarters, line[-1]), step * np.sqrt(ahead)


def _damped_trend(line: np.ndarray, quarters: int) -> Gaussian:
    """Go on with the mean change of the last year, damped by a fifth in every quarter."""
    weight = np.cumsum(DAMPING ** np.arange(1, quarters + 1))

    def slope(upto: int) -> float:
        return float((line[upto] - line[upto - TREND_QUARTERS]) / TREND_QUARTERS)

    past = range(TREND_QUARTERS, len(line) - 1)
    misses = [line[at + 1] - line[at] - DAMPING * slope(at) for at in past]
    step = np.sqrt(np.mean(np.square(misses)))
    ahead = np.arange(1, quarters + 1)
    return line[-1] + weight * slope(len(line) - 1), step * np.sqrt(ahead)


def _ets(line: np.ndarray, quarters: int) -> Gaussian:
    """Exponential smoothing, of the forms without season the one with the smallest AICc."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    best = None
    for trend, damped in ((None, False), ("add", False), ("add", True)):
        try:
            fitted = ETSModel(pd.Series(line), error="add", trend=trend, damped_trend=damped).fit(disp=False)
        except (ValueError, np.linalg.LinAlgError):
            continue
        if best is None or fitted.aicc < best.aicc:
            best = fitted
    if best is None:
        return _last_value(line, quarters)
    ahead = best.get_prediction(len(line), len(line) + quarters - 1)
    return np.asarray(ahead.predicted_mean), np.sqrt(np.asarray(ahead.forecast_variance))


def _theta(line: np.ndarray, quarters: int) -> Gaussian:
    from statsmodels.tsa.forecasting.theta import ThetaModel

    fitted = ThetaModel(line, period=1, deseasonalize=False).fit()
    mean = np.asarray(fitted.forecast(quarters))
    band = fitted.prediction_intervals(quarters, alpha=0.1).to_numpy()
    return mean, (band[:, 1] - band[:, 0]) / (2.0 * stats.norm.ppf(0.95))


#: Method by name: mean and standard deviation (quarter ahead) from a regular series.
BASELINES: dict[str, Callable[[np.ndarray, int], Gaussian]] = {
    "last value": _last_value,
    "damped trend": _damped_trend,
    "ets": _ets,
    "theta": _theta,
}


def baseline_quantiles(line: np.ndarray, quarters: int) -> dict[str, np.ndarray]:
    """Return the quantiles (quarter ahead, level) of every baseline and of their median.

    Parameters
    ----------
    line : array (quarter,)
        The measure's past on its line, one figure a quarter, at least :data:`FEWEST`.
    quarters : int
        Quarters ahead.
    """
    from threadpoolctl import threadpool_limits

    unit = stats.norm.ppf(LEVELS)
    made = {}
    # Threads of linear algebra cost ten times what they save on series this short.
    with threadpool_limits(1, user_api="blas"), warnings.catch_warnings():
        # Optimisers that stop at a bound of a smoothing constant say so; the bound is the answer.
        warnings.simplefilter("ignore")
        for name, method in BASELINES.items():
            mean, spread = method(line, quarters)
            made[name] = mean[:, None] + spread[:, None] * unit
    made[MEDIAN] = np.median(np.stack(list(made.values())), axis=0)
    return made
