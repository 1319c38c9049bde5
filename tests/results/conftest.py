"""Draws from the priors in the form of a fit, made without a sampler."""

from __future__ import annotations

import pytest
from model.prior_values import prior_fit


@pytest.fixture(scope="module")
def fit(market, panel, design):
    return prior_fit(market, panel, design, 6, seed=3)
