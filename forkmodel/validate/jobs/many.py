"""Many jobs through one function: one after another, on local processes, or on a dask cluster.

A job knows its own key, a hash of everything its result depends on, and writes its result whole to a file of
that name. So the folder is the memory: a job whose file is there is never run again, an interrupted run goes
on where it stopped, and where a job runs makes no difference to what it writes: each gets an interpreter of
its own (:mod:`forkmodel.validate.jobs.one_job`). On a cluster the folder must
be one that the workers see too.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Protocol

from forkmodel.errors import JobError

__all__ = ["Job", "job_path", "run_jobs"]

#: Called as ``progress(stage, fraction, message)``.
type Progress = Callable[[str, float, str], None]
STAGE = "fits"


class Job(Protocol):
    """What can be run anywhere."""

    @property
    def key(self) -> str:
        """Hash of everything the result depends on; names its file."""

    @property
    def label(self) -> str:
        """What progress and errors call it."""

    def run(self, to: Path) -> None:
        """Write the result, whole or not at all."""


def job_path(job: Job, folder: Path) -> Path:
    """Return where a job's result stands, once it does."""
    return folder / f"{job.key}.nc"


def _perform(job: Job, folder: str) -> str | None:
    """Run a job in a fresh interpreter unless its result is there; return what went wrong, or None."""
    import cloudpickle

    path = job_path(job, Path(folder))
    if path.exists():
        return None
    # The paths come first: without them the job's own class could not be found.
    order = cloudpickle.dumps((sys.path, cloudpickle.dumps((job, str(path)))))
    made = subprocess.run(
        [sys.executable, "-m", "forkmodel.validate.jobs.one_job"],
        input=order,
        capture_output=True,
        check=False,
    )
    try:
        problem: str | None = json.loads(made.stdout)["problem"]
    except ValueError:
        last = made.stderr.decode(errors="replace").strip().splitlines()
        return f"its process ended with status {made.returncode}. {last[-1] if last else ''}".strip()
    return problem


def run_jobs(
    jobs: Sequence[Job],
    folder: str | Path,
    *,
    workers: int = 1,
    dask: str | None = None,
    progress: Progress | None = None,
) -> list[Path]:
    """Run every job whose result is not in the folder yet.

    Parameters
    ----------
    jobs : sequence of Job
        What to run; a key that comes twice is run once.
    folder : str or Path
        Where results are and go.
    workers : int
        Jobs at once; each runs in a process of its own.
    dask : str, optional
        Address of a scheduler, such as ``tcp://host:8786``; its workers run the jobs.
    progress : callable, optional
        Called after each job.

    Returns
    -------
    list of Path
        The result of each job, in the order of ``jobs``.

    Raises
    ------
    JobError
        If jobs failed or the cluster cannot be used; what was finished stays in the folder.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    waiting = {job.key: job for job in jobs if not job_path(job, folder).exists()}
    total, done = len({job.key for job in jobs}), 0
    done = total - len(waiting)
    if progress is not None and waiting:
        progress(STAGE, done / total, f"{done} of {total} done")
    failures = []
    where = _on_dask(waiting, folder, dask) if dask else _here(waiting, folder, workers)
    for job, problem in where:
        done += 1
        if problem is not None:
            failures.append(f"{job.label}: {problem}")
        if progress is not None:
            progress(STAGE, done / total, f"{done} of {total} done, last {job.label}")
    if failures:
        raise JobError(
            f"{len(failures)} of {total} jobs failed; the others are kept in {folder}, and the same command "
            "runs only what is missing:\n  " + "\n  ".join(failures)
        )
    paths = [job_path(job, folder) for job in jobs]
    lost = [job.label for job, path in zip(jobs, paths, strict=True) if not path.exists()]
    if lost:
        raise JobError(
            f"results of {', '.join(lost)} are not in {folder}: the workers must see the same folder. "
            "Give one on a shared file system."
        )
    return paths


def _here(waiting: dict[str, Job], folder: Path, workers: int) -> Iterator[tuple[Job, str | None]]:
    # Threads suffice: each of them waits for a process of its own.
    with ThreadPoolExecutor(max_workers=max(1, workers)) as pool:
        futures = {pool.submit(_perform, job, str(folder)): job for job in waiting.values()}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _on_dask(waiting: dict[str, Job], folder: Path, address: str) -> Iterator[tuple[Job, str | None]]:
    if not waiting:
        return
    from distributed import Client
    from distributed import as_completed as dask_completed

    try:
        client = Client(address, timeout="20s")
    except (OSError, ValueError) as error:
        raise JobError(
            f"no dask scheduler answers at {address} ({error}); start one with `dask scheduler`, or leave "
            "--dask out."
        ) from error
    with client:
        futures = {
            client.submit(_perform, job, str(folder.resolve()), key=f"forkmodel-{key}", pure=False): job
            for key, job in waiting.items()
        }
        for future in dask_completed(futures, raise_errors=False):
            job = futures[future]
            if future.status == "finished":
                yield job, future.result()
            else:
                # The file decides, not the messenger: a worker may die after it has written the result.
                made = job_path(job, folder).exists()
                yield job, None if made else f"the workers that ran it died ({future.exception()})"
