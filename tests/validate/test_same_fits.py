"""A fit is the same wherever it is made; apart from test_many.py because it takes minutes."""

from __future__ import annotations

import xarray as xr
from distributed import LocalCluster

import forkmodel as fm
from forkmodel.priors import load_priors
from forkmodel.validate.calibration.small_design import small_market
from forkmodel.validate.jobs.fit_job import FitJob
from forkmodel.validate.jobs.many import run_jobs


def test_a_fit_is_the_same_here_in_processes_and_on_a_cluster(tmp_path, market, monkeypatch):
    """Real sampling of a small block, three ways, of which the first compiles everything anew."""
    small, priors = small_market(market), load_priors("reference")
    jobs = [
        FitJob(small, priors, blocks=("adoption",), draws=40, tune=60, chains=2, seed=seed) for seed in (1, 2)
    ]
    with monkeypatch.context() as patch:
        patch.setenv("PYTENSOR_FLAGS", f"base_compiledir={tmp_path / 'compiled'}")
        (cold,) = run_jobs(jobs[:1], tmp_path / "here")
    apart = run_jobs(jobs, tmp_path / "processes", workers=2)
    with LocalCluster(n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        # One worker makes both, the second in a process that remembers the first.
        together = run_jobs(jobs, tmp_path / "dask", dask=cluster.scheduler_address)
    xr.testing.assert_equal(fm.load(cold).posterior, fm.load(apart[0]).posterior)
    for one, other in zip(apart, together, strict=True):
        xr.testing.assert_equal(fm.load(one).posterior, fm.load(other).posterior)
