"""What a sampler is asked for and what it leaves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from measure import LEVELS, effective_draws


@dataclass(frozen=True)
class Window:
    """Warm-up steps and kept draws per chain, chains, seed."""

    tune: int
    draws: int
    chains: int
    seed: int


@dataclass(frozen=True)
class Run:
    """One run of one sampler.

    Attributes
    ----------
    log_densities : ndarray (point,)
        Log density at the points of the posterior, as the sampler computes it.
    draws : Dataset
        Free variables, dims ``chain, draw, ...``.
    compile_s, warm_s, kept_s : float
        Processor seconds of compiling, of warm-up and of the kept draws.
    warm_gradients, kept_gradients : int
        Gradients of all chains in warm-up and for the kept draws.
    divergences : int
        Divergent trajectories among the kept draws.
    """

    log_densities: np.ndarray
    draws: xr.Dataset
    compile_s: float
    warm_s: float
    kept_s: float
    warm_gradients: int
    kept_gradients: int
    divergences: int

    def figures(self) -> dict[str, object]:
        """Return what the table shows."""
        ess = effective_draws(self.draws)
        return {
            "compile_cpu_s": self.compile_s,
            "warm_up_cpu_s": self.warm_s,
            "kept_cpu_s": self.kept_s,
            "warm_up_gradients": self.warm_gradients,
            "kept_gradients": self.kept_gradients,
            "kept_draws": self.draws.sizes["chain"] * self.draws.sizes["draw"],
            "ms_per_gradient": 1e3 * self.kept_s / self.kept_gradients,
            "divergences": self.divergences,
            "ess": ess,
            "ess_per_cpu_s": {level: ess[level] / self.kept_s for level in LEVELS},
            "ess_per_1000_gradients": {level: 1e3 * ess[level] / self.kept_gradients for level in LEVELS},
        }


def shared_out(sampling_s: float, warm: int, kept: int) -> tuple[float, float]:
    """Return the seconds of warm-up and of kept draws, in proportion to their gradients."""
    part = warm / (warm + kept)
    return sampling_s * part, sampling_s * (1.0 - part)
