"""Hosts forward: their log shares move around the fitted partition and come back to it.

The dust of hosts too small to be followed one by one moves as many small hosts do, each with luck of its own:
its sum grows by the mean of ``exp(luck)`` and its inner squares by that of ``exp(2 luck)`` over the square of
the former, ``exp(v / 2)`` and ``exp(v)`` for luck of variance ``v``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from forkmodel.forecast.quarter import YEARS_PER_QUARTER
from forkmodel.forecast.randomness import Randomness

__all__ = ["Hosting"]

#: Years in which a host's luck loses two thirds.
MEMORY_YEARS = 4.0
#: A host whose share has vanished in rounding still has a logarithm.
TRACE = 1e-300


@dataclass(frozen=True)
class Hosting:
    """Host shares of hosted open revenue in every world.

    Attributes
    ----------
    partition : Dataset
        Today's shares (draw, host), dust and its squares, as from
        :func:`forkmodel.results.paths_value.host_partition`.
    luck : array (draw, host)
        Log of a host's share over today's, before all are normalised.
    variance : array (draw,)
        Variance of the luck of a small host.
    """

    partition: xr.Dataset
    parameters: dict[str, np.ndarray]
    randomness: Randomness
    luck: np.ndarray
    variance: np.ndarray

    @classmethod
    def begin(
        cls, partition: xr.Dataset, parameters: dict[str, np.ndarray], randomness: Randomness
    ) -> Hosting:
        """Start where nobody has had luck yet."""
        draws, hosts = partition.sizes["draw"], partition.sizes["host"]
        return cls(partition, parameters, randomness, np.zeros((draws, hosts)), np.zeros(draws))

    def advance(self, number: int) -> Hosting:
        """Return the hosts a quarter later; ``number`` is the calendar quarter."""
        kept = np.exp(-YEARS_PER_QUARTER / MEMORY_YEARS)
        step = self.parameters["forecast.host_shock"] * np.sqrt(YEARS_PER_QUARTER)
        shock = self.randomness.normals("hosts", self.luck.shape[1], number)
        return replace(
            self,
            luck=kept * self.luck + step[:, None] * shock,
            variance=kept**2 * self.variance + step**2,
        )

    def shares(self) -> dict[str, np.ndarray]:
        """Return ``hosts`` (draw, host), ``host_dust`` and ``host_dust_squares`` (draw,).

        Shares and dust sum to one; the squares are those within the dust.
        """
        today = self.partition["share"].transpose("draw", "host").to_numpy()
        weight = (today + TRACE) * np.exp(self.luck)
        dust = self.partition["dust"].to_numpy() * np.exp(0.5 * self.variance)
        total = weight.sum(1) + dust
        squares = self.partition["dust_squares"].to_numpy() * np.exp(self.variance)
        return {
            "hosts": weight / total[:, None],
            "host_dust": dust / total,
            "host_dust_squares": np.minimum(squares, 1.0),
        }
