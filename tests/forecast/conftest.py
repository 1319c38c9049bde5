"""Forecasts of the quick fit and of draws from the prior, made once."""

from __future__ import annotations

import pytest

from forkmodel.forecast.origin import origin_of
from forkmodel.forecast.scenario_files import load_scenario
from forkmodel.forecast.worlds import run_forecast


@pytest.fixture(scope="session")
def baseline(quick_forecast):
    return quick_forecast


@pytest.fixture(scope="session")
def prior_draws(joint_model):
    """Draws from the prior; no table has informed them."""
    return joint_model.prior(1000, seed=2)


@pytest.fixture(scope="session")
def prior_forecast(prior_draws):
    return run_forecast(origin_of(prior_draws.result), load_scenario("baseline"))
