"""Save and load forecasts as one ``.nc`` file; opening one reads nothing but names and sizes.

A question touches one or two of some thirty variables, so variables are compressed one by one and read on
demand.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import xarray as xr

from forkmodel.errors import FitFileError
from forkmodel.forecast.precision import STORED, storable
from forkmodel.formats import FORECAST_FORMAT, FORECAST_MARK, SCHEMA_VERSION, sound_forecast
from forkmodel.seals import FORECAST, write_sealed

__all__ = ["read_worlds", "write_worlds"]

ENGINE: Final = "h5netcdf"

type Opened = tuple[xr.Dataset, xr.Dataset, dict[str, Any]]


def _encoding(data: xr.Dataset, level: int) -> dict[str, dict[str, Any]]:
    return {
        str(name): {"dtype": STORED, "zlib": True, "complevel": level, "shuffle": True}
        | {"chunksizes": _chunks(variable)}
        for name, variable in data.data_vars.items()
        if variable.dtype.kind == "f" and variable.ndim > 1
    }


def _chunks(variable: xr.DataArray) -> tuple[int, ...]:
    """Return chunks of one path in all draws: what a question asks for, and alike in its bytes."""
    whole = ("chain", "draw", "time")
    return tuple(variable.sizes[dim] if dim in whole else 1 for dim in variable.dims)


def _storable(variable: xr.DataArray) -> xr.DataArray:
    return variable.copy(data=storable(variable.to_numpy()))


def write_worlds(
    worlds: xr.Dataset, parameters: xr.Dataset, facts: Mapping[str, Any], path: Path, level: int = 1
) -> None:
    """Write what a forecast holds, whole or not at all.

    Parameters
    ----------
    worlds, parameters, facts
        As in :class:`forkmodel.forecast.forecast.Forecast`.
    path : Path
        The file; an existing one is replaced once the new one is complete.
    level : int
        How hard to compress, 1 to 9: 9 takes ten times as long and saves some per cent.
    """
    attrs: dict[str, Any] = {FORECAST_MARK: FORECAST_FORMAT, "forkmodel_schema_version": SCHEMA_VERSION}
    attrs["facts"] = json.dumps(dict(facts))
    groups = {"worlds": worlds.map(_storable, keep_attrs=True), "parameters": parameters}
    tree = xr.DataTree.from_dict({"/": xr.Dataset(attrs=attrs), **groups})
    encoding = {f"/{name}": _encoding(data, level) for name, data in groups.items()}
    content = tree.to_netcdf(engine=ENGINE, encoding=encoding)
    write_sealed(path, content, FORECAST, FORECAST_FORMAT)


def read_worlds(path: Path) -> Opened:
    """Open what :func:`write_worlds` wrote: worlds, parameters and facts, variables read on demand.

    Raises
    ------
    FitFileError
        If there is no such file, it is not a forecast, was cut off or edited, or is of a later version.
    """
    layout = sound_forecast(path)
    try:
        facts = json.loads(xr.open_dataset(path, engine=ENGINE).attrs["facts"])
        worlds = xr.open_dataset(path, group="worlds", engine=ENGINE)
        parameters = xr.open_dataset(path, group="parameters", engine=ENGINE)
        opened = worlds, parameters, facts
        for number in range(layout, FORECAST_FORMAT):
            opened = STEPS[number](*opened)
    except (OSError, KeyError, ValueError, RuntimeError) as error:
        raise FitFileError(f"{path} is damaged ({error}). Forecast again.") from error
    return opened


def _as_it_is(worlds: xr.Dataset, parameters: xr.Dataset, facts: dict[str, Any]) -> Opened:
    """Layout 2 has a seal, and the same inside."""
    return worlds, parameters, facts


#: What brings an opened forecast from one layout to the next, by the number that it begins with.
STEPS: Final[Mapping[int, Callable[[xr.Dataset, xr.Dataset, dict[str, Any]], Opened]]] = MappingProxyType(
    {1: _as_it_is}
)
