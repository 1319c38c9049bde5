"""How today's burst of spending ends: growth fades as spend comes near its plateau.

The excess of growth over the long run falls with what is reached, ``1 - (T / K)^theta``: the generalised
logistic curve (Richards 1959). ``theta`` near 0 is Gompertz's curve, whose growth fades from the first day
on, and 1 the logistic curve, which keeps its growth until little is left. Which of them a new market follows
cannot be seen before it bends, so ``theta`` is uncertain; the plateau ``K`` grows at the long run's rate.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

__all__ = ["Saturation"]

#: A burst adds at least this much, log: where spend has passed its plateau, growth fades within months.
LEAST_LEFT = 0.1


@dataclass(frozen=True)
class Saturation:
    """Distance of spend to its plateau in every world.

    Attributes
    ----------
    excess : array (draw,)
        Today's growth over the long run's, log per year; a market that grows more slowly goes straight over
        to the long run.
    bend : array (draw,)
        Richards' exponent, above 0 and at most 1.
    room : array (draw,)
        Log of the plateau over spend.
    first : array (draw,)
        ``1 - (T / K)^theta`` today.
    """

    excess: np.ndarray
    bend: np.ndarray
    room: np.ndarray
    first: np.ndarray

    @classmethod
    def begin(cls, excess: np.ndarray, log_left: np.ndarray, bend: np.ndarray) -> Saturation:
        """Start with all of today's excess; ``log_left`` is the log of the plateau over today's spend."""
        room = np.maximum(log_left, LEAST_LEFT)
        return cls(excess, bend, room, _slack(bend, room))

    @property
    def fade(self) -> np.ndarray:
        """Part of today's excess of growth (draw,) that is left, from 1 down to 0."""
        return np.asarray(np.clip(_slack(self.bend, self.room) / self.first, 0.0, 1.0))

    def gain(self, years: float) -> np.ndarray:
        """Return what excess growth adds to log spend (draw,) in the coming ``years``, exactly."""
        rate = self.bend * np.maximum(self.excess, 0.0) / self.first
        # u = (K / T)^theta - 1 decays at a constant rate.
        ahead = np.expm1(self.bend * self.room) * np.exp(-rate * years)
        return np.asarray(self.room - np.log1p(ahead) / self.bend)

    def after(self, gained: np.ndarray) -> Saturation:
        """Return the state once growth has added ``gained`` (draw,) to log spend."""
        return replace(self, room=self.room - gained)


def _slack(bend: np.ndarray, room: np.ndarray) -> np.ndarray:
    return np.asarray(-np.expm1(-bend * room))
