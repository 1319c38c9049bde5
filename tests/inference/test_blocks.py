"""Blocks stand alone, the order of rows is irrelevant, and without data the posterior is the prior."""

from __future__ import annotations

import dataclasses
import signal
import subprocess
import sys

import numpy as np
import pytest
import xarray as xr

import forkmodel as fm
from forkmodel.inference.compiling import compile_model, interpreted
from forkmodel.inference.sampling import sample
from forkmodel.model.design import BLOCKS, Design, resolve_blocks
from forkmodel.observations.build import build_model
from forkmodel.observations.panel import make_panel
from forkmodel.observations.registry import OBSERVATIONS

OBSERVED = {
    "capability": {"scores"},
    "price": {"prices"},
    "choice": {
        "model_shares",
        "access_shares",
        "fringe",
        "developer_days",
        "money_shares",
        "card_ratio",
        "gateway_shares",
        "gateway_bounds",
    },
    "adoption": {"revenue", "adoption", "spend_per_employee", "reach"},
    "value": {"host_revenue"},
}


def test_blocks_bring_what_they_need():
    assert resolve_blocks(["price"]) == ("capability", "price")
    assert resolve_blocks(["value"]) == ("adoption", "value")
    assert resolve_blocks(None) == BLOCKS
    with pytest.raises(fm.ModelError, match="capability"):
        resolve_blocks(["capabilty"])
    with pytest.raises(fm.ModelError, match="empty"):
        resolve_blocks([])


@pytest.mark.parametrize("block", BLOCKS)
def test_each_block_builds_with_its_own_observations(market, block):
    model = fm.ForkModel(market, blocks=[block]).pymc_model
    names = {variable.name for variable in model.observed_RVs}
    assert names == set().union(*(OBSERVED[name] for name in resolve_blocks([block])))


def test_the_joint_model_has_every_observation_and_a_finite_start(joint_model):
    model = joint_model.pymc_model
    observed = {variable.name for variable in model.observed_RVs}
    assert {"spell", "score", "model", "line", "benchmark", "named_firm"} <= set(model.coords)
    assert observed >= set().union(*OBSERVED.values())
    start = model.initial_point(random_seed=1)
    # Called once: compiling the 130 densities one by one takes a minute, interpreting them some seconds.
    terms = [*model.free_RVs, *model.observed_RVs, *model.potentials]
    densities = model.compile_fn(model.logp(terms, sum=False), inputs=model.value_vars, **interpreted())(
        start
    )
    found = zip(terms, densities, strict=True)
    assert not [term.name for term, density in found if not np.isfinite(density).all()]


@pytest.fixture(scope="module")
def adoption_fit(market):
    return fm.ForkModel(market, blocks=["adoption"]).fit(draws=300, tune=300, chains=2, seed=5)


def test_one_block_is_a_whole_fit(adoption_fit):
    history = adoption_fit.history()
    assert {"adoption_firms", "revenue", "hhi"} <= set(history.data_vars)
    assert "capability_frontier" not in history
    hhi = adoption_fit.hhi("closed").sel(time="2026-07-01")
    assert 2000 < float(hhi.median()) < 6000
    with pytest.raises(fm.ForkModelError, match="capability"):
        adoption_fit.capability()
    with pytest.raises(fm.ForkModelError, match="fit again"):
        adoption_fit.prices()


def test_draws_have_the_names_the_order_and_the_dims_of_the_model(adoption_fit, market):
    """What is compiled is a twin on packed vectors; nothing of it is left in the draws."""
    model = fm.ForkModel(market, blocks=["adoption"]).pymc_model
    assert list(adoption_fit.posterior.data_vars) == [variable.name for variable in model.free_RVs]
    for name, draws in adoption_fit.posterior.data_vars.items():
        assert draws.dims == ("chain", "draw", *model.named_vars_to_dims.get(name, ())), name


def test_a_seed_gives_the_same_draws_on_any_number_of_cores(market, adoption_fit):
    model = fm.ForkModel(market, blocks=["adoption"])
    one = model.fit(draws=20, tune=50, chains=2, seed=11, cores=1)
    two = model.fit(draws=20, tune=50, chains=2, seed=11, cores=2)
    # Equal in every value; only the time of creation differs.
    xr.testing.assert_equal(one.posterior, two.posterior)
    other = model.fit(draws=20, tune=50, chains=2, seed=12)
    assert not np.array_equal(other.posterior["spend.growth"], one.posterior["spend.growth"])


INTERRUPTED = """
import signal
import forkmodel as fm

# Processes started in the background of a shell inherit that interrupts are ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)

def say(stage, fraction, message):
    if stage == "sample":
        print("sampling", flush=True)

model = fm.ForkModel(fm.load_snapshot(), blocks=["adoption"])
model.fit(draws=200_000, tune=2000, chains=2, seed=1, progress=say)
print("returned", flush=True)
"""


def test_an_interrupt_stops_sampling_instead_of_returning_what_there_is():
    child = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert child.stdout.readline().strip() == "sampling"
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=60)
    assert child.returncode != 0
    assert "KeyboardInterrupt" in err
    assert "returned" not in out


def test_rows_in_any_order_give_the_same_panel_and_the_same_hash(market):
    shuffled = {name: frame.sample(frac=1.0, random_state=3) for name, frame in market.tables().items()}
    other = fm.Market.from_tables(shuffled, vintage=market.vintage)
    assert other.content_hash == market.content_hash
    one, two = make_panel(market), make_panel(other)
    xr.testing.assert_identical(one.cells, two.cells)
    xr.testing.assert_identical(one.router_tokens, two.router_tokens)
    for name in one.rows:
        xr.testing.assert_identical(one.rows[name], two.rows[name])


def test_without_data_the_posterior_is_the_prior(panel):
    """An empty table of each money observation leaves the priors of the block as they were."""
    empty = {
        each.name: panel.rows[each.name].isel({each.dim: slice(0, 0)})
        for each in OBSERVATIONS
        if each.block == "adoption"
    }
    bare = dataclasses.replace(panel, rows=panel.rows | empty)
    priors = fm.load_priors()
    design = Design.from_panel(bare, ["adoption"])
    compiled = compile_model(build_model(bare, priors, design))
    posterior = sample(compiled, draws=1500, tune=500, chains=2, seed=2)["posterior"]
    import arviz as az

    names = ["spend.closed_level", "spend.growth", "adoption.imitation", "spend.log_share_openai"]
    for name in names:
        draws = np.log(posterior[name]) if priors[name].family == "LogNormal" else posterior[name]
        reference = priors[name].sample(50_000, seed=1)
        reference = np.log(reference) if priors[name].family == "LogNormal" else reference
        effective = float(az.ess(draws.to_dataset(name="x"))["x"])
        assert effective > 200, name
        error = reference.std() / np.sqrt(effective)
        assert abs(float(draws.mean()) - reference.mean()) < 5 * error, name
        assert float(draws.std()) == pytest.approx(reference.std(), rel=0.2), name
