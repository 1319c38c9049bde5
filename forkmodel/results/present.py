"""Single numbers of a posterior: its scalar parameters, and reported paths in the data's last quarter."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from forkmodel.inference.posterior import Posterior
from forkmodel.results.reported import history_of

__all__ = ["LAST_QUARTER", "Picked", "picked", "present", "scalars"]

#: A variable of the output schema, and the labels at which it is read.
type Picked = tuple[str, dict[str, str]]

#: Headline paths, read in the data's last quarter. Those a fit lacks are left out.
LAST_QUARTER: dict[str, Picked] = {
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


def scalars(posterior: Posterior) -> dict[str, np.ndarray]:
    """Return the draws (draw,) of every free variable without dims of its own."""
    return {
        str(name): array.to_numpy().reshape(-1)
        for name, array in posterior.free.data_vars.items()
        if array.ndim == 2
    }


def picked(data: xr.Dataset, wanted: Mapping[str, Picked]) -> dict[str, np.ndarray]:
    """Return the draws (draw,) of single numbers of worlds at one time, without those undefined in some."""
    found = {}
    for title, (name, where) in wanted.items():
        if name not in data or any(label not in data[name][dim] for dim, label in where.items()):
            continue
        drawn = data[name].sel(where).to_numpy().reshape(-1)
        if np.isfinite(drawn).all():
            found[title] = drawn
    return found


def present(posterior: Posterior) -> dict[str, np.ndarray]:
    """Return the draws (draw,) of every headline path in the data's last quarter."""
    return picked(history_of(posterior).isel(time=-1), LAST_QUARTER)
