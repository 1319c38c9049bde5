"""Worlds under other priors: by an exact refit, or approximately from the reference fit.

The approximation changes what no table informs exactly: parameters of the future are drawn from the other
set's priors, and parameters of the fit without any likelihood are moved to the same quantile of theirs, in
the history and in the future of each world alike. What tables inform is reweighted by the ratio of the
priors, with Pareto smoothing; where the largest weights are too unequal (Pareto k above 0.7) the reweighting
is left out, and the method says so.

Source: Vehtari, Simpson, Gelman, Yao and Gabry (2024), Pareto Smoothed Importance Sampling, JMLR 25.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from forkmodel.forecast.forecast import Forecast
from forkmodel.forecast.origin import Origin, origin_of
from forkmodel.forecast.parameters import is_forecast_key
from forkmodel.forecast.scenario import Scenario
from forkmodel.forecast.scenario_files import BASELINE, load_scenarios
from forkmodel.forecast.worlds import forecast_from, run_forecast
from forkmodel.inference.posterior import Posterior
from forkmodel.inference.verdict import FAIL
from forkmodel.model.open_stack import PRIOR_ONLY
from forkmodel.priors import BUNDLED, PriorSet, load_priors
from forkmodel.results.history import moved_history
from forkmodel.results.reported import history_of
from forkmodel.results.review import review_of

__all__ = ["PriorView", "approximate_view", "exact_view", "prior_views"]

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
    worlds = forecast.facts.get("worlds")
    method = "fit" if worlds is None else f"fit, {worlds:,} worlds"
    return PriorView(str(forecast.facts["prior_set"]), forecast, method, exact=True)


def _log_ratio(posterior: Posterior, other: PriorSet) -> np.ndarray:
    """Return the log ratio of the priors (draw,) over everything that tables inform."""
    total = np.zeros(posterior.chains * posterior.draws)
    for key, prior in posterior.priors.items():
        silent = is_forecast_key(key) or key in WITHOUT_LIKELIHOOD or key not in posterior.values
        if silent or str(other[key]) == str(prior):
            continue
        ratio = other[key].log_density(posterior.values[key]) - prior.log_density(posterior.values[key])
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


def moved_fit(posterior: Posterior, priors: PriorSet) -> Posterior:
    """Return the fit with its parameters without likelihood moved to the same quantiles of other priors.

    Its history is computed from the moved values, as its future will be, so no world has one value up to the
    data's end and another after it.

    Parameters
    ----------
    posterior : Posterior
        The fit.
    priors : PriorSet
        The other set.
    """
    changed = {}
    for key in WITHOUT_LIKELIHOOD:
        known = posterior.free[key]
        values = priors[key].quantiles(posterior.priors[key].probabilities(known.to_numpy().ravel()))
        changed[key] = xr.DataArray(values.reshape(known.shape), dims=known.dims, coords=known.coords)
    return replace(posterior, free=posterior.free.assign(changed), review=review_of(posterior))


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
    posterior = origin.posterior
    draws, k = _resampled(_log_ratio(posterior, priors))
    if k <= LARGEST_K:
        method = f"reweighted, Pareto k {k:.2f}"
    else:
        draws = np.arange(posterior.chains * posterior.draws)
        method = (
            f"approximate: these priors for what no table informs, the {posterior.priors.name} fit for the "
            f"rest (reweighting failed, Pareto k {k:.2f})"
        )
    # Nothing of the state at the data's end depends on what is moved, so the start serves as it is.
    moved = moved_fit(posterior, priors)
    history = moved_history(history_of(posterior), posterior.values, moved.values)
    forecast = run_forecast(replace(origin, posterior=moved), scenario, horizon, priors, draws, history)
    return PriorView(priors.name, forecast, method, exact=False)


def prior_views(
    posterior: Posterior, baseline: Forecast, others: Mapping[str, Posterior] | None = None
) -> list[PriorView]:
    """Return worlds under the fit's own priors and under each other bundled set.

    Parameters
    ----------
    posterior : Posterior
        The fit.
    baseline : Forecast
        Its worlds without a scenario.
    others : mapping of Posterior, optional
        Fits under other prior sets, by name; sets without one are approximated from ``posterior``, and so are
        those whose fit FAILED its review.
    """
    fitted = dict(others or {})
    views = [exact_view(baseline)]
    horizon = str(baseline.facts["horizon"])
    for name in BUNDLED:
        if name == posterior.priors.name:
            continue
        failed = name in fitted and review_of(fitted[name]).status == FAIL
        if name in fitted and not failed:
            views.append(exact_view(forecast_from(fitted[name], horizon)))
            continue
        view = approximate_view(origin_of(posterior), load_priors(name), load_scenarios(BASELINE), horizon)
        why = " (its own fit FAILED its review)" if failed else ""
        views.append(replace(view, method=view.method + why))
    return views
