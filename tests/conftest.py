"""Fixtures shared by all tests: the bundled market, its panel and one real, short fit."""

from __future__ import annotations

import pytest
from filelock import FileLock

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
def quick_fit(joint_model, tmp_path_factory, worker_id):
    """The whole joint model, really sampled, once for all processes; too short to be quoted."""
    settings = {"draws": 100, "tune": 300, "chains": 2, "seed": 3}
    if worker_id == "master":
        return joint_model.fit(**settings)
    path = tmp_path_factory.getbasetemp().parent / "quick_fit.nc"
    with FileLock(f"{path}.lock"):
        if path.exists():
            return fm.load(path)
        fit = joint_model.fit(**settings)
        fit.save(path)
        return fit


def pytest_collection_modifyitems(items):
    """Begin with the notebooks: one long test at the end would leave the other process idle."""
    items.sort(key=lambda item: item.path.name != "test_notebooks.py")
