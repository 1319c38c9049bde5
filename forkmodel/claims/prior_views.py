"""Worlds under other priors: by an exact refit, or approximately from the reference fit.

The approximation changes what no table informs exactly: parameters of the future are drawn from the other
set's priors, and parameters of the fit without any likelihood are moved to the same quantile of theirs, in
the history and in the future of each world alike. What tables inform is reweighted by the ratio of the
priors, with Pareto smoothing; where the largest weights are too unequal (Pareto k above 0.7) the reweighting
is left out, and the method says so.

Source: Vehtari, Simpson, Gelman, Yao and Gabry (2024), Pareto Smoothed Importance Sampling, JMLR 25.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from forkmodel.forecast.forecast import Forecast
from forkmodel.forecast.parameters import is_forecast_key
from forkmodel.forecast.scenario import Scenario
from forkmodel.forecast.worlds import Origin, run_forecast
from forkmodel.model.open_stack import PRIOR_ONLY
from forkmodel.priors import PriorSet

if TYPE_CHECKING:
    from forkmodel.inference.fit import Fit

__all__ = ["PriorView", "approximate_view", "exact_view"]

#: Largest Pareto k at which reweighted draws stand for the other posterior.
LARGEST_K = 0.7
#: Keys of the fit that have a prior and no likelihood.
WITHOUT_LIKELIHOOD = tuple(f"value.{name}" for name in PRIOR_ONLY)


@dataclass(frozen=True)
class PriorView:
    """Worlds under one prior set.

    Attributes
    ----------
    name : str
        Name of the prior set.
    forecast : Forecast
        Its worlds.
    method : str
        How they were made, in words.
    exact : bool
        Whether the model was fitted under these priors.
    """

    name: str
    forecast: Forecast
    method: str
    exact: bool


def exact_view(forecast: Forecast) -> PriorView:
    """Wrap the forecast of a fit that was made under its own priors."""
    return PriorView(str(forecast.facts["prior_set"]), forecast, "fit", exact=True)


def _log_ratio(fit: Fit, other: PriorSet) -> np.ndarray:
    """Return the log ratio of the priors (draw,) over everything that tables inform."""
    total = np.zeros(fit.chains * fit.draws)
    for key, prior in fit.priors.items():
        silent = is_forecast_key(key) or key in WITHOUT_LIKELIHOOD or key not in fit.values
        if silent or str(other[key]) == str(prior):
            continue
        ratio = other[key].log_density(fit.values[key]) - prior.log_density(fit.values[key])
        total += ratio.reshape(len(total), -1).sum(1)
    return total


def _resampled(log_weight: np.ndarray) -> tuple[np.ndarray, float]:
    """Return draws in proportion to smoothed weights (systematic), and the Pareto k of the weights."""
    from arviz_stats.base.array import array_stats

    # It smooths the inverses of what it is given, since it was made for leave-one-out densities.
    smoothed, k = array_stats.psislw(-log_weight, axis=-1)
    weight = np.exp(smoothed - smoothed.max())
    edges = np.cumsum(weight / weight.sum())
    places = (np.arange(len(weight)) + 0.5) / len(weight)
    return np.minimum(np.searchsorted(edges, places), len(weight) - 1), float(k)


def moved_fit(fit: Fit, priors: PriorSet) -> Fit:
    """Return the fit with its parameters without likelihood moved to the same quantiles of other priors.

    Its history is computed from the moved values, as its future will be, so no world has one value up to the
    data's end and another after it.

    Parameters
    ----------
    fit : Fit
        The fit.
    priors : PriorSet
        The other set.
    """
    from forkmodel.inference.fit import Fit as Moved

    changed = {}
    for key in WITHOUT_LIKELIHOOD:
        known = fit.posterior[key]
        values = priors[key].quantiles(fit.priors[key].probabilities(known.to_numpy().ravel()))
        changed[key] = xr.DataArray(values.reshape(known.shape), dims=known.dims, coords=known.coords)
    return Moved(
        data=fit.data,
        priors=fit.priors,
        blocks=fit.blocks,
        options=fit.options,
        posterior=fit.posterior.assign(changed),
        sample_stats=fit.sample_stats,
        seed=fit.seed,
        tune=fit.tune,
        timings=fit.timings,
        versions=fit.versions,
        panel=fit.panel,
        design=fit.design,
        review=fit.review(),
    )


def approximate_view(
    origin: Origin, priors: PriorSet, scenario: Scenario, horizon: str = "2036-12"
) -> PriorView:
    """Forecast under other priors without fitting again.

    Parameters
    ----------
    origin : Origin
        The fit under the reference priors, and its state at the data's end.
    priors : PriorSet
        The other set.
    scenario : Scenario
        Usually the baseline.
    horizon : str
        Last day, month or year.
    """
    fit = origin.fit
    draws, k = _resampled(_log_ratio(fit, priors))
    if k <= LARGEST_K:
        method = f"reweighted, Pareto k {k:.2f}"
    else:
        draws = np.arange(fit.chains * fit.draws)
        method = (
            f"approximate: these priors for what no table informs, the {fit.priors.name} fit for the rest "
            f"(reweighting failed, Pareto k {k:.2f})"
        )
    # Nothing of the state at the data's end depends on what is moved, so the start serves as it is.
    moved = replace(origin, fit=moved_fit(fit, priors))
    forecast = run_forecast(moved, scenario, horizon, priors, draws)
    return PriorView(priors.name, forecast, method, exact=False)
