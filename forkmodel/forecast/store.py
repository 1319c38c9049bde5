"""Open a store of worlds: a zarr folder of any size, read lazily.

Each block of worlds is one file per outcome, in which each label (a scope, a developer) has a chunk of its
own, so a question reads the labels that it names and nothing else. Numbers have single precision, as in a
saved forecast. Zarr has no settled form for text yet, so labels stand in the attributes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from forkmodel.errors import FitFileError
from forkmodel.forecast.store_seal import check_store
from forkmodel.formats import FORECAST_MARK, SEALED_STORE, STORE_FORMAT, is_forecast_store
from forkmodel.queries.draw_source import WORLD
from forkmodel.results.schema import FORECAST_SCHEMA
from forkmodel.seals import FORECAST, newer

__all__ = ["GROUP", "PARAMETER", "PARAMETERS", "ZARR", "read_store"]

GROUP, PARAMETERS, PARAMETER = "worlds", "parameters", "parameter"
ZARR: dict[str, Any] = {"zarr_format": 3, "consolidated": False}


def read_store(path: Path) -> tuple[xr.Dataset, xr.Dataset, dict[str, Any]]:
    """Open a store: worlds and parameters on dask arrays, and facts.

    Returns
    -------
    Dataset
        Dims ``world, time`` and those of the schema; coordinates ``chain`` and ``draw`` say which draw each
        world continues.
    Dataset
        Parameters of the first world of every draw, dims ``chain, draw``.
    dict
        Facts.

    Raises
    ------
    FitFileError
        If there is no such store, it was cut off or edited, or is of a later version.
    """
    if not is_forecast_store(path):
        raise FitFileError(
            f"{path} is no store of worlds; `forkmodel forecast FIT --store {path}` makes one."
        )
    try:
        return _opened(path)
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise FitFileError(f"{path} is damaged ({error}). Forecast again.") from error


def _opened(path: Path) -> tuple[xr.Dataset, xr.Dataset, dict[str, Any]]:
    root = xr.open_zarr(path, **ZARR).attrs
    found = int(root[FORECAST_MARK])
    if found > STORE_FORMAT:
        by = json.loads(root["facts"]).get("versions", {}).get("forkmodel", "of a later version")
        raise newer(path, str(by), FORECAST)
    if found >= SEALED_STORE:
        check_store(path)
    # A graph of blocks stays small, and dask reads of a block only the labels that are picked.
    blocks = {WORLD: int(root["block"]), "time": -1, **dict.fromkeys(root["labels"], -1)}
    worlds = xr.open_zarr(path, group=GROUP, chunks=blocks, **ZARR)
    table = xr.open_zarr(path, group=PARAMETERS, **ZARR)[PARAMETERS]
    worlds = worlds[[name for name in FORECAST_SCHEMA if name in worlds]]
    draw = np.arange(worlds.sizes[WORLD]) % (root["chains"] * root["draws"])
    labels = {dim: names for dim, names in root["labels"].items() if dim in worlds.dims}
    sample = {"chain": (WORLD, draw // root["draws"]), "draw": (WORLD, draw % root["draws"])}
    parameters = table.assign_coords({PARAMETER: root["parameters"]}).to_dataset(PARAMETER)
    return worlds.assign_coords({**labels, **sample}), parameters, json.loads(root["facts"])
