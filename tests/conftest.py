"""Fixtures shared by all tests: the bundled market, its panel and one real, short fit."""

from __future__ import annotations

import pytest

import forkmodel as fm
from forkmodel.data.panel import Panel
from forkmodel.model.build import Design


@pytest.fixture(scope="session")
def market():
    return fm.load_snapshot()


@pytest.fixture(scope="session")
def panel(market):
    return Panel.from_market(market)


@pytest.fixture(scope="session")
def design(panel):
    return Design.from_panel(panel)


@pytest.fixture(scope="session")
def joint_model(market):
    return fm.ForkModel(market)


@pytest.fixture(scope="session")
def quick_fit(joint_model):
    """The whole joint model, really sampled, too short to be quoted."""
    return joint_model.fit(draws=100, tune=300, chains=2, seed=3)
