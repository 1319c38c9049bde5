"""Simulation-based calibration, small and real, and what its tables say of right and wrong ranks."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

import forkmodel as fm
from forkmodel.inference.model import ForkModel
from forkmodel.validate.calibration import calibrate, calibration_jobs
from forkmodel.validate.ranks import rank_table, ranks_figure
from forkmodel.validate.small_design import SMALL_OPTIONS, small_market

REPLICATIONS = 32


@pytest.fixture(scope="module")
def ranks(market):
    model = ForkModel(small_market(market), blocks=["adoption"], options=SMALL_OPTIONS)
    return calibrate(model, range(REPLICATIONS), of=REPLICATIONS, seed=5, draws=400, tune=300)


def test_the_money_block_is_calibrated(ranks):
    table = rank_table(ranks)
    assert ranks.sizes["replication"] == REPLICATIONS
    assert len(table) > 25
    # Bands hold 95 % each; a broken block leaves most of them.
    assert table["inside_band"].mean() > 0.8
    assert 0.82 < table["covered_90"].mean() < 0.97
    assert 0.4 < table["mean"].mean() < 0.6
    assert {"HHI of closed revenue", "firms paying"} <= set(table["statistic"])


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
