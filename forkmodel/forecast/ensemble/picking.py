"""Which candidate worlds are kept: importance weights, smoothed, and resampled by fixed places.

Sources: Vehtari, Simpson, Gelman, Yao and Gabry (2024), Pareto smoothed importance sampling, Journal of
Machine Learning Research 25; Krüger, Clark and Ravazzolo (2017), Using entropic tilting to combine BVAR
forecasts with external nowcasts, Journal of Business and Economic Statistics 35 (weights on whole paths keep
dependence).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forkmodel.forecast.ensemble.pool import Pool

__all__ = ["Weighting", "pick", "weigh"]

#: Powers of the ratio of densities that are tried. Quarters of one driver say much the same, so a half on
#: each of four may move worlds beyond the pool.
POWERS = (0.5, 0.4, 0.3, 0.25, 0.2, 0.15, 0.1, 0.05)
#: Effective worlds needed, as part of those kept.
LEAST_EFFECTIVE = 0.2
#: Pareto k from which weights cannot be trusted.
MOST_K = 0.7


@dataclass(frozen=True)
class Weighting:
    """Weights of candidate worlds.

    Attributes
    ----------
    weight : array (world,)
        In sum one.
    power : float
        Of the ratio of pooled over own density; zero leaves the worlds as they are.
    effective : float
        Effective number of worlds, by Kish's formula.
    pareto_k : float
        Shape of the tail of the raw weights.
    before, after : float
        Mean distance from the pools, of the worlds as they are and as weighted.
    """

    weight: np.ndarray
    power: float
    effective: float
    pareto_k: float
    before: float
    after: float


def weigh(lines: np.ndarray, pools: Sequence[Sequence[Pool | None]], kept: int) -> Weighting:
    """Return the weights that bring worlds nearest the pools, of those that leave enough worlds effective.

    No outcome has a part in this: the power is that of :data:`POWERS` whose weighted worlds are nearest the
    pools by Cramér's distance, among powers that leave a fifth of the worlds kept and a Pareto k below 0.7.

    Parameters
    ----------
    lines : array (world, driver, quarter)
        Candidates.
    pools : sequence (driver) of sequence (quarter) of Pool or None
        None where no simple forecast could be made.
    kept : int
        How many worlds will be kept.
    """
    cells = [
        (pool, lines[:, driver, quarter])
        for driver, row in enumerate(pools)
        for quarter, pool in enumerate(row)
        if pool is not None
    ]
    equal = np.full(len(lines), 1.0 / len(lines))
    before = _distance(cells, equal)
    best = Weighting(equal, 0.0, float(len(lines)), 0.0, before, before)
    if not cells:
        return best
    ratio = np.sum([pool.log_ratio(line) for pool, line in cells], axis=0)
    for power in POWERS:
        weight, k = _smoothed(power * ratio)
        effective = float(1.0 / np.square(weight).sum())
        after = _distance(cells, weight)
        if effective >= LEAST_EFFECTIVE * kept and k < MOST_K and after < best.after:
            best = Weighting(weight, power, effective, k, before, after)
    return best


def _distance(cells: Sequence[tuple[Pool, np.ndarray]], weight: np.ndarray) -> float:
    return float(np.mean([pool.distance(line, weight) for pool, line in cells])) if cells else 0.0


def _smoothed(log_weight: np.ndarray) -> tuple[np.ndarray, float]:
    from arviz_stats.base.array import array_stats

    try:
        # It smooths the inverses of what it is given, since it was made for leave-one-out densities.
        smoothed, k = array_stats.psislw(-log_weight, axis=-1)
    except ValueError:
        # All of the largest weights are equal: ratios are bounded, and such a tail needs no smoothing.
        smoothed, k = log_weight, 0.0
    weight = np.exp(smoothed - smoothed.max())
    return weight / weight.sum(), float(k)


def pick(weight: np.ndarray, kept: int, draws: int) -> np.ndarray:
    """Return the numbers of the worlds that are kept, sorted by the draw that they continue.

    Systematic resampling: a world is kept as often as its weight says, give or take one. Copies of a world
    and worlds of one draw stand side by side, so errors of answers count them as what they are.

    Parameters
    ----------
    weight : array (world,)
        In sum one.
    kept : int
        How many.
    draws : int
        World i continues draw i modulo this number.
    """
    order = np.lexsort((np.arange(len(weight)) // draws, np.arange(len(weight)) % draws))
    edges = np.cumsum(weight[order])
    places = (np.arange(kept) + 0.5) / kept
    return np.asarray(order[np.minimum(np.searchsorted(edges, places), len(weight) - 1)])
