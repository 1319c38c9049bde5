"""The public capability scale: Claude 3.5 Sonnet is 130 and GPT-5 is 150 in every draw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forkmodel.model.capability import INDEX_ORIGIN, INDEX_PER_UNIT

__all__ = ["ANCHORS", "PublicScale", "public_scale"]

#: Model id and index of the two points that fix the scale.
ANCHORS = (("claude-3.5-sonnet", 130.0), ("gpt-5", 150.0))

#: Index points per latent unit at most. Fits find 10 to 15; before any score is seen the anchors may be equal
#: or reversed, and a scale must exist there too.
LARGEST_RATE = 40.0


@dataclass(frozen=True)
class PublicScale:
    """A line per draw from latent ability to the public index.

    Attributes
    ----------
    origin, per_unit : array (draw,)
        ``index = origin + per_unit * theta``.
    """

    origin: np.ndarray
    per_unit: np.ndarray

    def index(self, theta: np.ndarray) -> np.ndarray:
        """Map latent ability (draw, ...) to index points."""
        origin, per_unit = self._along(theta)
        return np.asarray(origin + per_unit * theta)

    def latent(self, index: np.ndarray | float) -> np.ndarray:
        """Map index points (draw, ...), or one level in every draw, to latent ability."""
        origin, per_unit = self._along(index)
        return np.asarray((index - origin) / per_unit)

    def _along(self, x: np.ndarray | float) -> tuple[np.ndarray, np.ndarray]:
        extra = (1,) * max(np.ndim(x) - 1, 0)
        return self.origin.reshape(-1, *extra), self.per_unit.reshape(-1, *extra)


def public_scale(theta: np.ndarray, models: pd.Index) -> PublicScale:
    """Fix the scale on the two anchor models, draw by draw; without them it is the nominal line.

    Parameters
    ----------
    theta : array (draw, model)
        Latent abilities.
    models : Index
        Model ids in the order of ``theta``.
    """
    # Where the tables lack an anchor model, the nominal line stands in.
    (low, low_index), (high, high_index) = ANCHORS
    draws = len(theta)
    if low not in models or high not in models:
        return PublicScale(np.full(draws, INDEX_ORIGIN), np.full(draws, INDEX_PER_UNIT))
    first, second = theta[:, models.get_loc(low)], theta[:, models.get_loc(high)]
    rise = np.maximum(second - first, (high_index - low_index) / LARGEST_RATE)
    per_unit = (high_index - low_index) / rise
    return PublicScale(low_index - per_unit * first, per_unit)
