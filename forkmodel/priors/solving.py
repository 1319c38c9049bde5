"""Find the distribution that holds a given mass in a given interval."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from statistics import NormalDist
from typing import Any

import numpy as np

from forkmodel.priors.files import PARAMETERS

__all__ = ["distribution", "solve"]


@lru_cache(maxsize=256)
def solve(
    family: str, interval: tuple[float, float], mass: float, lower: float | None, upper: float | None
) -> tuple[tuple[str, float], ...]:
    """Return the parameters whose central interval of ``mass`` is ``interval``.

    Normal and LogNormal have a closed form, a truncated Normal is solved for its two tails; of the others it
    is the distribution of maximum entropy with that mass between the two ends. Not every family can hold
    every mass: the caller checks.
    """
    low, high = interval
    if family in {"Normal", "LogNormal", "TruncatedNormal"}:
        if family == "LogNormal":
            low, high = float(np.log(low)), float(np.log(high))
        width = 2.0 * NormalDist().inv_cdf(0.5 + mass / 2.0)
        mu, sigma = (low + high) / 2.0, (high - low) / width
        if family == "TruncatedNormal":
            mu, sigma = _truncated(interval, mass, lower, upper, mu, sigma)
        return (("mu", mu), ("sigma", sigma))
    return tuple(_most_entropy(family, low, high, mass).items())


def _most_entropy(family: str, low: float, high: float, mass: float) -> dict[str, float]:
    """Return the parameters of most entropy among those with a mass between two ends.

    Where none has it, those that come nearest. All parameters are positive and sought on the log scale, from
    a distribution whose middle and width are those of the interval.
    """
    from scipy.optimize import minimize

    names, middle, width = PARAMETERS[family], (low + high) / 2.0, (high - low) / (4.0 * mass)
    trials = (middle / width) ** 2
    start = {
        "HalfNormal": {"sigma": middle},
        "Exponential": {"lam": 1.0 / middle},
        "Gamma": {"alpha": trials, "beta": trials / middle},
        "Beta": {"alpha": middle * (1.0 + trials), "beta": (1.0 - middle) * (1.0 + trials)},
    }[family]

    def frozen(free: np.ndarray) -> Any:
        return distribution(family, dict(zip(names, np.exp(free), strict=True)))

    def miss(free: np.ndarray) -> float:
        below, above = frozen(free).cdf((low, high))
        return float(above - below - mass)

    first = np.log([start[name] for name in names])
    with np.errstate(all="ignore"):
        found = minimize(
            lambda free: -float(frozen(free).entropy()),
            first,
            method="SLSQP",
            constraints={"type": "eq", "fun": miss},
            options={"ftol": 1e-10},
        )
        if not found.success:
            found = minimize(lambda free: miss(free) ** 2, first, method="Nelder-Mead")
    return dict(zip(names, (float(value) for value in np.exp(found.x)), strict=True))


def distribution(
    family: str, p: Mapping[str, float], lower: float | None = None, upper: float | None = None
) -> Any:
    """Return the SciPy distribution of a family."""
    from scipy import stats

    if family == "TruncatedNormal":
        mu, sigma = p["mu"], p["sigma"]
        low = -np.inf if lower is None else (lower - mu) / sigma
        high = np.inf if upper is None else (upper - mu) / sigma
        return stats.truncnorm(low, high, loc=mu, scale=sigma)
    return {
        "Normal": lambda: stats.norm(p["mu"], p["sigma"]),
        "LogNormal": lambda: stats.lognorm(p["sigma"], scale=np.exp(p["mu"])),
        "HalfNormal": lambda: stats.halfnorm(scale=p["sigma"]),
        "Beta": lambda: stats.beta(p["alpha"], p["beta"]),
        "Gamma": lambda: stats.gamma(p["alpha"], scale=1.0 / p["beta"]),
        "Exponential": lambda: stats.expon(scale=1.0 / p["lam"]),
    }[family]()


def _truncated(
    interval: tuple[float, float],
    mass: float,
    lower: float | None,
    upper: float | None,
    mu: float,
    sigma: float,
) -> tuple[float, float]:
    """Return location and scale of a truncated Normal with equal tails outside an interval.

    The search begins at those of the Normal without truncation and gives them back if there is no solution.
    """
    from scipy.optimize import root
    from scipy.stats import truncnorm

    scale, wanted = sigma, np.array([0.5 - mass / 2.0, 0.5 + mass / 2.0])
    ends = np.array([-np.inf if lower is None else lower, np.inf if upper is None else upper])

    def miss(free: np.ndarray) -> np.ndarray:
        centre, width = mu + scale * free[0], scale * np.exp(free[1])
        low, high = (ends - centre) / width
        return np.asarray(truncnorm.cdf(interval, low, high, loc=centre, scale=width) - wanted)

    with np.errstate(all="ignore"):
        found = root(miss, np.zeros(2), method="hybr")
    if not found.success or not np.isfinite(found.x).all():
        return mu, sigma
    return float(mu + scale * found.x[0]), float(scale * np.exp(found.x[1]))
