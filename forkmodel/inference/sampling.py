"""Run nutpie on a compiled model until the draws suffice, with progress that tells the truth."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import xarray as xr

from forkmodel.cores import usable_cores
from forkmodel.errors import SamplingError, StoppedError
from forkmodel.inference.stopping import Stop, never
from forkmodel.options import MIN_DRAWS

__all__ = [
    "DEFAULT_CHAINS",
    "DEFAULT_DRAWS",
    "DEFAULT_TUNE",
    "GREATEST_DEPTH",
    "INTERRUPTED",
    "LIMIT",
    "MANY_VARIABLES",
    "QUICK_DRAWS",
    "QUICK_TUNE",
    "Progress",
    "lengths",
    "sample",
]

#: Draws and warm-up steps per chain of a normal fit and of ``--quick``.
DEFAULT_DRAWS, DEFAULT_TUNE = 500, 200
QUICK_DRAWS, QUICK_TUNE = 100, 100
DEFAULT_CHAINS = 4
#: A fit that asks for enough effective draws stops at this many times the draws that were asked for.
LIMIT = 3
#: It looks whether they are enough after every so large part of the draws that were asked for.
LOOK_AGAIN = 0.25
#: In thousands of dimensions the bulk of the variables turns around, and with it the trajectory, long before
#: the few slow directions have moved. Trajectories of at least 2**8 - 1 steps give 2.5 times the effective
#: draws per gradient there (docs/decisions/sampling.md); small models need no such help.
MANY_VARIABLES, MANY_MINDEPTH = 1000, 8
#: Greatest depth of trajectories, that of nutpie.
GREATEST_DEPTH = 10
#: How often progress is reported, in milliseconds, and how often somebody looks, in seconds.
PROGRESS_MS, LOOK_SECONDS = 500, 0.1
#: Attribute of draws that were to become more: somebody stopped sampling.
INTERRUPTED = "interrupted"

#: Called as ``progress(stage, fraction, message)``: ``compile``, ``sample``, ``stop`` and ``derive``.
type Progress = Callable[[str, float, str], None]
#: Says of the draws so far whether sampling may stop.
type Enough = Callable[[xr.DataTree], bool]


def lengths(draws: int, limit: int = LIMIT) -> list[int]:
    """Return the draws per chain at which a fit may end: ``draws``, then by quarters up to the limit."""
    step = max(1, round(draws * LOOK_AGAIN))
    return [draws, *range(draws + step, limit * draws + 1, step)]


class _Clock:
    """Progress in steps of all chains, those that wait for a core included.

    The fraction is that of the steps of *all* chains: a chain that has not begun counts with every one of its
    steps, so whoever shows it can tell the time left from it.
    """

    def __init__(self, progress: Progress, chains: int, tune: int, every: int = 1) -> None:
        self.progress, self.chains, self.tune, self.every = progress, chains, tune, every
        self.goal = 0
        self.drawn = 0
        self.stopped = False

    def __call__(self, states: list[Any]) -> None:
        done = [state.finished_draws for state in states]
        done += [0] * (self.chains - len(done))
        self.drawn = (min(done) - self.tune) // self.every
        wanted = self.tune + self.goal * self.every
        total = self.chains * wanted
        finished = sum(min(steps, wanted) for steps in done)
        divergent = sum(state.divergences for state in states)
        if not self.stopped:
            message = f"{finished} of {total} steps, {divergent} divergences"
            self.progress("sample", finished / total, message)

    def stop(self) -> None:
        """Say that sampling stops early; nothing is said of later steps."""
        self.stopped = True
        self.progress("stop", 0.0, "what is drawn is kept; Ctrl-C again ends at once and keeps nothing")


def sample(
    compiled: Any,
    *,
    draws: int,
    tune: int,
    chains: int,
    seed: int,
    cores: int | None = None,
    depths: tuple[int, int] | None = None,
    step_size: float | None = None,
    every: int = 1,
    adaptation: Literal["diag", "low_rank"] = "diag",
    progress: Progress | None = None,
    enough: Enough | None = None,
    stop: Stop = never,
) -> xr.DataTree:
    """Draw from the posterior.

    Parameters
    ----------
    compiled : nutpie.CompiledModel
        Compiled model.
    draws, tune, chains : int
        Kept draws and warm-up steps per chain, and the number of chains.
    seed : int
        Same seed, same draws, whatever the number of cores.
    cores : int, optional
        Chains run at once; all of them by default, sharing the cores.
    depths : (int, int), optional
        Least and greatest depth of trajectories, of ``2**depth - 1`` steps; by default what the number of
        variables calls for.
    step_size : float, optional
        Step to begin with; nutpie's by default. Warm-up adapts it either way.
    every : int
        Trajectories from one kept draw to the next. Neighbours that hardly differ fill files and slow down
        all that is computed of them; what the others say of a slow quantity, every second one says as well.
    adaptation : {"diag", "low_rank"}
        What warm-up learns of the posterior's shape: the spread of each variable, or its longest and shortest
        directions too. The second pays where few variables go together strongly.
    progress : callable, optional
        Receives ``("sample", fraction, message)``.
    enough : callable, optional
        Given the draws so far, says whether they suffice. If not, the chains go on, to at most ``LIMIT``
        times ``draws``; what is kept always ends at one of :func:`lengths`, so that neither the speed of the
        machine nor the number of cores changes it.
    stop : callable, optional
        Asked all the time whether to end with the draws so far.

    Returns
    -------
    DataTree
        Groups ``posterior`` and ``sample_stats`` with dims ``chain, draw``. Where sampling was stopped it
        holds the first draws of what it would have been, as many as every chain has, and its attribute
        ``interrupted`` is 1.

    Raises
    ------
    SamplingError
        If no starting point with finite density was found.
    StoppedError
        If it was stopped before every chain had a least number of draws.
    """
    least, greatest = depths or (MANY_MINDEPTH if compiled.n_dim > MANY_VARIABLES else 0, GREATEST_DEPTH)
    begin_with = {} if step_size is None else {"initial_step": step_size}
    clock = _Clock(progress or _silent, chains, tune, every)
    stops = [draws] if enough is None else lengths(draws)

    def start(most: int, at_once: int) -> Any:
        import nutpie

        return nutpie.sample(
            compiled,
            blocking=False,
            draws=most * every,
            tune=tune,
            chains=chains,
            cores=at_once,
            seed=seed,
            save_warmup=False,
            progress_bar=False,
            progress_callback=clock,
            progress_rate=PROGRESS_MS,
            mindepth=least,
            maxdepth=greatest,
            adaptation=adaptation,
            **begin_with,
        )

    together = cores is None or cores >= chains
    try:
        if together:
            # As many threads as chains, also where there are fewer cores: all chains then advance together,
            # and sampling can stop for all of them as soon as they have enough.
            return _until_enough(start(stops[-1], chains), clock, stops, enough, stop)
        return _by_length(start, min(cores or 1, usable_cores()), clock, stops, enough, stop)
    except RuntimeError as error:
        raise SamplingError(
            f"sampling stopped: {error}. Check that every prior allows the observed values; "
            "`forkmodel priors show` lists them."
        ) from error


def _silent(stage: str, fraction: float, message: str) -> None:
    """Say nothing."""


def _finished(sampler: Any) -> bool:
    try:
        return bool(sampler.is_finished)
    except TimeoutError:  # how nutpie says "not yet"
        return False


def _kept(tree: xr.DataTree, draws: int, every: int) -> xr.DataTree:
    """Return the first kept draws: every so many, with the steps and divergences of all since the last."""
    spots = slice(every - 1, draws * every, every)
    stats = tree["sample_stats"].to_dataset().isel(draw=slice(0, draws * every))
    kept = stats.isel(draw=spots)
    if every > 1:
        together = stats[["n_steps", "diverging"]].astype(int).coarsen(draw=every)
        kept["n_steps"] = kept["n_steps"].copy(data=together.sum()["n_steps"])
        kept["diverging"] = kept["diverging"].copy(data=together.max()["diverging"].astype(bool))
    posterior = tree["posterior"].to_dataset().isel(draw=spots)
    parts = {"posterior": posterior, "sample_stats": kept}
    return xr.DataTree.from_dict(
        {name: part.assign_coords(draw=np.arange(part.sizes["draw"])) for name, part in parts.items()}
    )


def _stopped(sampler: Any, clock: _Clock, stop: Stop, goal: int | None = None) -> bool:
    """Wait until chains have ended or have so many draws; return whether sampling was stopped before."""
    while not _finished(sampler) and (goal is None or clock.drawn < goal):
        if stop():
            clock.stop()
            return True
        time.sleep(LOOK_SECONDS)
    return False


def _so_far(sampler: Any, clock: _Clock) -> xr.DataTree:
    """Return the draws that every chain has."""
    tree = sampler.inspect()
    stats = tree["sample_stats"].to_dataset()
    # Chains of unequal length are filled up with what is no number; one that has not begun is not there.
    begun = stats.sizes.get("chain", 0) == clock.chains
    complete = int(stats["step_size"].notnull().sum("draw").min()) if begun else 0
    if complete // clock.every < MIN_DRAWS:
        raise StoppedError(
            f"Interrupted with fewer than {MIN_DRAWS} draws in some chain, which say nothing: none is kept. "
            "The same command begins anew."
        )
    kept = _kept(tree, complete // clock.every, clock.every)
    kept.attrs[INTERRUPTED] = 1
    return kept


def _until_enough(
    sampler: Any, clock: _Clock, stops: list[int], enough: Enough | None, stop: Stop
) -> xr.DataTree:
    """Let all chains run, look at the draws at each stop, and end at the first at which they suffice."""
    try:
        for looked, length in enumerate(stops[:-1]):
            clock.goal = length
            if _stopped(sampler, clock, stop, length):
                return _so_far(sampler, clock)
            if _finished(sampler):
                # The chains were faster than the looks, so the rest of these are made at the end.
                return _shortest(sampler.wait(), stops[looked:], enough, clock.every)
            so_far = _kept(sampler.inspect(), length, clock.every)
            if enough is not None and enough(so_far):
                return so_far
        clock.goal = stops[-1]
        if _stopped(sampler, clock, stop):
            return _so_far(sampler, clock)
        return _kept(sampler.wait(), stops[-1], clock.every)
    finally:
        if not _finished(sampler):
            sampler.cancel()


def _shortest(tree: xr.DataTree, stops: list[int], enough: Enough | None, every: int) -> xr.DataTree:
    """Return the draws up to the first stop at which they suffice, all of them if at none."""
    for length in stops[:-1]:
        if enough is not None and enough(so_far := _kept(tree, length, every)):
            return so_far
    return _kept(tree, stops[-1], every)


def _by_length(
    start: Callable[[int, int], Any],
    cores: int,
    clock: _Clock,
    stops: list[int],
    enough: Enough | None,
    stop: Stop,
) -> xr.DataTree:
    """Sample with fewer chains at once than there are: a chain that has ended cannot go on, so begin again.

    The first draws of a longer run are those of the shorter one, so the result is the same; the time is not.
    """
    tree: xr.DataTree | None = None
    for length in stops:
        clock.goal = length
        sampler = start(length, cores)
        try:
            if _stopped(sampler, clock, stop):
                # Draws of an earlier length are whole, and more than those of chains that began again.
                return _so_far(sampler, clock) if tree is None else tree.assign_attrs({INTERRUPTED: 1})
            tree = _kept(sampler.wait(), length, clock.every)
        finally:
            if not _finished(sampler):
                sampler.cancel()
        if enough is None or length == stops[-1] or enough(tree):
            return tree
    raise AssertionError("unreachable: the last stop returns")
