"""Hosts forward: their log shares move around the fitted partition and come back to it.

The dust of hosts too small to be followed one by one moves as many small hosts do, each with luck of its own:
its sum grows by the mean of ``exp(luck)`` and its inner squares by that of ``exp(2 luck)`` over the square of
the former, ``exp(v / 2)`` and ``exp(v)`` for luck of variance ``v``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from forkmodel.forecast.randomness import Randomness

__all__ = ["Hosting"]

SPAN = 0.25
#: Years in which a host's luck loses two thirds.
MEMORY_YEARS = 4.0
#: A host whose share has vanished in rounding still has a logarithm.
TRACE = 1e-300


@dataclass
class Hosting:
    """Host shares of hosted open revenue in every world, quarter by quarter.

    Attributes
    ----------
    partition : Dataset
        Today's shares (draw, host), dust and its squares, as from
        :func:`forkmodel.results.paths_value.host_partition`.
    """

    partition: xr.Dataset
    parameters: dict[str, np.ndarray]
    randomness: Randomness
    _today: np.ndarray = field(init=False)
    _luck: np.ndarray = field(init=False)
    _variance: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        """Nobody has had luck yet."""
        self._today = self.partition["share"].transpose("draw", "host").to_numpy()
        self._luck = np.zeros_like(self._today)
        self._variance = np.zeros(len(self._today))

    def advance(self, number: int) -> None:
        """Let a quarter pass."""
        kept = np.exp(-SPAN / MEMORY_YEARS)
        step = self.parameters["forecast.host_shock"] * np.sqrt(SPAN)
        shock = self.randomness.normals("hosts", self._luck.shape[1], number)
        self._luck = kept * self._luck + step[:, None] * shock
        self._variance = kept**2 * self._variance + step**2

    def shares(self) -> dict[str, np.ndarray]:
        """Return ``hosts`` (draw, host), ``host_dust`` and ``host_dust_squares`` (draw,).

        Shares and dust sum to one; the squares are those within the dust.
        """
        weight = (self._today + TRACE) * np.exp(self._luck)
        dust = self.partition["dust"].to_numpy() * np.exp(0.5 * self._variance)
        total = weight.sum(1) + dust
        squares = self.partition["dust_squares"].to_numpy() * np.exp(self._variance)
        return {
            "hosts": weight / total[:, None],
            "host_dust": dust / total,
            "host_dust_squares": np.minimum(squares, 1.0),
        }
