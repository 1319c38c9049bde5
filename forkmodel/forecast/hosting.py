"""Hosts forward: their log shares move around the fitted partition and come back to it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from forkmodel.forecast.randomness import Randomness

__all__ = ["Hosting"]

SPAN = 0.25
#: Years in which a host's luck loses two thirds.
MEMORY_YEARS = 4.0
DUST = 1e-300


@dataclass
class Hosting:
    """Host shares of hosted open revenue in every world, quarter by quarter.

    Attributes
    ----------
    partition : array (draw, host)
        Today's shares.
    """

    partition: np.ndarray
    parameters: dict[str, np.ndarray]
    randomness: Randomness
    _luck: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        """Nobody has had luck yet."""
        self._luck = np.zeros_like(self.partition)

    def advance(self, number: int) -> None:
        """Let a quarter pass."""
        kept = np.exp(-SPAN / MEMORY_YEARS)
        step = self.parameters["forecast.host_shock"][:, None] * np.sqrt(SPAN)
        self._luck = kept * self._luck + step * self.randomness.normals("hosts", self._luck.shape[1], number)

    @property
    def share(self) -> np.ndarray:
        """Shares (draw, host), summing to one."""
        weight = (self.partition + DUST) * np.exp(self._luck)
        return np.asarray(weight / weight.sum(1, keepdims=True))
