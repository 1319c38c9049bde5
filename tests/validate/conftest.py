"""Reference posteriors, and a real fit of the tables of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from forkmodel.inference.model import ForkModel
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
