"""Many jobs: the same results anywhere, nothing lost, nothing done twice."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

import forkmodel as fm
from forkmodel.errors import JobError
from forkmodel.validate.jobs import many
from forkmodel.validate.jobs.many import job_path, run_jobs
from forkmodel.whole_files import write_whole


@dataclass(frozen=True)
class Counting:
    """A job that records who ran it, may take its time, and may fail."""

    name: str
    log: str
    seconds: float = 0.0
    fails: bool = False

    @property
    def key(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        return f"job {self.name}"

    def run(self, to: Path) -> None:
        mark = Path(self.log)
        (mark / f"begun-{self.name}-{os.getpid()}").touch()
        time.sleep(self.seconds)
        if self.fails:
            raise ValueError("no good")
        write_whole(to, f"result of {self.name}")
        with (mark / f"done-{self.name}").open("a") as file:
            file.write(f"{os.getpid()}\n")


class Dying(Counting):
    """A job whose process is killed, as for want of memory."""

    def run(self, to: Path) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture
def log(tmp_path):
    folder = tmp_path / "log"
    folder.mkdir()
    return folder


def _done(log, name):
    path = log / f"done-{name}"
    return path.read_text().splitlines() if path.exists() else []


def test_results_come_in_the_order_of_the_jobs_and_each_is_made_once(tmp_path, log):
    jobs = [Counting(name, str(log)) for name in "abca"]
    paths = run_jobs(jobs, tmp_path / "out")
    assert [path.read_text() for path in paths] == [f"result of {name}" for name in "abca"]
    assert all(len(_done(log, name)) == 1 for name in "abc")


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path, log):
    out = tmp_path / "out"
    bad = [Counting("a", str(log)), Counting("b", str(log), fails=True), Counting("c", str(log))]
    with pytest.raises(JobError, match="1 of 3 jobs failed") as caught:
        run_jobs(bad, out)
    assert "job b: ValueError: no good" in str(caught.value)
    assert not job_path(bad[1], out).exists()
    seen = []
    mended = [Counting(name, str(log)) for name in "abc"]
    run_jobs(mended, out, progress=lambda stage, fraction, message: seen.append((fraction, message)))
    assert all(len(_done(log, name)) == 1 for name in "abc")
    assert seen[0][0] == pytest.approx(2 / 3)
    assert seen[-1] == (1.0, "3 of 3 done, last job b")


def test_local_processes_give_the_same_files(tmp_path, log):
    jobs = [Counting(name, str(log)) for name in "abcd"]
    paths = run_jobs(jobs, tmp_path / "out", workers=2)
    assert [path.read_text() for path in paths] == [f"result of {name}" for name in "abcd"]
    runners = {_done(log, name)[0] for name in "abcd"}
    assert str(os.getpid()) not in runners


def test_a_job_whose_process_dies_is_reported_and_takes_no_other_with_it(tmp_path, log):
    others = [Counting(name, str(log), seconds=1.0) for name in "bc"]
    with pytest.raises(JobError, match=r"1 of 3 jobs failed.*\n  job a: its process died"):
        run_jobs([Dying("a", str(log)), *others], tmp_path / "out", workers=2)
    assert all(len(_done(log, name)) == 1 for name in "bc")


def test_an_address_without_a_scheduler_is_answered(tmp_path, log, monkeypatch):
    monkeypatch.setattr(many, "PATIENCE", "1s")
    with pytest.raises(JobError, match="no dask scheduler answers"):
        run_jobs([Counting("a", str(log))], tmp_path / "out", dask="tcp://127.0.0.1:1")


def test_a_worker_killed_midway_costs_no_fit_and_none_is_done_twice(tmp_path, log):
    """A real cluster of processes; the kill comes while both workers are busy."""
    from distributed import LocalCluster

    jobs = [Counting(f"{place}", str(log), seconds=3.0) for place in range(6)]
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        killed = []

        def kill_one(stage, fraction, message):
            patience = time.monotonic() + 30.0
            while fraction > 0.0 and not killed and time.monotonic() < patience:
                # A job begun just now is far from its end.
                young = time.time() - 1.0
                begun = [path for path in log.glob("begun-*") if path.stat().st_mtime > young]
                running = [int(path.name.split("-")[2]) for path in begun]
                if running:
                    os.kill(running[0], signal.SIGKILL)
                    killed.append(running[0])
                time.sleep(0.05)

        paths = run_jobs(jobs, tmp_path / "out", dask=cluster.scheduler_address, progress=kill_one)
    assert killed, "no worker was busy when the first job ended"
    assert [path.read_text() for path in paths] == [f"result of {place}" for place in range(6)]
    assert all(len(_done(log, str(place))) == 1 for place in range(6))
    begun = [path.name.split("-")[1] for path in log.glob("begun-*")]
    assert len(begun) == 7, "the job of the killed worker is the only one begun twice"


def test_jobs_of_fits_tell_fits_apart(market):
    from forkmodel.priors import load_priors
    from forkmodel.validate.jobs.fit_job import FitJob

    reference, skeptic = load_priors("reference"), load_priors("skeptic")
    job = FitJob(market, reference, seed=1)
    assert job.key == FitJob(fm.load_snapshot(), reference, seed=1).key
    others = [
        FitJob(market, skeptic, seed=1),
        FitJob(market, reference, seed=2),
        FitJob(market, reference, seed=1, draws=99),
        FitJob(market, reference, seed=1, blocks=("capability",)),
        FitJob(market.as_of("2026-03-31"), reference, seed=1),
    ]
    assert len({job.key, *(other.key for other in others)}) == 6
    # Where it runs is not part of what it is.
    assert job.key == FitJob(market, reference, seed=1, cores=2).key
