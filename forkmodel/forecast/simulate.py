"""The simulator: one consistent world per draw, quarter by quarter, all draws at once.

Everything recorded has dims draw and quarter first; place 0 is the last quarter with data, where the
simulated market is the fitted one.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from forkmodel.forecast.randomness import Randomness
from forkmodel.forecast.record import Recorded, record, record_paths
from forkmodel.forecast.start import Start
from forkmodel.forecast.world import Setting, World

__all__ = ["simulate"]


def simulate(
    setting: Setting, start: Start, values: dict[str, np.ndarray], hosts: xr.Dataset, randomness: Randomness
) -> tuple[Recorded, dict[str, np.ndarray]]:
    """Simulate a run of draws to the horizon.

    Parameters
    ----------
    setting : Setting
        Tables, priors, lines, calendar and scenario.
    start : Start
        State of these draws at the data's end.
    values : dict of array
        Free variables of these draws.
    hosts : Dataset
        Today's partition of open money among hosts.
    randomness : Randomness
        Random numbers of these draws.

    Returns
    -------
    dict of array (draw, quarter, ...)
        Records; place 0 is the last quarter with data. What :func:`forkmodel.forecast.record.record_paths`
        gives has all quarters, the rest those that the setting reports.
    dict of array (draw,)
        Forecast parameters.
    """
    world = World.begin(setting, start, values, hosts, randomness)
    quarters = [setting.quarter(place) for place in range(len(setting.calendar))]
    column = {place: column for column, place in enumerate(setting.places.tolist())}
    recorded: Recorded = {}
    for quarter in quarters:
        if quarter.place > 0:
            world = world.advance(quarter)
        _put(recorded, record_paths(world), quarter.place, len(quarters))
        if quarter.place in column:
            _put(recorded, record(world, quarter), column[quarter.place], len(column))
    return recorded, world.chunk.parameters


def _put(recorded: Recorded, found: Recorded, column: int, columns: int) -> None:
    """Write what a quarter leaves behind into its column, one after the draws."""
    for name, array in found.items():
        if name not in recorded:
            recorded[name] = np.empty((array.shape[0], columns, *array.shape[1:]))
        recorded[name][:, column] = array
