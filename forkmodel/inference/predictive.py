"""Replicate every observation block from the posterior and compare it with what was observed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

if TYPE_CHECKING:
    from forkmodel.inference.fit import Fit

__all__ = ["MASS", "BlockCoverage", "predictive_coverage", "replicate"]

#: Draws used for replication; a coverage needs no more.
REPLICATES = 200
#: Mass of the interval whose coverage is reported.
MASS = 0.8


@dataclass(frozen=True, slots=True)
class BlockCoverage:
    """How well one observation block is replicated.

    Attributes
    ----------
    block : str
        Name of the observed variable.
    n : int
        Number of observations.
    coverage : float
        Fraction inside the predictive interval of mass ``MASS``.
    mean_pit : float
        Mean rank of the data among replicates; 0.5 without bias.
    """

    block: str
    n: int
    coverage: float
    mean_pit: float


def replicate(fit: Fit, n: int = REPLICATES, seed: int = 0) -> xr.DataTree:
    """Draw replicated data for every observation block.

    Parameters
    ----------
    fit : Fit
        The fit.
    n : int
        Number of posterior draws used, spread evenly.
    seed : int
        Seed of the replication.

    Returns
    -------
    DataTree
        Groups ``posterior_predictive`` and ``observed_data``, one variable per block, dims ``chain, draw``
        and the block's own.
    """
    import logging

    import pymc as pm
    import pytensor

    from forkmodel.model.build import build_model

    step = max(1, fit.chains * fit.draws // n)
    thin = fit.posterior.isel(draw=slice(None, None, max(1, step)))
    model = build_model(fit.panel, fit.priors, fit.design)
    # These functions run a few hundred times: interpreting them costs less than compiling them would.
    mode = pytensor.compile.mode.Mode(linker="py", optimizer="fast_compile")
    # PyMC announces what it samples; the caller asked for a result, not for news.
    logging.getLogger("pymc.sampling.forward").setLevel(logging.WARNING)
    with model:
        replicated: xr.DataTree = pm.sample_posterior_predictive(
            xr.DataTree.from_dict({"posterior": thin}),
            random_seed=seed,
            progressbar=False,
            compile_kwargs={"mode": mode},
        )
    return replicated


def predictive_coverage(fit: Fit) -> list[BlockCoverage]:
    """Return, per observation block, how often its data fall into the 80 % predictive interval."""
    replicated = replicate(fit)
    rows = []
    for name, observed in replicated["observed_data"].to_dataset().data_vars.items():
        sims = replicated["posterior_predictive"][str(name)].stack(sample=("chain", "draw"))
        sims = sims.transpose("sample", ...).to_numpy()
        data = observed.to_numpy()
        if data.size == 0:
            continue
        low, high = np.quantile(sims, [(1 - MASS) / 2, (1 + MASS) / 2], axis=0)
        rows.append(
            BlockCoverage(
                block=str(name),
                n=int(data.size),
                coverage=float(((data >= low) & (data <= high)).mean()),
                mean_pit=float((sims < data).mean()),
            )
        )
    return rows
