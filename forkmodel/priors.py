"""Priors as people read them, and as distributions the model can use.

A prior file states for every parameter a distribution, or the interval that should hold a given mass, with
unit, meaning, rationale and source. Files inherit: ``skeptic`` and ``advocate`` change only what they
dispute.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd

from forkmodel.errors import PriorError, did_you_mean
from forkmodel.prior_checks import check_resolved, check_support
from forkmodel.prior_files import BUNDLED, PARAMETERS, PriorEntry, read_priors

__all__ = ["BUNDLED", "Prior", "PriorSet", "check_priors", "load_priors"]


@dataclass(frozen=True)
class Prior:
    """One resolved prior.

    Attributes
    ----------
    key : str
        ``block.parameter``.
    family : str
        Distribution, by PyMC's name.
    params : dict
        Its parameters, solved for where the file gave an interval.
    lower, upper : float or None
        Truncation.
    unit, meaning, rationale, source : str
        As in the file.
    interval, mass
        What the file asked for, where it did.
    origin : str
        File that last changed it.
    """

    key: str
    family: str
    params: dict[str, float]
    lower: float | None
    upper: float | None
    unit: str
    meaning: str
    rationale: str
    source: str
    interval: tuple[float, float] | None
    mass: float | None
    origin: str

    def __str__(self) -> str:
        """Return the distribution as text, such as ``LogNormal(mu=-2.24, sigma=0.69)``."""
        parts = [f"{name}={value:.4g}" for name, value in self.params.items()]
        parts += [
            f"{name}={getattr(self, name):.4g}"
            for name in ("lower", "upper")
            if getattr(self, name) is not None
        ]
        return f"{self.family}({', '.join(parts)})"

    def _frozen(self) -> Any:
        """Return the SciPy distribution."""
        return _distribution(self.family, self.params, self.lower, self.upper)

    @property
    def support(self) -> tuple[float, float]:
        """Smallest and largest value that the prior allows, possibly infinite."""
        low, high = self._frozen().support()
        return float(low), float(high)

    def quantile(self, p: float) -> float:
        """Return a quantile of the prior."""
        return float(self._frozen().ppf(p))

    def quantiles(self, p: np.ndarray) -> np.ndarray:
        """Return the quantiles of the prior at an array of probabilities."""
        return np.asarray(self._frozen().ppf(p), dtype=float)

    def probabilities(self, x: np.ndarray) -> np.ndarray:
        """Return the prior probability of values below each of ``x``."""
        return np.asarray(self._frozen().cdf(x), dtype=float)

    def log_density(self, x: np.ndarray) -> np.ndarray:
        """Return the log density of the prior at ``x``."""
        return np.asarray(self._frozen().logpdf(x), dtype=float)

    def sample(self, n: int, seed: int = 0) -> np.ndarray:
        """Draw ``n`` values, without PyMC."""
        return np.asarray(self._frozen().rvs(size=n, random_state=np.random.default_rng(seed)))


class PriorSet(Mapping[str, Prior]):
    """All priors of a fit, by ``block.parameter``.

    Parameters
    ----------
    name : str
        Name of the set, for provenance.
    priors : mapping of str to Prior
        The priors.
    """

    def __init__(self, name: str, priors: Mapping[str, Prior]) -> None:
        self.name = name
        self._priors = dict(sorted(priors.items()))

    def __getitem__(self, key: str) -> Prior:
        """Return one prior, or say which key is nearest."""
        try:
            return self._priors[key]
        except KeyError:
            raise PriorError(f"unknown prior {key!r}. {did_you_mean(key, list(self._priors))}") from None

    def __contains__(self, key: object) -> bool:
        """Say whether there is such a prior."""
        return key in self._priors

    def __iter__(self) -> Iterator[str]:
        """Iterate over the keys in alphabetical order."""
        return iter(self._priors)

    def __len__(self) -> int:
        """Return the number of priors."""
        return len(self._priors)

    def __repr__(self) -> str:
        """Return name and size."""
        return f"PriorSet({self.name!r}, {len(self)} priors, {self.hash[:12]})"

    @property
    def hash(self) -> str:
        """SHA-256 of the resolved distributions; formatting and prose of the files do not enter."""
        content = {key: [p.family, p.params, p.lower, p.upper] for key, p in self._priors.items()}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def rv(self, key: str, dims: str | tuple[str, ...] | None = None) -> Any:
        """Add the prior to the PyMC model in context, under its own key.

        Parameters
        ----------
        key : str
            ``block.parameter``.
        dims : str or tuple of str, optional
            Dims of the variable; independent copies of the prior along them.
        """
        import pymc as pm

        prior = self[key]
        if prior.family == "TruncatedNormal":
            return pm.TruncatedNormal(key, **prior.params, lower=prior.lower, upper=prior.upper, dims=dims)
        return getattr(pm, prior.family)(key, **prior.params, dims=dims)

    def table(self) -> pd.DataFrame:
        """Return the resolved priors, one row each, with median and 90 % interval."""
        rows = [
            {
                "key": key,
                "distribution": str(prior),
                "median": prior.quantile(0.5),
                "q05": prior.quantile(0.05),
                "q95": prior.quantile(0.95),
                "unit": prior.unit,
                "meaning": prior.meaning,
                "rationale": prior.rationale,
                "source": prior.source,
                "origin": prior.origin,
            }
            for key, prior in self._priors.items()
        ]
        return pd.DataFrame(rows)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready mapping; :meth:`from_dict` gives the same set back."""
        return {"name": self.name, "priors": {key: asdict(prior) for key, prior in self._priors.items()}}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> PriorSet:
        """Rebuild a set from :meth:`to_dict`."""
        priors = {}
        for key, fields in content["priors"].items():
            interval = fields["interval"]
            priors[key] = Prior(**{**fields, "interval": None if interval is None else tuple(interval)})
        return cls(str(content["name"]), priors)


@lru_cache(maxsize=256)
def _solve(
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
        return _distribution(family, dict(zip(names, np.exp(free), strict=True)))

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


def _distribution(
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


def _resolve(key: str, entry: PriorEntry, origin: str) -> Prior:
    family = entry.distribution
    if entry.interval is not None and entry.mass is not None:
        params = dict(_solve(family, entry.interval, entry.mass, entry.lower, entry.upper))
    else:
        params = {name: float(getattr(entry, name)) for name in PARAMETERS[family]}
    prior = Prior(
        key=key,
        family=family,
        params=params,
        lower=entry.lower,
        upper=entry.upper,
        unit=entry.unit,
        meaning=entry.meaning,
        rationale=entry.rationale,
        source=entry.source,
        interval=entry.interval,
        mass=entry.mass,
        origin=origin,
    )
    check_resolved(prior)
    return prior


def load_priors(name: str = "reference") -> PriorSet:
    """Load and resolve a prior set.

    Parameters
    ----------
    name : str
        ``reference``, ``skeptic``, ``advocate``, or the path of a TOML file.

    Returns
    -------
    PriorSet
        Every prior of the model, resolved.

    Raises
    ------
    PriorError
        If the file or anything in it is wrong; the message names file, key and fix.
    """
    entries, origin = read_priors(str(name))
    priors = {key: _resolve(key, entry, origin[key]) for key, entry in entries.items()}
    # What a parameter may be is what the model was written for, and that is what the reference says.
    reference = read_priors("reference")[0]
    for key, prior in priors.items():
        check_support(prior, reference[key])
    return PriorSet(str(name), priors)


def check_priors(name: str) -> list[str]:
    """Return what is wrong with a prior file as sentences; an empty list if nothing is."""
    try:
        load_priors(name)
    except PriorError as error:
        return [str(error)]
    return []
