"""Where every forecast of one fit begins: the state of each world at the data's end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from forkmodel.errors import ForkModelError
from forkmodel.forecast.frontier import small_distance
from forkmodel.forecast.lines import Lines
from forkmodel.forecast.randomness import Randomness
from forkmodel.forecast.start import Start, make_start
from forkmodel.forecast.start_leaders import listed_today
from forkmodel.forecast.start_menus import last_months
from forkmodel.inference.posterior import Posterior, once
from forkmodel.model.design import BLOCKS
from forkmodel.results.history import hosts_today
from forkmodel.results.paths_capability import measured_models

__all__ = ["Origin", "origin_of"]


@dataclass(frozen=True)
class Origin:
    """What every forecast of one fit starts from; made once, whatever the scenario or prior set.

    Attributes
    ----------
    posterior : Posterior
        The fit.
    lines : Lines
        Who competes.
    start : Start
        State of every world at the data's end.
    hosts : Dataset
        Today's partition of open money among hosts.
    release_days : array of datetime64
        Dates of the measured closed releases.
    seed : int
        Seed of all random numbers after the data.
    """

    posterior: Posterior
    lines: Lines
    start: Start
    hosts: xr.Dataset
    release_days: np.ndarray
    seed: int

    @classmethod
    def from_posterior(cls, posterior: Posterior, seed: int | None = None) -> Origin:
        """Compute the state of every world at the data's end.

        Parameters
        ----------
        posterior : Posterior
            A fit of all blocks.
        seed : int, optional
            Seed of the future; that of the fit by default.

        Raises
        ------
        ForkModelError
            If the fit lacks a block.
        """
        missing = [block for block in BLOCKS if block not in posterior.blocks]
        if missing:
            raise ForkModelError(
                f"a forecast needs all blocks, and this fit of {', '.join(posterior.blocks)} lacks "
                f"{', '.join(missing)}; fit again without `blocks`."
            )
        seed = posterior.seed if seed is None else seed
        lines = Lines.from_panel(posterior.panel, posterior.design, last_months(posterior.design))
        randomness = Randomness(seed, 0, posterior.chains * posterior.draws)
        step = small_distance(posterior.values, lines, randomness)
        models = posterior.panel.catalogue.models
        measured = measured_models(posterior.panel) & (models["access"] == "closed").to_numpy()
        return cls(
            posterior=posterior,
            lines=lines,
            start=make_start(
                posterior.values,
                posterior.panel,
                posterior.design,
                lines,
                step,
                listed_today(posterior.data, posterior.panel),
            ),
            hosts=hosts_today(posterior.values, posterior.design, posterior.seed),
            release_days=models["release_date"].to_numpy("datetime64[D]")[measured],
            seed=seed,
        )


@once
def origin_of(posterior: Posterior) -> Origin:
    """Return the state of every world at the data's end, from which forecasts start."""
    return Origin.from_posterior(posterior)
