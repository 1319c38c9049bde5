"""Random walks in the coordinates in which data inform them.

The steps of a random walk are independent a priori, so any rotation of them is too: ``steps = Q x`` with
orthonormal ``Q`` is the same prior. Observed levels are sums of steps, which makes the posterior of the steps
themselves long and thin. In the eigenvectors of the data's information it is not. Components that the data
pin down are sampled at their own scale, the others in units of the walk's spread, which is where each form
of a hierarchical normal mixes well.

Source: Papaspiliopoulos, Roberts and Skoeld (2007), A general framework for the parametrization of
hierarchical models, Statistical Science 22.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forkmodel.model.ops import Array, Ops, weighted, weighted_rows

__all__ = ["WalkBasis", "between_knots", "monthly_level"]


def between_knots(left: np.ndarray, fraction: np.ndarray, n_knots: int) -> np.ndarray:
    """Return the weights (place, knot) that interpolate a path at places between its knots.

    Parameters
    ----------
    left, fraction : ndarray (place,)
        Knot before each place, and the part of the way to the next.
    n_knots : int
        Number of knots.
    """
    knot = np.arange(n_knots)
    before, after = knot == left[:, None], knot == left[:, None] + 1
    return np.asarray(before * (1.0 - fraction)[:, None] + after * fraction[:, None])


def monthly_level(n_knots: int, anchor: int, left: np.ndarray, fraction: np.ndarray) -> np.ndarray:
    """Return a walk's level (place, step) per step, at places between the knots of its grid.

    Parameters
    ----------
    n_knots : int
        Number of knots; a step leads from each to the next.
    anchor : int
        Knot at which the level is stated.
    left, fraction : ndarray (place,)
        Knot before each place, and the part of the way to the next.
    """
    level = np.tril(np.ones((n_knots, n_knots - 1)), -1)
    level = level - level[anchor]
    return np.asarray(between_knots(left, fraction, n_knots) @ level)


@dataclass(frozen=True)
class WalkBasis:
    """Orthonormal directions of a walk's steps.

    Attributes
    ----------
    informed : ndarray (step, informed)
        Directions that the data see.
    free : ndarray (step, free)
        The rest.
    """

    informed: np.ndarray
    free: np.ndarray

    @classmethod
    def from_levels(
        cls, level_of_step: np.ndarray, observations: np.ndarray, informed_above: float
    ) -> WalkBasis:
        """Make the basis from how steps add up to levels, and how often each level is observed.

        Parameters
        ----------
        level_of_step : ndarray (knot, step)
            Level at each knot per unit of each step.
        observations : ndarray (knot,)
            Number of observations at each knot.
        informed_above : float
            Eigenvalue from which a component counts as informed: about the square of noise over step.
        """
        information = level_of_step.T @ (observations[:, None] * level_of_step)
        eigenvalue, vector = np.linalg.eigh(information)
        # Signs of eigenvectors are arbitrary and differ between machines; seeds should mean the same on all.
        largest = np.take_along_axis(vector, np.abs(vector).argmax(0)[None, :], axis=0)
        vector = vector * np.sign(largest)
        # At least one of each, so that neither variable of the model is empty.
        count = int(np.clip((eigenvalue > informed_above).sum(), 1, len(eigenvalue) - 1))
        return cls(informed=vector[:, ::-1][:, :count], free=vector[:, ::-1][:, count:])

    def steps(self, ops: Ops, informed: Array, unit: Array, spread: Array) -> Array:
        """Return the steps (step,) from both kinds of components.

        Parameters
        ----------
        informed : (informed,)
            Components at their own scale.
        unit : (free,)
            Components in units of ``spread``.
        spread : scalar
            Standard deviation of a step.
        """
        return weighted(self.informed, informed) + ops.scalar(spread) * weighted(self.free, unit)

    def column_steps(self, ops: Ops, informed: Array, unit: Array, spread: Array) -> Array:
        """Return the steps (step, column) of several walks that share the basis.

        Parameters
        ----------
        informed : (informed, column)
            Components at their own scale.
        unit : (free, column)
            Components in units of ``spread``.
        spread : scalar
            Standard deviation of a step.
        """
        rest = weighted_rows(self.free, unit)
        return weighted_rows(self.informed, informed) + ops.scalar(spread, 2) * rest
