"""Many jobs through one function: one after another, on local processes, or on a dask cluster.

A job knows its own key, a hash of everything its result depends on, and writes its result whole to a file of
that name. So the folder is the memory: a job whose file is there is never run again, and an interrupted run
goes on where it stopped. Where a job runs makes no difference to what it writes, nor does what the process
ran before; that compiled code, new or cached, makes none either is the care of
:mod:`forkmodel.inference.compiling`. On a cluster the folder must be one that the workers see too.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import redirect_stdout
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Lock, Thread
from typing import Protocol

from forkmodel.errors import JobError
from forkmodel.holding import held

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


#: Compilers keep their settings by process, so a cluster's worker of many threads runs one job after another.
_ONE_AT_A_TIME = Lock()
#: How long a scheduler may take to answer.
PATIENCE = "20s"
#: What a process ends with whose parent has died.
ORPHANED = 70


def _perform(job: Job, path: Path) -> str | None:
    """Run a job unless its result is there; return what went wrong, or None."""
    # What a library prints must not be taken for an answer of the command.
    with _ONE_AT_A_TIME, redirect_stdout(sys.stderr):
        try:
            if not path.exists():
                job.run(path)
        except Exception as error:  # one bad job must not take the others with it
            return f"{type(error).__name__}: {error}"
    return None


def _perform_in_worker(job: Job, path: Path) -> str | None:
    """Run a job in a cluster's worker as it would run alone."""
    import dask

    # Inside a worker xarray asks the cluster for a lock on every file that it writes, by its name; ours are
    # written in memory, where they have none.
    with dask.config.set(scheduler="synchronous"):
        return _perform(job, path)


def _leave_with_parent() -> None:
    """End this process once its parent has died: nobody waits for the result any more."""

    def watch() -> None:
        parent = parent_process()
        if parent is not None:
            parent.join()
            os._exit(ORPHANED)

    Thread(target=watch, daemon=True).start()


def _perform_apart(job: Job, path: Path) -> str | None:
    """Run a job in a fresh process; return what went wrong, or None."""
    # A pool of its own: a process that dies takes its pool with it, and with that the jobs of all others.
    with ProcessPoolExecutor(
        1, mp_context=get_context("spawn"), initializer=_leave_with_parent, max_tasks_per_child=1
    ) as pool:
        try:
            return pool.submit(_perform, job, path).result()
        except BrokenProcessPool:
            return "its process died before it ended, as it does for want of memory"


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
        Jobs at once; each runs in a fresh process.
    dask : str, optional
        Address of a scheduler, such as ``tcp://host:8786``; its workers run the jobs, each one at a time, so
        give them one thread each.
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
    BusyError
        If another process runs jobs into the folder.
    """
    folder = Path(folder)
    with held(folder, folder=True):
        return _run(jobs, folder, workers, dask, progress)


def _run(
    jobs: Sequence[Job], folder: Path, workers: int, dask: str | None, progress: Progress | None
) -> list[Path]:
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
        futures = {pool.submit(_perform_apart, job, job_path(job, folder)): job for job in waiting.values()}
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
        client = Client(address, timeout=PATIENCE)
    except (OSError, ValueError) as error:
        raise JobError(
            f"no dask scheduler answers at {address} ({error}); start one with `dask scheduler`, or leave "
            "--dask out."
        ) from error
    with client:
        futures = {
            client.submit(
                _perform_in_worker, job, job_path(job, folder.resolve()), key=f"forkmodel-{key}", pure=False
            ): job
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
