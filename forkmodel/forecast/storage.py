"""Save and load forecasts as one ``.nc`` file; opening one reads nothing but names and sizes.

A question touches one or two of some thirty variables, so variables are compressed one by one and read on
demand.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import xarray as xr

from forkmodel.errors import FitFileError
from forkmodel.forecast.precision import STORED, storable
from forkmodel.formats import FORECAST_FORMAT, FORECAST_MARK, SCHEMA_VERSION, is_forecast_file
from forkmodel.whole_files import write_whole

__all__ = ["read_worlds", "write_worlds"]

ENGINE: Final = "h5netcdf"


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
    write_whole(path, tree.to_netcdf(engine=ENGINE, encoding=encoding))


def read_worlds(path: Path) -> tuple[xr.Dataset, xr.Dataset, dict[str, Any]]:
    """Open what :func:`write_worlds` wrote: worlds, parameters and facts, variables read on demand.

    Raises
    ------
    FitFileError
        If there is no such file, or it is not a forecast of this version.
    """
    if not path.is_file():
        raise FitFileError(f"there is no file {path}. `forkmodel forecast FIT --out {path}` makes one.")
    if not is_forecast_file(path):
        raise FitFileError(f"{path} is not a saved forecast; `forkmodel forecast FIT` writes those.")
    root = xr.open_dataset(path, engine=ENGINE)
    found = int(root.attrs[FORECAST_MARK])
    if found != FORECAST_FORMAT:
        raise FitFileError(
            f"{path} has forecast format {found}, this version reads {FORECAST_FORMAT}. Forecast again."
        )
    try:
        worlds = xr.open_dataset(path, group="worlds", engine=ENGINE)
        parameters = xr.open_dataset(path, group="parameters", engine=ENGINE)
    except (OSError, KeyError) as error:
        raise FitFileError(f"{path} is damaged ({error}). Forecast again.") from error
    return worlds, parameters, json.loads(root.attrs["facts"])
