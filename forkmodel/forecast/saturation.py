"""How today's burst of spending ends: growth fades as spend comes near its plateau.

The excess of growth over the long run falls with what is reached, ``1 - (T / K)^theta``: the generalised
logistic curve (Richards 1959). ``theta`` near 0 is Gompertz's curve, whose growth fades from the first day
on, and 1 the logistic curve, which keeps its growth until little is left. Which of them a new market follows
cannot be seen before it bends, so ``theta`` is uncertain; the plateau ``K`` grows at the long run's rate.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

__all__ = ["Saturation"]

#: A burst adds at least this much, log: where spend has passed its plateau, growth fades within months.
LEAST_LEFT = 0.1


@dataclass
class Saturation:
    """Distance of spend to its plateau in every world.

    Attributes
    ----------
    excess : array (draw,)
        Today's growth over the long run's, log per year; a market that grows more slowly goes straight over
        to the long run.
    log_left : array (draw,)
        Log of the plateau over today's spend; at least a tenth is left.
    bend : array (draw,)
        Richards' exponent, above 0 and at most 1.
    """

    excess: np.ndarray
    log_left: np.ndarray
    bend: np.ndarray
    _room: np.ndarray = field(init=False)
    _first: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        """Start with all of today's excess."""
        self._room = np.maximum(self.log_left, LEAST_LEFT)
        self._first = self._slack()

    def _slack(self) -> np.ndarray:
        return np.asarray(-np.expm1(-self.bend * self._room))

    @property
    def fade(self) -> np.ndarray:
        """Part of today's excess of growth (draw,) that is left, from 1 down to 0."""
        return np.asarray(np.clip(self._slack() / self._first, 0.0, 1.0))

    def gain(self, years: float) -> np.ndarray:
        """Return what excess growth adds to log spend (draw,) in the coming ``years``, exactly."""
        rate = self.bend * np.maximum(self.excess, 0.0) / self._first
        # u = (K / T)^theta - 1 decays at a constant rate.
        ahead = np.expm1(self.bend * self._room) * np.exp(-rate * years)
        return np.asarray(self._room - np.log1p(ahead) / self.bend)

    def use(self, gained: np.ndarray) -> None:
        """Take what growth has added (draw,) off the room that is left."""
        self._room = self._room - gained
