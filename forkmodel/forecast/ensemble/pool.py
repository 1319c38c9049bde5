"""The pool of a driver in a quarter: a mixture of the worlds and of the simple forecasts named in advance.

A mixture, never a weighted sum of draws: where members disagree the pool is wide, as it should be. Densities
are Gaussian kernels of Silverman's bandwidth on a grid, so thousands of worlds cost no more than hundreds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forkmodel.forecast.baselines import NAMED, baseline_draws
from forkmodel.forecast.ensemble.drivers import Driver, History

__all__ = ["Pool", "make_pool", "member_draws"]

#: Points of the grid, and how far it reaches beyond all draws in their standard deviations.
GRID, BEYOND = 400, 1.0
#: Quantiles that stand for the draws of a member.
QUANTILES = (np.arange(600) + 0.5) / 600
#: Density below which the worlds say nothing; keeps logarithms finite.
LEAST = 1e-12
#: In the tails a density of a few worlds says nothing of a ratio: one world may count ten times as much for a
#: quarter's figure and not ten billion times (Ionides 2008, Truncated importance sampling).
MOST_LOG_RATIO = float(np.log(10.0))
SEED = 20260731


@dataclass(frozen=True)
class Pool:
    """Own and pooled density of one driver in one quarter.

    Attributes
    ----------
    grid : array (point,)
        Values on the driver's line.
    own, pooled : array (point,)
        Densities there.
    members : tuple of str
        Simple forecasts that could be made.
    """

    grid: np.ndarray
    own: np.ndarray
    pooled: np.ndarray
    members: tuple[str, ...]

    def log_ratio(self, line: np.ndarray) -> np.ndarray:
        """Return the log of pooled over own density at the worlds' values (world,), within bounds."""
        logs = np.log(np.maximum(self.pooled, LEAST)) - np.log(np.maximum(self.own, LEAST))
        return np.asarray(np.clip(np.interp(line, self.grid, logs), -MOST_LOG_RATIO, MOST_LOG_RATIO))

    def distance(self, line: np.ndarray, weight: np.ndarray) -> float:
        """Return Cramér's distance of weighted worlds from the pool, in spreads of the pool."""
        step = self.grid[1] - self.grid[0]
        order = np.argsort(line)
        below = np.concatenate([[0.0], np.cumsum(weight[order])])
        reached = below[np.searchsorted(line[order], self.grid, side="right")]
        mean = (self.grid * self.pooled).sum() * step
        spread = np.sqrt(max((np.square(self.grid - mean) * self.pooled).sum() * step, LEAST))
        return float(np.square(reached - np.cumsum(self.pooled) * step).sum() * step / spread)

    def median(self) -> float:
        """Return the median of the pool."""
        total = np.cumsum(self.pooled)
        return float(np.interp(0.5 * total[-1], total, self.grid))


def member_draws(driver: Driver, history: History, steps: int) -> dict[str, np.ndarray]:
    """Return draws of each simple forecast that a driver's history is long enough for.

    Parameters
    ----------
    driver : Driver
        The driver.
    history : History
        What was known.
    steps : int
        Quarters ahead of its last figure.
    """
    made = {
        name: baseline_draws(name, history.line, max(1, steps), SEED, share=driver.share) for name in NAMED
    }
    return {name: draws for name, draws in made.items() if draws is not None and draws.std() > 0.0}


def make_pool(line: np.ndarray, members: dict[str, np.ndarray], structural: float) -> Pool:
    """Return the pool of worlds and simple forecasts.

    Parameters
    ----------
    line : array (world,)
        The worlds' values.
    members : dict of array
        Draws by name.
    structural : float
        Weight of the worlds, where each simple forecast has one.
    """
    drawn = [np.quantile(draws, QUANTILES) for draws in (line, *members.values())]
    low, high = min(draws[0] for draws in drawn), max(draws[-1] for draws in drawn)
    reach = BEYOND * max(max(draws.std() for draws in drawn), LEAST)
    grid = np.linspace(low - reach, high + reach, GRID)
    densities = [_density(draws, grid) for draws in drawn]
    weight = np.array([structural, *(1.0 for _ in members)])
    pooled = (weight / weight.sum()) @ np.array(densities)
    return Pool(grid, densities[0], pooled, tuple(members))


def _density(draws: np.ndarray, grid: np.ndarray) -> np.ndarray:
    low, high = np.quantile(draws, [0.25, 0.75])
    width = 1.06 * min(draws.std(), (high - low) / 1.34) * len(draws) ** -0.2
    # A member that is sure of one value still has a density on this grid.
    width = max(width, grid[1] - grid[0])
    away = (grid[:, None] - draws) / width
    density = np.exp(-0.5 * np.square(away)).sum(1)
    return np.asarray(density / (density.sum() * (grid[1] - grid[0])))
