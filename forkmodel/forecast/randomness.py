"""Random numbers by address: the same draw, quarter and purpose always get the same numbers.

Philox is a counter-based generator: its n-th block is a function of key and n. With seed, purpose and quarter
in the key and the draw in the counter, a number does not depend on chunking, on cores, on the number of draws
or on what else was drawn, so two scenarios differ in what the scenario changes and in nothing else.

Source: Salmon, Moraes, Dror and Shaw (2011), Parallel Random Numbers: As Easy as 1, 2, 3, SC11.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.special import ndtri

__all__ = ["Randomness"]

#: Doubles that one step of Philox's counter gives.
BLOCK = 4
#: Keeps uniforms inside the open unit interval.
HALF_STEP = 2.0**-54
#: Place of draws that belong to a world and to no quarter.
TIMELESS = 0


@dataclass(frozen=True)
class Randomness:
    """Random numbers of a run of consecutive draws, or of some draws of a run.

    Attributes
    ----------
    seed : int
        Seed of the forecast.
    first, count : int
        First draw and number of draws.
    picked : array of int, optional
        Which draws of a run from the first on these are, in order and perhaps repeated; all by default.
    drawn : dict or None
        Numbers by address, kept for whoever asks again; None keeps nothing.
    """

    seed: int
    first: int
    count: int
    picked: np.ndarray | None = field(default=None, repr=False, compare=False)
    drawn: dict[tuple[str, str, int, int], np.ndarray] | None = field(default=None, repr=False, compare=False)

    @classmethod
    def of(cls, seed: int, numbers: np.ndarray) -> Randomness:
        """Return the numbers of the draws ``numbers``, which must be sorted."""
        first = int(numbers[0])
        return cls(seed, first, len(numbers), np.asarray(numbers) - first)

    def remembering(self) -> Randomness:
        """Return the same numbers, each drawn once: several scenarios ask for all of them."""
        return replace(self, drawn={})

    def _once(
        self, kind: str, purpose: str, size: int, quarter: int, draw: Callable[[], np.ndarray]
    ) -> np.ndarray:
        if self.drawn is None:
            return draw()
        address = (kind, purpose, size, quarter)
        if address not in self.drawn:
            self.drawn[address] = draw()
            self.drawn[address].flags.writeable = False
        return self.drawn[address]

    def uniforms(self, purpose: str, size: int, quarter: int = TIMELESS) -> np.ndarray:
        """Return numbers (draw, size) in the open unit interval.

        Parameters
        ----------
        purpose : str
            What they are for; another purpose gets independent numbers.
        size : int
            Numbers per draw. The first ones do not depend on how many are asked for only if ``size`` is the
            same, so a purpose should always ask for the same number.
        quarter : int
            Calendar quarter, counted from year zero.
        """
        return self._once("uniform", purpose, size, quarter, lambda: self._uniforms(purpose, size, quarter))

    def _uniforms(self, purpose: str, size: int, quarter: int) -> np.ndarray:
        blocks = -(-size // BLOCK)
        # Stated as unsigned: large Python integers would pass through floats and lose the quarter.
        key = np.array([self.seed, (zlib.crc32(purpose.encode()) << 32) | quarter], dtype=np.uint64)
        bits = np.random.Philox(key=key, counter=self.first * blocks)
        run = self.count if self.picked is None else int(self.picked[-1]) + 1
        drawn = np.random.Generator(bits).random((run, blocks * BLOCK))[:, :size]
        return np.asarray((drawn if self.picked is None else drawn[self.picked]) + HALF_STEP)

    def normals(self, purpose: str, size: int, quarter: int = TIMELESS) -> np.ndarray:
        """Return standard normals (draw, size); see :meth:`uniforms`."""
        return self._once(
            "normal",
            purpose,
            size,
            quarter,
            lambda: np.asarray(ndtri(self._uniforms(purpose, size, quarter))),
        )

    def exponentials(self, purpose: str, size: int, quarter: int = TIMELESS) -> np.ndarray:
        """Return standard exponentials (draw, size); see :meth:`uniforms`."""
        return np.asarray(-np.log(self.uniforms(purpose, size, quarter)))
