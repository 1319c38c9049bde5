"""The statistics whose ranks are taken: scalar parameters, the data's last quarter, and the horizon."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from forkmodel.forecast.scenario_files import load_scenarios
from forkmodel.forecast.worlds import Origin, run_forecast
from forkmodel.inference.posterior import Posterior
from forkmodel.model.design import BLOCKS
from forkmodel.results.reported import history_of

__all__ = ["statistics"]

#: Date to which the joint model's worlds are simulated for claim statistics, and the quarter they are read.
HORIZON, READ_AT = "2031-12-31", "2031-10-01"

#: Statistics of the data's last quarter: variable and labels. Those a fit lacks are left out.
LAST_QUARTER: dict[str, tuple[str, dict[str, str]]] = {
    "closed frontier": ("capability_frontier", {"access": "closed"}),
    "open frontier": ("capability_frontier", {"access": "open"}),
    "gap": ("capability_gap", {}),
    "frontier price, closed": ("price_frontier", {"access": "closed"}),
    "price at fixed capability, open": ("price_fixed_capability", {"access": "open"}),
    "residual premium": ("premium_residual", {}),
    "elasticity, frontier segment, closed": ("elasticity_own", {"segment": "frontier", "access": "closed"}),
    "open share of router tokens": ("open_share", {"market": "openrouter", "unit": "tokens"}),
    "open share of enterprise money": ("open_share", {"market": "enterprise", "unit": "spend"}),
    "HHI of router tokens": ("hhi", {"scope": "openrouter_tokens"}),
    "HHI of closed revenue": ("hhi", {"scope": "closed"}),
    "CR1 of closed revenue": ("cr1", {"scope": "closed"}),
    "firms paying": ("adoption_firms", {}),
    "revenue, OpenAI": ("revenue", {"developer": "OpenAI"}),
    "HHI of hosts": ("hhi", {"scope": "open_hosts"}),
    "broad open value": ("value", {"access": "open", "definition": "broad"}),
}
#: Statistics of the horizon, which claims are about.
AT_HORIZON: dict[str, tuple[str, dict[str, str]]] = {
    "2031: HHI of closed revenue": ("hhi", {"scope": "closed"}),
    "2031: gap": ("capability_gap", {}),
    "2031: residual premium": ("premium_residual", {}),
    "2031: open share of router tokens": ("open_share", {"market": "openrouter", "unit": "tokens"}),
    "2031: broad open value": ("value", {"access": "open", "definition": "broad"}),
    "2031: strict lag": ("lag_months_strict", {}),
}


def _read(data: xr.Dataset, wanted: dict[str, tuple[str, dict[str, str]]]) -> dict[str, Any]:
    out = {}
    for label, (name, where) in wanted.items():
        if name not in data:
            continue
        drawn = data[name].sel(where).to_numpy().reshape(-1)
        if np.isfinite(drawn).all():
            out[label] = drawn
    return out


def statistics(posterior: Posterior, future_seed: int) -> dict[str, np.ndarray]:
    """Return every statistic whose rank is taken (draw,): scalar parameters, the last quarter, the horizon.

    Parameters
    ----------
    posterior : Posterior
        Posterior draws, or one draw from the prior.
    future_seed : int
        Seed of what happens after the data, where all blocks are there to simulate it.
    """
    found: dict[str, np.ndarray] = {
        str(name): array.to_numpy().reshape(-1)
        for name, array in posterior.free.data_vars.items()
        if array.ndim == 2
    }
    history = history_of(posterior)
    found |= _read(history.isel(time=-1), LAST_QUARTER)
    if posterior.blocks == BLOCKS:
        origin = Origin.from_posterior(posterior, future_seed)
        worlds = run_forecast(origin, load_scenarios("baseline"), HORIZON).worlds
        found |= _read(worlds.sel(time=READ_AT), AT_HORIZON)
    return found
