"""One prior: a distribution with its unit, meaning, rationale and source."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from forkmodel.priors.solving import distribution

__all__ = ["Prior"]


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

    @cached_property
    def _frozen(self) -> Any:
        """Return the SciPy distribution."""
        return distribution(self.family, self.params, self.lower, self.upper)

    @property
    def support(self) -> tuple[float, float]:
        """Smallest and largest value that the prior allows, possibly infinite."""
        low, high = self._frozen.support()
        return float(low), float(high)

    def quantile(self, p: float) -> float:
        """Return a quantile of the prior."""
        return float(self._frozen.ppf(p))

    def quantiles(self, p: np.ndarray) -> np.ndarray:
        """Return the quantiles of the prior at an array of probabilities."""
        return np.asarray(self._frozen.ppf(p), dtype=float)

    def probabilities(self, x: np.ndarray) -> np.ndarray:
        """Return the prior probability of values below each of ``x``."""
        return np.asarray(self._frozen.cdf(x), dtype=float)

    def log_density(self, x: np.ndarray) -> np.ndarray:
        """Return the log density of the prior at ``x``."""
        return np.asarray(self._frozen.logpdf(x), dtype=float)

    def sample(self, n: int, seed: int = 0) -> np.ndarray:
        """Draw ``n`` values, without PyMC."""
        return np.asarray(self._frozen.rvs(size=n, random_state=np.random.default_rng(seed)))
