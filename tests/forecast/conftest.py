"""Forecasts of the quick fit and of draws from the prior, made once."""

from __future__ import annotations

import pytest

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
    return run_forecast(prior_draws.origin, load_scenario("baseline"))
