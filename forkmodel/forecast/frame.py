"""The table that worlds fill: which outcomes, quarters and labels it has, and what of it is history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.data.panel_catalogue import ACCESS
from forkmodel.dates import read_span
from forkmodel.errors import ForkModelError, did_you_mean
from forkmodel.forecast.calendar import Calendar
from forkmodel.forecast.lines import Lines
from forkmodel.forecast.precision import STORED, storable
from forkmodel.forecast.ranks import LOOK_BACK, RANKS
from forkmodel.forecast.shocks import SHOCKS
from forkmodel.model.demand import SEGMENTS
from forkmodel.results.history import MARKETS, SCOPES, UNITS
from forkmodel.results.paths_price import FIXED_INDEX
from forkmodel.results.paths_value import DEFINITIONS, LAYERS
from forkmodel.results.schema import FORECAST_SCHEMA

__all__ = ["Frame", "dataset", "developers_of", "kept_outcomes"]


def developers_of(history: xr.Dataset, lines: Lines) -> pd.Index:
    """Return the developers of the output: those of the history and those who may enter."""
    found: pd.Index = pd.Index(history["developer"].to_numpy()).union(pd.Index(lines.developers), sort=True)
    return found


def kept_outcomes(names: Iterable[str] | None) -> tuple[str, ...]:
    """Return the outcomes to keep, in the order of the schema; all of them by default.

    Raises
    ------
    ForkModelError
        If there is no such outcome, or none is left.
    """
    if names is None:
        return tuple(FORECAST_SCHEMA)
    wanted, known = list(names), list(FORECAST_SCHEMA)
    for name in wanted:
        if name not in known:
            raise ForkModelError(f"no outcome is called {name!r}. {did_you_mean(name, known)}")
    if not wanted:
        raise ForkModelError("no outcome is kept; name one, such as hhi, or leave the choice out.")
    return tuple(name for name in known if name in wanted)


@dataclass(frozen=True)
class Frame:
    """Outcomes, quarters and labels of a table of worlds.

    Attributes
    ----------
    history : Dataset
        Reported paths of the fit's draws in those quarters up to the data's end that are in the table.
    developers : Index
        Developers of the output.
    times : DatetimeIndex
        Quarter starts, history and future.
    names : tuple of str
        Outcomes.
    """

    history: xr.Dataset
    developers: pd.Index
    times: pd.DatetimeIndex
    names: tuple[str, ...]

    @classmethod
    def of(
        cls,
        history: xr.Dataset,
        lines: Lines,
        calendar: Calendar,
        names: tuple[str, ...] = tuple(FORECAST_SCHEMA),
        since: str | None = None,
    ) -> Frame:
        """Make the table of a forecast, from a day, month, quarter or year on where ``since`` names one.

        Raises
        ------
        ForkModelError
            If the forecast ends before ``since``.
        """
        known = pd.DatetimeIndex(history["time"].to_numpy())
        known = known[known <= calendar.times[0]]
        times = pd.DatetimeIndex(known.append(calendar.times[1:]))
        if since is not None:
            first = pd.Timestamp(read_span(since, "the first quarter kept").first)
            begin = first.to_period("Q").start_time
            if begin > times[-1]:
                raise ForkModelError(
                    f"quarters from {since} on are to be kept, and the last one begins on "
                    f"{times[-1].date()}; give an earlier date or a later horizon."
                )
            known, times = known[known >= begin], times[times >= begin]
        return cls(history.sel(time=known), developers_of(history, lines), times, names)

    @property
    def past(self) -> int:
        """Number of quarters up to the data's end."""
        return int(self.history.sizes["time"])

    def only(self, calendar: Calendar) -> tuple[int, ...] | None:
        """Return the places of the calendar that worlds must report for this table; None for all of them."""
        if self.past or not LOOK_BACK.isdisjoint(self.names):
            return None
        return tuple(int(place) for place in calendar.times.get_indexer(self.times))

    @property
    def coords(self) -> dict[str, Any]:
        """Labels of every dim apart from those of the worlds."""
        return {
            "time": self.times.to_numpy(),
            "access": list(ACCESS),
            "segment": list(SEGMENTS),
            "market": list(MARKETS),
            "unit": list(UNITS),
            "developer": self.developers.to_numpy(),
            "definition": list(DEFINITIONS),
            "layer": list(LAYERS),
            "scope": list(SCOPES),
            "rank": list(RANKS),
            "event": list(SHOCKS),
        }

    def begun(self, rows: np.ndarray, dtype: type = float) -> dict[str, np.ndarray]:
        """Return arrays (world, time, ...) with the history of the draws ``rows`` filled in."""
        return {name: self._begun(name, rows, dtype) for name in self.names}

    def _begun(self, name: str, rows: np.ndarray, dtype: type) -> np.ndarray:
        entry, coords = FORECAST_SCHEMA[name], self.coords
        sizes = tuple(len(coords[dim]) for dim in entry.dims)
        array: np.ndarray = np.full((len(rows), len(self.times), *sizes), np.nan, dtype=dtype)
        if name not in self.history or not self.past:
            return array
        known = self.history[name].transpose("chain", "draw", "time", *entry.dims).to_numpy()
        known = _as_kept(known.reshape(-1, *known.shape[2:])[rows], array)
        if "developer" in entry.dims:
            spots = self.developers.get_indexer(pd.Index(self.history["developer"].to_numpy()))
            seen = array[:, : self.past]
            # Who was not there yet has nothing, except where nobody is known at all.
            seen[...] = 0.0 * known[..., :1]
            seen[..., spots] = known
        else:
            array[:, : self.past] = known
        return array

    def put(
        self, arrays: Mapping[str, np.ndarray], rows: slice | np.ndarray, found: Mapping[str, np.ndarray]
    ) -> None:
        """Fill in the future of some worlds, and of the data's last quarter what no history knows."""
        future = len(self.times) - self.past
        for name, array in arrays.items():
            simulated = _as_kept(found[name], array)
            array[rows, self.past :] = simulated[:, -future:]
            if self.past and name not in self.history:
                array[rows, self.past - 1] = simulated[:, 0]


def _as_kept(values: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Return values as a table of this precision can hold them."""
    return storable(values) if table.dtype == STORED else values


def dataset(
    arrays: Mapping[str, np.ndarray], coords: Mapping[str, Any], sample: Mapping[str, int]
) -> xr.Dataset:
    """Return outcomes as a dataset.

    Parameters
    ----------
    arrays : mapping of array (world, time, ...)
        By name.
    coords : mapping
        Labels, as in :attr:`Frame.coords`.
    sample : mapping of int
        Names and sizes of the dims that worlds are told apart by, such as chain and draw.
    """
    variables = {}
    for name, array in arrays.items():
        entry = FORECAST_SCHEMA[name]
        attrs: dict[str, Any] = {"unit": entry.unit, "description": entry.description}
        if name == "price_fixed_capability":
            attrs["index_level"] = FIXED_INDEX
        dims = (*sample, "time", *entry.dims)
        variables[name] = xr.DataArray(
            array.reshape(*sample.values(), *array.shape[1:]), dims=dims, attrs=attrs
        )
    labels = {name: np.arange(size) for name, size in sample.items()}
    return xr.Dataset(variables, coords=labels | dict(coords))
