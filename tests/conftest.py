"""Fixtures shared by all tests: the bundled market, its panel and one real, short fit."""

from __future__ import annotations

import hypothesis
import properties  # noqa: F401 - registers the profiles
import pytest
from filelock import FileLock

import forkmodel as fm
from forkmodel.model.design import Design
from forkmodel.observations.panel import make_panel

# `--hypothesis-profile random` is read later and wins.
hypothesis.settings.load_profile("same")


@pytest.fixture(scope="session")
def market():
    return fm.load_snapshot()


@pytest.fixture(scope="session")
def panel(market):
    return make_panel(market)


@pytest.fixture(scope="session")
def design(panel):
    return Design.from_panel(panel)


@pytest.fixture(scope="session")
def joint_model(market):
    return fm.ForkModel(market)


@pytest.fixture(scope="session")
def short_fit(joint_model, tmp_path_factory, worker_id):
    """Return a fit of the whole joint model by seed, made once for all processes; too short to be quoted."""

    def fit(seed):
        settings = {"draws": 100, "tune": 150, "chains": 2, "seed": seed}
        if worker_id == "master":
            return joint_model.fit(**settings)
        path = tmp_path_factory.getbasetemp().parent / f"short_fit_{seed}.nc"
        with FileLock(f"{path}.lock"):
            if path.exists():
                return fm.load(path)
            made = joint_model.fit(**settings)
            made.save(path)
            return made

    return fit


@pytest.fixture(scope="session")
def quick_fit(short_fit):
    """The whole joint model, really sampled."""
    return short_fit(seed=3)


@pytest.fixture(scope="session")
def quick_forecast(quick_fit):
    """The worlds of the quick fit without a scenario; nobody may change them."""
    return quick_fit.forecast()


@pytest.fixture(scope="session")
def other_seed_fit(short_fit):
    """The same model and settings as the quick fit, other random numbers."""
    return short_fit(seed=4)


#: Files that take a minute or more: one of them at the end would leave the other process idle. What the first
#: makes many others wait for.
LONG = (
    "test_repeated_fits.py",
    "test_notebooks.py",
    "test_cli_fits.py",
    "test_same_fits.py",
    "test_backtest.py",
    "test_sensitivity.py",
    "test_calibration.py",
    "test_sampling.py",
    "test_blocks.py",
    "test_snippets.py",
    "test_track.py",
    "test_claims.py",
    "test_reviews.py",
)


def pytest_collection_modifyitems(items):
    """Begin with the files that take long."""
    place = {name: number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.path.name, len(LONG)))
