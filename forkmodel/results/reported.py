"""Reported paths of a posterior, computed once, and single paths picked from them by name and scope."""

from __future__ import annotations

import time

import xarray as xr

from forkmodel.errors import ForkModelError, did_you_mean
from forkmodel.inference.posterior import Posterior, once
from forkmodel.results.history import build_history

__all__ = [
    "concentration_ratio",
    "history_of",
    "history_path",
    "in_scope",
    "price_paths_of",
]

#: The numbers of firms whose summed share is reported.
RATIOS = (1, 3, 4)


@once
def history_of(posterior: Posterior) -> xr.Dataset:
    """Return every reported path from 2023 to the data's end on every draw.

    Returns
    -------
    Dataset
        Dims ``chain, draw, time`` and those of :data:`forkmodel.results.schema.HISTORY_SCHEMA`.
    """
    begin = time.perf_counter()
    shape = (posterior.chains, posterior.draws)
    history = build_history(posterior.values, posterior.panel, posterior.design, shape, posterior.seed)
    posterior.timings["derive"] = time.perf_counter() - begin
    return history


def history_path(posterior: Posterior, name: str) -> xr.DataArray:
    """Return one reported path; raises ForkModelError if the fit lacks the block that it needs."""
    history = history_of(posterior)
    if name not in history:
        raise ForkModelError(
            f"{name} needs a block that this fit of {', '.join(posterior.blocks)} does not have; "
            "fit again without `blocks`."
        )
    return history[name]


def price_paths_of(posterior: Posterior) -> xr.Dataset:
    """Return the hedonic price paths: at the frontier, at fixed capability, and both premiums."""
    names = ["price_frontier", "price_fixed_capability", "premium_raw", "premium_residual"]
    return xr.Dataset({name: history_path(posterior, name) for name in names})


def in_scope(path: xr.DataArray, scope: str) -> xr.DataArray:
    """Return a path of a concentration measure for one scope; raises ForkModelError for an unknown one."""
    scopes = [str(label) for label in path["scope"].to_numpy()]
    if scope not in scopes:
        raise ForkModelError(f"unknown scope {scope!r}. {did_you_mean(scope, scopes)}")
    return path.sel(scope=scope)


def concentration_ratio(k: int) -> str:
    """Return the name of the path of CR-k; raises ForkModelError where it is not reported."""
    if k not in RATIOS:
        raise ForkModelError(f"CR{k} is not reported; use k = 1, 3 or 4.")
    return f"cr{k}"
