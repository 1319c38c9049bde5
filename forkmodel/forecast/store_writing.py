"""Write worlds into a store block by block; :mod:`forkmodel.forecast.store` says how it is laid out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from forkmodel.forecast.frame import Frame, dataset
from forkmodel.forecast.precision import STORED
from forkmodel.forecast.store import GROUP, PARAMETER, PARAMETERS, ZARR
from forkmodel.formats import FORECAST_MARK, SCHEMA_VERSION, STORE_FORMAT
from forkmodel.queries.draw_source import WORLD
from forkmodel.results.schema import FORECAST_SCHEMA

__all__ = ["Layout", "begin_store", "write_block"]


@dataclass(frozen=True)
class Layout:
    """How many worlds a store has and how they are laid out.

    Attributes
    ----------
    worlds : int
        All worlds; world i continues draw i modulo their number.
    block : int
        Worlds that are simulated and written at once.
    chains, draws : int
        Chains and draws per chain of the fit.
    """

    worlds: int
    block: int
    chains: int
    draws: int

    def rows(self, first: int) -> np.ndarray:
        """Return the draws that the worlds of the block from number ``first`` on continue."""
        return np.arange(first, min(first + self.block, self.worlds)) % (self.chains * self.draws)


def begin_store(
    folder: Path, frame: Frame, layout: Layout, parameters: xr.Dataset, facts: Mapping[str, Any]
) -> None:
    """Make a store with everything but the worlds themselves.

    Parameters
    ----------
    folder : Path
        The store; must not exist.
    frame : Frame
        Outcomes, quarters and labels.
    layout : Layout
        Number of worlds.
    parameters : Dataset
        Scalar parameters of the first world of every draw, dims ``chain, draw``.
    facts : mapping
        As in :class:`forkmodel.forecast.forecast.Forecast`.
    """
    from dask import array as lazy

    coords = frame.coords
    attrs: dict[str, Any] = {FORECAST_MARK: STORE_FORMAT, "forkmodel_schema_version": SCHEMA_VERSION}
    attrs |= {"chains": layout.chains, "draws": layout.draws, "block": layout.block}
    attrs["facts"] = json.dumps(dict(facts))
    attrs["labels"] = {
        dim: [str(label) for label in labels] for dim, labels in coords.items() if dim != "time"
    }
    attrs["parameters"] = [str(name) for name in parameters]
    xr.Dataset(attrs=attrs).to_zarr(folder, mode="w-", **ZARR)
    # One array of all of them: an array of its own for each would be most of the store's files.
    table = parameters.to_dataarray(PARAMETER, name=PARAMETERS).drop_vars(PARAMETER)
    checked = {str(name): {"compressors": _checked()} for name in table.to_dataset().variables}
    table.to_dataset().to_zarr(folder, group=PARAMETERS, mode="a", encoding=checked, **ZARR)
    arrays, encoding = {}, {}
    for name in frame.names:
        entry = FORECAST_SCHEMA[name]
        sizes = (len(frame.times), *(len(coords[dim]) for dim in entry.dims))
        whole = (layout.block, *sizes)
        arrays[name] = lazy.empty((layout.worlds, *sizes), chunks=whole, dtype=STORED)
        encoding[name] = _encoding(whole)
    template = dataset(arrays, {"time": coords["time"]}, {WORLD: layout.worlds}).drop_vars(WORLD)
    encoding["time"] = {"compressors": _checked()}
    template.to_zarr(folder, group=GROUP, mode="a", compute=False, encoding=encoding, **ZARR)


def _checked() -> list[Any]:
    """Return codecs of a small array: as it is, with a checksum a chunk."""
    from zarr.codecs import Crc32cCodec

    return [Crc32cCodec()]


def _encoding(block: tuple[int, ...]) -> dict[str, Any]:
    """Return how a variable is stored whose blocks have this shape: a file a block, a chunk a label."""
    from zarr.codecs import BloscCodec, Crc32cCodec

    chunk = (*block[:2], *(1 for _ in block[2:]))
    shuffled = BloscCodec(cname="zstd", clevel=1, shuffle="shuffle")
    return {"chunks": chunk, "shards": block if block[2:] else None, "compressors": [shuffled, Crc32cCodec()]}


def write_block(folder: Path, first: int, arrays: Mapping[str, np.ndarray]) -> None:
    """Write the worlds of a block, from number ``first`` on.

    Parameters
    ----------
    folder : Path
        What :func:`begin_store` made.
    first : int
        Number of the first world.
    arrays : mapping of array (world, time, ...)
        Every outcome of the store.
    """
    variables = {
        name: ((WORLD, "time", *FORECAST_SCHEMA[name].dims), array) for name, array in arrays.items()
    }
    count = len(next(iter(arrays.values())))
    region = {WORLD: slice(first, first + count)}
    xr.Dataset(variables).to_zarr(folder, group=GROUP, mode="r+", region=region, **ZARR)
