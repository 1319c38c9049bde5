"""Equation of the frontiers: positive increments per line, and open lines that catch up with the closed best.

==================  ========================================================================
code                mathematics
==================  ========================================================================
``step[q, l]``      ``exp(log g_a + sigma_g z - sigma_g^2 / 2)``, growth of line ``l`` in quarter ``q``
``closed_best[q]``  largest frontier among closed lines that have started by knot ``q``
``gap[q, l]``       ``closed_best[q] - F[q, l]`` for an open line
``catch_up``        ``kappa``, part of the gap an open line closes in a quarter
==================  ========================================================================

An open line's gap obeys ``gap[q] = (1 - kappa) gap[q-1] + (closed_best[q] - closed_best[q-1] - step[q])``,
which is linear for constant ``kappa``, so ``gap = start * D + K @ x`` with ``K[q, r] = (1 - kappa)^(q - r)``
and no scan. Every level is stated at the line's median release date, where its data are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forkmodel.data.panel_catalogue import Catalogue
from forkmodel.errors import ModelError
from forkmodel.model.ops import Array, Ops, weighted_rows
from forkmodel.model.walks import between_knots

__all__ = ["FrontierDesign", "gap_left", "line_frontiers", "log_growth_luck", "tier_frontier"]

#: Stands for "this line does not exist yet": far below any frontier, finite so that gradients stay finite.
NOT_YET = -1e3


@dataclass(frozen=True)
class FrontierDesign:
    """Index arrays of the frontier equation; lines are ordered closed first, then open.

    Attributes
    ----------
    lines : tuple of str
        Line labels in array order.
    n_closed : int
        Number of closed lines.
    n_quarters : int
        Number of knots.
    start : ndarray
        First knot at which each line exists.
    median_left, median_fraction : ndarray
        Place of each line's median release date on the knots.
    """

    lines: tuple[str, ...]
    n_closed: int
    n_quarters: int
    start: np.ndarray
    median_left: np.ndarray
    median_fraction: np.ndarray

    @classmethod
    def from_catalogue(cls, catalogue: Catalogue) -> FrontierDesign:
        """Order the lines and place their medians on the quarterly knots."""
        table = catalogue.lines.sort_values("access", kind="stable")
        left, fraction = catalogue.quarter_weights(table["median_release"])
        start, _ = catalogue.quarter_weights(table["first_release"])
        closed = (table["access"] == "closed").to_numpy()
        if not closed.any():
            raise ModelError(
                "there is no closed model in the tables; open lines need a frontier to catch up with."
            )
        # The oldest closed line is taken to exist from the first knot, so that there is always a closed best.
        start = np.where(closed & (start == start[closed].min()), 0, start)
        return cls(
            lines=tuple(table.index),
            n_closed=int(closed.sum()),
            n_quarters=len(catalogue.quarters),
            start=start,
            median_left=left,
            median_fraction=fraction,
        )

    @property
    def exists(self) -> np.ndarray:
        """Mask (quarter, line): 1 from the knot at which the line's first model appears."""
        return (np.arange(self.n_quarters)[:, None] >= self.start[None, :]).astype(float)


def _at_median(path: Array, design: FrontierDesign, lines: slice) -> Array:
    """Interpolate a (quarter, line) path at each line's median release date."""
    left, fraction = design.median_left[lines], design.median_fraction[lines]
    return (path * between_knots(left, fraction, design.n_quarters).T).sum(-2)


def tier_frontier(frontier: Array, exists: np.ndarray) -> Array:
    """Return the best frontier among existing lines at each knot (quarter)."""
    if not exists.shape[-1]:
        # Tables without a model of the tier: it stands where nothing of it ever comes into reach.
        return frontier.sum(axis=-1) + NOT_YET
    return (frontier + NOT_YET * (1.0 - exists)).max(axis=-1)


def log_growth_luck(spread: Array, shock: Array) -> Array:
    """Return the log of an increment over its mean: less half the variance, so that growth is the mean.

    The level of growth would trade off with the spread otherwise.
    """
    return spread * shock - 0.5 * spread**2


def gap_left(ops: Ops, log_kept: Array, quarters: Array) -> Array:
    """Return the part of a gap that is left after some quarters; ``log_kept`` is ``log(1 - kappa)``."""
    return ops.exp(quarters * log_kept)


def line_frontiers(
    ops: Ops,
    design: FrontierDesign,
    *,
    log_growth_closed: Array,
    log_growth_open: Array,
    growth_spread: Array,
    growth_shock: Array,
    catch_up: Array,
    level: Array,
) -> Array:
    """Compute the frontier of every line at every knot.

    Parameters
    ----------
    ops : Ops
        Symbolic or numeric operations.
    design : FrontierDesign
        Index arrays.
    log_growth_closed, log_growth_open : scalar
        Log of the mean quarterly increment, latent units.
    growth_spread : scalar
        Log standard deviation of increments.
    growth_shock : (quarter - 1, line)
        Standard normal innovations.
    catch_up : scalar
        Part of the gap to the closed best that an open line closes per quarter, in [0, 1).
    level : (line,)
        Frontier at the line's median release date, latent units.

    Returns
    -------
    array (quarter, line)
        Frontiers in latent units; values before a line's start are extrapolation and should be masked.
    """
    closed, opened = slice(0, design.n_closed), slice(design.n_closed, len(design.lines))
    spread = ops.scalar(growth_spread, 2)
    deviation = log_growth_luck(spread, growth_shock)
    step_closed = ops.exp(ops.scalar(log_growth_closed, 2) + deviation[..., :, closed])
    step_open = ops.exp(ops.scalar(log_growth_open, 2) + deviation[..., :, opened])

    later = np.tril(np.ones((design.n_quarters, design.n_quarters - 1)), -1)
    grown = weighted_rows(later, step_closed)
    frontier_closed = grown + (level[..., closed] - _at_median(grown, design, closed))[..., None, :]

    best = tier_frontier(frontier_closed, design.exists[:, closed])
    # Quarter r moves an open line's gap only once the line exists, hence "after its start".
    after_start = np.arange(1, design.n_quarters)[:, None] > design.start[None, opened]
    drift = (best[..., 1:] - best[..., :-1])[..., :, None] - step_open
    drift = drift * after_start.astype(float)

    age = np.arange(design.n_quarters)[:, None] - np.arange(1, design.n_quarters)[None, :]
    keep = ops.log1p(-ops.scalar(catch_up, 2))
    kernel = gap_left(ops, keep, np.maximum(age, 0)) * (age >= 0).astype(float)
    moved = (kernel[..., :, :, None] * drift[..., None, :, :]).sum(-2)
    line_age = np.maximum(np.arange(design.n_quarters)[:, None] - design.start[None, opened], 0)
    decay = gap_left(ops, keep, line_age)

    # Where the line would be without its first gap, and of that gap what puts it at its level.
    without = best[..., :, None] - moved
    start_gap = (_at_median(without, design, opened) - level[..., opened]) / _at_median(decay, design, opened)
    frontier_open = without - start_gap[..., None, :] * decay
    return ops.concat([frontier_closed, frontier_open], axis=-1)
