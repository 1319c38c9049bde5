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

from forkmodel.model.ops import Array, Ops

__all__ = ["WalkBasis"]


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
        seen = (self.informed * informed[..., None, :]).sum(-1)
        return seen + ops.scalar(spread) * (self.free * unit[..., None, :]).sum(-1)

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
        seen = (self.informed[:, :, None] * informed[..., None, :, :]).sum(-2)
        rest = (self.free[:, :, None] * unit[..., None, :, :]).sum(-2)
        return seen + ops.scalar(spread, 2) * rest
