"""Reference posteriors with a real fit of each, and draws from the prior in the form of fits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from forkmodel.fit import Fit
from forkmodel.fork_model import ForkModel
from forkmodel.validate.calibration.small_design import small_market
from forkmodel.validate.golden import load_golden

GOLDEN_FOLDER = Path(__file__).parents[1] / "golden"


def _pair(name):
    golden = load_golden(name, GOLDEN_FOLDER)
    model = ForkModel(golden.data, blocks=golden.blocks, options=golden.options)
    return golden, model.fit(draws=500, tune=500, chains=4, seed=11)


@pytest.fixture(scope="session")
def golden_money():
    return _pair("money")


@pytest.fixture(scope="session")
def golden_capability():
    return _pair("capability")


CUTOFF = "2026-03-31"
#: Enough independent draws that the review of fits made of them does not fail.
CHAINS, DRAWS = 4, 150


def as_sampled(fit, stuck=None):
    """Return independent draws as four chains; of the variable ``stuck`` one is in another mode."""
    chains = np.arange(CHAINS)

    def folded(array):
        values = array.to_numpy().reshape(CHAINS, DRAWS, *array.shape[2:])
        coords = dict(array.coords) | {"chain": chains, "draw": np.arange(DRAWS)}
        return xr.DataArray(values, dims=array.dims, coords=coords)

    posterior = xr.Dataset({name: folded(array) for name, array in fit.posterior.data_vars.items()})
    if stuck is not None:
        away = xr.DataArray([0.0, 0.0, 0.0, 20.0], dims="chain", coords={"chain": chains})
        posterior[stuck] = posterior[stuck] + away * posterior[stuck].std()
    stats = xr.Dataset({"diverging": (("chain", "draw"), np.zeros((CHAINS, DRAWS), dtype=bool))})
    return Fit(replace(fit.result, free=posterior, sample_stats=stats, seed=1, tune=10, review=None))


@pytest.fixture(scope="session")
def small_tables(market):
    return small_market(market)


@pytest.fixture(scope="session")
def prior_fit(small_tables):
    """The joint model of a past day, drawn from its priors: worlds and history like any fit's, in seconds."""
    model = ForkModel(small_tables.as_of(CUTOFF), "hindsight-free")
    return as_sampled(model.prior(draws=CHAINS * DRAWS))


@pytest.fixture(scope="session")
def stuck_fit(prior_fit):
    """The same with one chain of four in another mode."""
    return as_sampled(prior_fit, stuck="adoption.census_shift")
