"""A posterior without some of its data, from the draws with them: importance weights of one over the density.

Weights are Pareto-smoothed. The fitted shape k of their tail says whether they can be used at all: above 0.7
a few draws carry everything, and no number of draws mends it.

Source: Vehtari, Simpson, Gelman, Yao and Gabry (2024), Pareto smoothed importance sampling, Journal of
Machine Learning Research 25.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["MOST_K", "Reweighting", "leave_out", "quantiles"]

#: Pareto k above which a reweighted figure is withheld.
MOST_K = 0.7


@dataclass(frozen=True)
class Reweighting:
    """Weights of draws.

    Attributes
    ----------
    weights : ndarray (draw,)
        They sum to one.
    pareto_k : float
        Shape of their tail; not finite where they have none, because all are equal.
    """

    weights: np.ndarray
    pareto_k: float

    @property
    def effective_draws(self) -> float:
        """One over the sum of the squared weights."""
        return float(1.0 / np.square(self.weights).sum())

    @property
    def reliable(self) -> bool:
        """Whether figures under these weights may be shown."""
        return self.pareto_k <= MOST_K


def leave_out(log_density: np.ndarray) -> Reweighting:
    """Return the weights that take data out of a posterior.

    Parameters
    ----------
    log_density : ndarray (draw,)
        What the data to take out add to the log density of each draw.
    """
    from arviz_stats.base.array import array_stats

    if np.ptp(log_density) == 0.0:
        return Reweighting(np.full(len(log_density), 1.0 / len(log_density)), -np.inf)
    # It takes log densities and returns the smoothed logs of their inverses. Where one draw is far from all
    # others its fit of the tail overflows, and k says so.
    with np.errstate(all="ignore"):
        log_weight, k = array_stats.psislw(log_density)
    weight = np.exp(log_weight - log_weight.max())
    return Reweighting(np.asarray(weight / weight.sum()), float(k))


def quantiles(draws: np.ndarray, probabilities: list[float], weights: np.ndarray | None = None) -> np.ndarray:
    """Return quantiles of draws (draw,), weighted or not."""
    if weights is None:
        return np.asarray(np.quantile(draws, probabilities))
    return np.asarray(np.quantile(draws, probabilities, weights=weights, method="inverted_cdf"))
