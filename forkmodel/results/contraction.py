"""Prior against posterior: how much the data said about each parameter."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import logit

from forkmodel.inference.posterior import Posterior

__all__ = ["PRIOR_DRIVEN", "prior_posterior"]

#: A parameter whose variance the data cut by less than this part is driven by its prior.
PRIOR_DRIVEN = 0.5
PRIOR_DRAWS = 20_000


def prior_posterior(posterior: Posterior) -> pd.DataFrame:
    """Compare prior and posterior of every scalar parameter.

    Contraction is ``1 - Var(posterior) / Var(prior)`` on the scale on which the prior is roughly normal (log
    for positive, logit for bounded parameters), so that a heavy tail of the prior does not pass for
    information in the data.

    Returns
    -------
    DataFrame
        ``block, parameter, meaning, unit, prior_median, prior_q05, prior_q95, median, q05, q95,
        contraction, prior_driven``.
    """
    rows = []
    for name in posterior.free.data_vars:
        key = str(name)
        if posterior.free[key].ndim != 2 or key not in posterior.priors:
            continue
        prior = posterior.priors[key]
        draws = posterior.free[key].to_numpy().ravel()
        before = np.asarray(prior.sample(PRIOR_DRAWS, seed=0))
        contraction = 1.0 - np.var(_natural(draws, prior.family)) / np.var(_natural(before, prior.family))
        low, middle, high = (float(prior.quantile(p)) for p in (0.05, 0.5, 0.95))
        q05, median, q95 = np.quantile(draws, [0.05, 0.5, 0.95])
        block, parameter = key.split(".", 1)
        rows.append(
            {
                "block": block,
                "parameter": parameter,
                "meaning": prior.meaning,
                "unit": prior.unit,
                "prior_median": middle,
                "prior_q05": low,
                "prior_q95": high,
                "median": float(median),
                "q05": float(q05),
                "q95": float(q95),
                "contraction": float(contraction),
                "prior_driven": bool(contraction < PRIOR_DRIVEN),
            }
        )
    return pd.DataFrame(rows)


def _natural(draws: np.ndarray, family: str) -> np.ndarray:
    if family in {"LogNormal", "Gamma", "HalfNormal", "Exponential"}:
        return np.asarray(np.log(np.maximum(draws, 1e-12)))
    if family == "Beta":
        inside = np.clip(draws, 1e-9, 1.0 - 1e-9)
        return np.asarray(logit(inside))
    return draws
