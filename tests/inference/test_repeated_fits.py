"""A fit made again, with other random numbers or on another processor, gives the same answers.

Answers agree when their means differ by less than five standard errors of Monte Carlo, both fits' together.
"""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
import xarray as xr
from agreement import ALLOWED_ERRORS, errors_apart

import forkmodel as fm

END = "2026-07-01"

ADOPTION = {"draws": 400, "tune": 400, "chains": 2, "seed": 5}
#: What the adoption block answers by itself: name and coordinates in the history, or a parameter.
ADOPTION_ANSWERS = {
    "adoption_firms": {"time": END},
    "spend.closed_level": {},
    "spend.growth": {},
    "spend.log_share_openai": {},
    "spend.log_share_anthropic": {},
    "adoption.imitation": {},
    "adoption.ceiling": {},
}
#: The headline quantities of the joint model, at the end of its data.
ANSWERS = {
    "capability_frontier": {"time": END, "access": "open"},
    "capability_gap": {"time": END},
    "price_frontier": {"time": END, "access": "closed"},
    "premium_residual": {"time": END},
    "hhi": {"time": END, "scope": "closed"},
    "cr3": {"time": END, "scope": "closed"},
    "open_share": {"time": END, "market": "enterprise", "unit": "spend"},
    "value": {"time": END, "access": "closed", "definition": "narrow"},
    "adoption_firms": {"time": END},
}

ON_ANOTHER_PROCESSOR = """
import sys
import numba
import forkmodel as fm

assert numba.config.CPU_NAME == "generic", numba.config.CPU_NAME
model = fm.ForkModel(fm.load_snapshot(), blocks=["adoption"])
model.fit(draws={draws}, tune={tune}, chains={chains}, seed={seed}).save(sys.argv[1])
"""


def answer(fit, name, select):
    """Return the draws of an answer; positive amounts in logs, where their draws have no long tail."""
    found = fit.history()[name].sel(select) if select or name in fit.history() else fit.posterior[name]
    return np.log(found) if float(found.min()) > 0.0 else found


@pytest.fixture(scope="module")
def adoption_fit(market):
    return fm.ForkModel(market, blocks=["adoption"]).fit(**ADOPTION)


def test_a_difference_that_is_not_chance_is_seen():
    rng = np.random.default_rng(1)
    one, other = (xr.DataArray(rng.normal(size=(2, 400)), dims=("chain", "draw")) for _ in range(2))
    assert errors_apart(one, other) < ALLOWED_ERRORS
    # Half a standard deviation is seven standard errors of two samples of 800.
    assert errors_apart(one, other + 0.5) > ALLOWED_ERRORS


def test_code_for_another_processor_gives_the_same_answers(adoption_fit, tmp_path):
    """Generic code has other instructions, so other rounding, and a chain soon goes another way."""
    saved = tmp_path / "fit.nc"
    environment = os.environ | {
        "NUMBA_CPU_NAME": "generic",
        # Compiled code in the usual places is for this processor.
        "NUMBA_CACHE_DIR": str(tmp_path / "numba"),
        "PYTENSOR_FLAGS": f"base_compiledir={tmp_path / 'pytensor'}",
    }
    code = ON_ANOTHER_PROCESSOR.format(**ADOPTION)
    done = subprocess.run(
        [sys.executable, "-c", code, str(saved)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    other = fm.load(saved)
    apart = {
        name: errors_apart(answer(adoption_fit, name, select), answer(other, name, select))
        for name, select in ADOPTION_ANSWERS.items()
    }
    assert max(apart.values()) < ALLOWED_ERRORS, apart


def test_another_seed_gives_the_same_answers(quick_fit, other_seed_fit):
    assert not np.array_equal(quick_fit.posterior["price.decline"], other_seed_fit.posterior["price.decline"])
    apart = {
        name: errors_apart(answer(quick_fit, name, select), answer(other_seed_fit, name, select))
        for name, select in ANSWERS.items()
    }
    assert max(apart.values()) < ALLOWED_ERRORS, apart
