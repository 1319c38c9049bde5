"""A run of worlds that are simulated at once: the draws they continue and the random numbers they get."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.forecast.origin import Origin
from forkmodel.forecast.outcomes import outcomes
from forkmodel.forecast.randomness import Randomness
from forkmodel.forecast.simulate import simulate
from forkmodel.forecast.start import Start
from forkmodel.forecast.world import Setting

__all__ = ["Part"]


@dataclass(frozen=True)
class Part:
    """What worlds of a run start from.

    Attributes
    ----------
    value : dict of array
        Free variables of the fit, one leading axis of worlds.
    start : Start
        State at the data's end.
    hosts : Dataset
        Today's partition of open money among hosts.
    randomness : Randomness
        Random numbers of these worlds.
    release_days : array of datetime64
        Dates of the measured closed releases.
    """

    value: dict[str, np.ndarray]
    start: Start
    hosts: xr.Dataset
    randomness: Randomness
    release_days: np.ndarray

    @classmethod
    def of(cls, origin: Origin, first: int, rows: np.ndarray, *, remember: bool = False) -> Part:
        """Take the posterior draws ``rows`` for the worlds from number ``first`` on."""
        randomness = Randomness(origin.seed, first, len(rows))
        return cls._at(origin, rows, randomness.remembering() if remember else randomness)

    @classmethod
    def picked(cls, origin: Origin, numbers: np.ndarray) -> Part:
        """Take the worlds of these sorted numbers; world i continues posterior draw i modulo their number."""
        posterior = origin.posterior
        rows = numbers % (posterior.chains * posterior.draws)
        return cls._at(origin, rows, Randomness.of(origin.seed, numbers))

    @classmethod
    def _at(cls, origin: Origin, rows: np.ndarray, randomness: Randomness) -> Part:
        return cls(
            value={name: array[rows] for name, array in origin.posterior.values.items()},
            start=_taken(origin.start, rows),
            hosts=origin.hosts.isel(draw=rows),
            randomness=randomness,
            release_days=origin.release_days,
        )

    def simulated(self, setting: Setting, developers: pd.Index) -> dict[str, np.ndarray]:
        """Return every outcome (world, quarter, ...) by name, at the quarters that the setting reports."""
        recorded, parameters = simulate(setting, self.start, self.value, self.hosts, self.randomness)
        found = outcomes(recorded, setting, self.start, self.value, parameters, developers, self.release_days)
        return found | _constants(self.value, parameters, len(setting.places))


def _taken(start: Start, rows: np.ndarray) -> Start:
    return Start(**{field.name: getattr(start, field.name)[rows] for field in fields(start)})


def _constants(
    value: dict[str, np.ndarray], parameters: dict[str, np.ndarray], quarters: int
) -> dict[str, np.ndarray]:
    """Return parameters that claims are about, as paths that do not move."""
    named = {
        "category_elasticity": value["spend.category_elasticity"],
        "premium_scarcity": parameters["forecast.scarcity_share"],
    }
    return {name: np.repeat(array[:, None], quarters, axis=1) for name, array in named.items()}
