"""Fewer worlds in fewer bytes: draws at even distances, the digits that matter, the largest developers."""

from __future__ import annotations

import numpy as np
import xarray as xr

from forkmodel.errors import ForkModelError
from forkmodel.forecast.forecast import Forecast

__all__ = ["thinned"]

#: Binary digits that are kept of a value: an error of 1 in 512 at most, far below the Monte Carlo error of
#: some hundred worlds. What follows them is noise that cannot be compressed.
DIGITS = 8
#: Binary digits after the point that are kept of a share, or of anything else from 0 to 1: an error of 0.001.
SHARE_DIGITS = 9
#: How many developers keep shares and revenue of their own: each takes some 3 % of the bytes.
LARGEST = 6


def thinned(forecast: Forecast, worlds: int) -> tuple[Forecast, list[str]]:
    """Return a forecast of so many worlds, and the developers that it leaves out.

    Parameters
    ----------
    forecast : Forecast
        All worlds.
    worlds : int
        How many to keep, evenly over chains and draws; a multiple of the number of chains.

    Raises
    ------
    ForkModelError
        If chains have too few draws or the number cannot be divided among them.
    """
    chains, draws = forecast.worlds.sizes["chain"], forecast.worlds.sizes["draw"]
    if worlds % chains or worlds > chains * draws:
        raise ForkModelError(f"{worlds} worlds cannot be taken evenly from {chains} chains of {draws} draws.")
    each = worlds // chains
    kept = ((np.arange(each) + 0.5) * draws / each).astype(int)
    large, small = _by_size(forecast)
    chosen = forecast.worlds.isel(draw=kept).sel(developer=large)
    short = {name: _shortened(array) for name, array in chosen.data_vars.items()}
    return Forecast(chosen.assign(short), forecast.parameters.isel(draw=kept), forecast.facts), small


def _by_size(forecast: Forecast) -> tuple[list[str], list[str]]:
    """Return the developers with the largest mean shares after the data's end, and the others."""
    future = forecast.worlds.sel(time=slice(forecast.facts["vintage"], None))
    means = [future[name].mean(("chain", "draw")) for name in ("token_share", "spend_share")]
    largest = np.fmax(*(mean.max(("time", "market")).to_numpy() for mean in means))
    names = forecast.worlds["developer"].to_numpy().astype(str)
    chosen = set(np.argsort(-np.nan_to_num(largest), kind="stable")[:LARGEST].tolist())
    kept = [str(name) for place, name in enumerate(names) if place in chosen]
    return kept, [str(name) for name in names if name not in kept]


def _shortened(array: xr.DataArray) -> xr.DataArray:
    """Return single precision rounded to :data:`DIGITS`, shares to :data:`SHARE_DIGITS`; order is kept."""
    dropped = np.uint32(np.finfo(np.float32).nmant - DIGITS)
    values = np.ascontiguousarray(array, dtype=np.float32)
    half = np.uint32(1) << (dropped - np.uint32(1))
    rounded = (((values.view(np.uint32) + half) >> dropped) << dropped).view(np.float32)
    if np.nanmin(values) >= 0.0 and np.nanmax(values) <= 1.0:
        rounded = (np.round(rounded * 2.0**SHARE_DIGITS) / 2.0**SHARE_DIGITS).astype(np.float32)
    return array.copy(data=rounded)
