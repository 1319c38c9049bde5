"""Simulation-based calibration, small and real, and what its tables say of right and wrong ranks."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from agreement import ALLOWED_ERRORS, errors_apart

import forkmodel as fm
from forkmodel.inference.joint import JointModel
from forkmodel.inference.shape import shape_of
from forkmodel.report.ranks import ranks_figure
from forkmodel.validate.calibration.calibration import (
    calibrate,
    calibration_jobs,
    ranked_statistics,
    together,
)
from forkmodel.validate.calibration.ranks import (
    calibration_record,
    joined,
    rank_table,
    read_ranks,
)
from forkmodel.validate.calibration.refit import refit
from forkmodel.validate.calibration.small_design import SMALL_OPTIONS, small_market

REPLICATIONS = 32


@pytest.fixture(scope="module")
def money(market):
    return JointModel(small_market(market), blocks=["adoption"], options=SMALL_OPTIONS)


@pytest.fixture(scope="module")
def ranks(money):
    return calibrate(money, range(REPLICATIONS), of=REPLICATIONS, seed=5, draws=400, tune=300)


def test_a_chain_that_begins_again_in_its_shape_has_the_same_posterior(money):
    compiled = money.compile()
    plain, again = (
        refit(money, compiled, draws=500, tune=200, seed=3, again=begins_again)["posterior"].to_dataset()
        for begins_again in (False, True)
    )
    scalars = [name for name in plain.data_vars if plain[name].ndim == 2]
    apart = {name: errors_apart(plain[name], again[name]) for name in scalars}
    assert len(apart) > 15
    assert not np.array_equal(plain["adoption.ceiling"], again["adoption.ceiling"])
    assert max(apart.values()) < ALLOWED_ERRORS, apart


def test_a_chain_that_went_nowhere_has_no_shape(money):
    """It begins again in the model's own coordinates instead."""
    compiled = money.compile()
    stuck = refit(money, compiled, draws=50, tune=20, seed=3, again=False)
    first = stuck["posterior"].to_dataset()
    stuck["posterior"] = xr.DataTree(first.isel(draw=[0]).isel(draw=np.zeros(50, dtype=int)))
    assert shape_of(money, compiled, stuck) is None


def test_the_money_block_is_calibrated(ranks):
    table = rank_table(ranks)
    assert ranks.sizes["replication"] == REPLICATIONS
    assert len(table) > 25
    # Bands hold 95 % each; a broken block leaves most of them.
    assert table["inside_band"].mean() > 0.8
    assert 0.82 < table["covered_90"].mean() < 0.97
    assert 0.4 < table["mean"].mean() < 0.6
    assert {"HHI of closed revenue", "firms paying"} <= set(table["statistic"])
    assert ranks["failed"].mean() < 0.25
    assert (ranks["worst_rhat"] >= 1.0).all()
    assert ranks["smallest_ess"].notnull().all()


def test_truths_differ_and_are_ranked_among_all_draws(ranks):
    values = ranks["rank"].to_numpy()
    assert values.min() >= 0
    assert values.max() <= int(ranks.attrs["draws"])
    assert all(len(np.unique(values[:, place])) > 5 for place in range(values.shape[1]))


def _made(rank, draws=50):
    rank = np.asarray(rank)[:, None]
    return xr.Dataset(
        {
            "rank": (("replication", "statistic"), rank),
            "ess": (("replication", "statistic"), np.full(rank.shape, 50.0)),
            "divergences": ("replication", np.zeros(len(rank), dtype=int)),
            "worst_rhat": ("replication", np.ones(len(rank))),
            "smallest_ess": ("replication", np.full(len(rank), 400.0)),
            "divergent": ("replication", np.zeros(len(rank))),
            "failed": ("replication", np.zeros(len(rank), dtype=bool)),
        },
        coords={"replication": np.arange(len(rank)), "statistic": ["x"]},
        attrs={"draws": draws},
    )


def test_right_and_wrong_ranks_are_told_apart():
    rng = np.random.default_rng(0)
    uniform = rank_table(_made(rng.integers(0, 51, 200)))
    assert bool(uniform["inside_band"][0])
    assert uniform["spread"][0] == pytest.approx(1.0, abs=0.1)
    biased = rank_table(_made(np.minimum(rng.integers(0, 51, 200), rng.integers(0, 51, 200))))
    assert not bool(biased["inside_band"][0])
    assert biased["mean"][0] < 0.4
    sure = rank_table(_made(np.where(rng.random(200) < 0.5, 0, 50)))
    assert not bool(sure["inside_band"][0])
    assert sure["spread"][0] > 1.5


def test_the_figure_is_drawn():
    rng = np.random.default_rng(0)
    chart = ranks_figure(_made(rng.integers(0, 51, 60)), "Ranks").to_dict()
    assert chart["title"] == "Ranks"
    assert len(chart["concat"]) == 1


def test_batches_split_the_replications(market):
    small = small_market(market)
    jobs = calibration_jobs(small, SMALL_OPTIONS, fm.load_priors(), ("adoption",), 11, batches=3)
    assert sum(job.count for job in jobs) == 11
    assert [job.first for job in jobs] == [0, jobs[0].count, jobs[0].count + jobs[1].count]
    assert len({job.key for job in jobs}) == 3


def _replication(rng, missing=(), shift=0.0):
    """Return truth and draws of three statistics on levels of their own, less those missing."""
    levels = {"a": 0.0, "b": 100.0, "c": 200.0}
    true = {name: np.array([level + shift]) for name, level in levels.items() if name not in missing}
    return true, {name: level + rng.normal(size=20) for name, level in levels.items() if name not in missing}


def test_a_statistic_that_drops_out_once_leaves_the_others_in_their_places(tmp_path):
    rng = np.random.default_rng(0)
    # Truths lie above all draws in one replication, and below them in the next.
    tables = {
        0: ranked_statistics(*_replication(rng, shift=9.0), rng),
        1: ranked_statistics(*_replication(rng, missing=["b"], shift=-9.0), rng),
        2: ranked_statistics(*_replication(rng, shift=9.0), rng),
    }
    sound = {"status": "PASS", "worst_rhat": 1.0, "smallest_ess": 99.0, "divergent": 0.0, "divergences": 0}
    ranks = together(tables, dict.fromkeys(tables, sound)).assign_attrs(draws=20)
    assert ranks["rank"].sel(statistic="a").values.tolist() == [20, 0, 20]
    assert ranks["rank"].sel(statistic="c").values.tolist() == [20, 0, 20]
    missing = ranks["rank"].sel(statistic="b").to_numpy()
    assert missing[[0, 2]].tolist() == [20, 20]
    assert np.isnan(missing[1])
    counts = rank_table(ranks).set_index("statistic")["n"]
    assert counts.to_dict() == {"a": 3, "b": 2, "c": 3}
    # A batch that never had it, written and read again, first or last.
    paths = [tmp_path / "first.nc", tmp_path / "second.nc"]
    together({1: tables[1]}, {1: sound}).assign_attrs(draws=20).to_netcdf(paths[0], engine="h5netcdf")
    rest = together({0: tables[0], 2: tables[2]}, {0: sound, 2: sound}).assign_attrs(draws=20)
    rest.to_netcdf(paths[1], engine="h5netcdf")
    for order in (paths, paths[::-1]):
        back = read_ranks(order)
        for name in "abc":
            np.testing.assert_array_equal(back["rank"].sel(statistic=name), ranks["rank"].sel(statistic=name))


def test_draws_that_lack_a_statistic_have_no_rank_for_it():
    rng = np.random.default_rng(0)
    true, drawn = _replication(rng)
    del drawn["a"]
    assert ranked_statistics(true, drawn, rng).index.tolist() == ["b", "c"]


def test_refits_that_failed_count_in_no_figure():
    rng = np.random.default_rng(0)
    good = _made(rng.integers(0, 51, 100))
    bad = _made(np.zeros(60, dtype=int)).assign_coords(replication=np.arange(100, 160))
    bad = bad.assign(failed=("replication", np.ones(60, dtype=bool)))
    bad["worst_rhat"] = bad["worst_rhat"] + 1.0
    both = joined([good, bad])
    alone, together_ = calibration_record(good), calibration_record(both)
    assert together_["statistics"] == alone["statistics"]
    assert (alone["left_out"], together_["left_out"]) == (0, 60)
    assert together_["replications"] == 160
    assert together_["limits"].keys() == {"rhat", "ess", "divergences"}
    assert together_["reviews"]["replication 159"]["status"] == "FAIL"
    assert together_["reviews"]["replication 159"]["worst_rhat"] == 2.0
    assert ranks_figure(both, "x").to_dict()["datasets"] == ranks_figure(good, "x").to_dict()["datasets"]
    with pytest.raises(fm.ForkModelError, match="all 60 refits FAILED"):
        calibration_record(bad)
