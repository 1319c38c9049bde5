"""The statistics whose ranks are taken: scalar parameters, the data's last quarter, and the horizon."""

from __future__ import annotations

import numpy as np

from forkmodel.forecast.origin import Origin
from forkmodel.forecast.scenario_files import load_scenarios
from forkmodel.forecast.worlds import run_forecast
from forkmodel.inference.posterior import Posterior
from forkmodel.model.design import BLOCKS
from forkmodel.results.present import Picked, picked, present, scalars

__all__ = ["statistics"]

#: Date to which the joint model's worlds are simulated for claim statistics, and the quarter they are read.
HORIZON, READ_AT = "2031-12-31", "2031-10-01"

#: Statistics of the horizon, which claims are about.
AT_HORIZON: dict[str, Picked] = {
    "2031: HHI of closed revenue": ("hhi", {"scope": "closed"}),
    "2031: gap": ("capability_gap", {}),
    "2031: residual premium": ("premium_residual", {}),
    "2031: open share of router tokens": ("open_share", {"market": "openrouter", "unit": "tokens"}),
    "2031: broad open value": ("value", {"access": "open", "definition": "broad"}),
    "2031: strict lag": ("lag_months_strict", {}),
}


def statistics(posterior: Posterior, future_seed: int) -> dict[str, np.ndarray]:
    """Return every statistic whose rank is taken (draw,): scalar parameters, the last quarter, the horizon.

    Parameters
    ----------
    posterior : Posterior
        Posterior draws, or one draw from the prior.
    future_seed : int
        Seed of what happens after the data, where all blocks are there to simulate it.
    """
    found = scalars(posterior) | present(posterior)
    if posterior.blocks == BLOCKS:
        origin = Origin.from_posterior(posterior, future_seed)
        worlds = run_forecast(origin, load_scenarios("baseline"), HORIZON).worlds
        found |= picked(worlds.sel(time=READ_AT), AT_HORIZON)
    return found
