"""What stands still in a run of simulated draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forkmodel.forecast.lines import Lines
from forkmodel.forecast.randomness import Randomness
from forkmodel.forecast.shocks import Shocks
from forkmodel.forecast.start import Start

__all__ = ["Chunk"]


@dataclass(frozen=True)
class Chunk:
    """Facts and parameters of a run of draws.

    Attributes
    ----------
    lines : Lines
        Who competes.
    start : Start
        State at the data's end.
    value, parameters : dict of array
        Free variables of the fit, and forecast parameters.
    randomness : Randomness
        Random numbers.
    shocks : Shocks
        Dates of the shocks.
    years_from_reference : float
        Years from the price block's reference date to the data's end.
    price_floor : float
        What utility adds to prices before the logarithm, USD per million tokens.
    """

    lines: Lines
    start: Start
    value: dict[str, np.ndarray]
    parameters: dict[str, np.ndarray]
    randomness: Randomness
    shocks: Shocks
    years_from_reference: float
    price_floor: float

    @property
    def count(self) -> int:
        """Number of draws."""
        return self.randomness.count
