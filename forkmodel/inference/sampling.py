"""Run nutpie on a compiled model, with progress and an honest answer when it cannot start."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import xarray as xr

from forkmodel.errors import SamplingError

__all__ = [
    "DEFAULT_CHAINS",
    "DEFAULT_DRAWS",
    "DEFAULT_TUNE",
    "QUICK_DRAWS",
    "QUICK_TUNE",
    "Progress",
    "sample",
]

#: Draws and warm-up steps per chain of a normal fit and of ``--quick``.
DEFAULT_DRAWS, DEFAULT_TUNE = 500, 400
QUICK_DRAWS, QUICK_TUNE = 100, 250
DEFAULT_CHAINS = 4
#: In thousands of dimensions the bulk of the variables turns around, and with it the trajectory, long before
#: the few slow directions have moved. Trajectories of at least 2**8 - 1 steps give 2.5 times the effective
#: draws per gradient there (docs/decisions/sampling.md); small models need no such help.
MANY_VARIABLES, MANY_MINDEPTH = 1000, 8
#: How often progress is reported, in milliseconds.
PROGRESS_MS = 500

#: Called as ``progress(stage, fraction, message)`` with stages ``compile``, ``sample`` and ``derive``.
type Progress = Callable[[str, float, str], None]


def _report(progress: Progress, chains: list[Any]) -> None:
    total = sum(chain.total_draws for chain in chains)
    done = sum(chain.finished_draws for chain in chains)
    divergent = sum(chain.divergences for chain in chains)
    running = max((chain.runtime_ms for chain in chains), default=0) / 1000.0
    fraction = done / total if total else 0.0
    left = running * (1.0 - fraction) / fraction if fraction > 0.02 else float("nan")
    eta = "" if left != left else f", about {left:.0f} s left"
    progress("sample", fraction, f"{done} of {total} steps, {divergent} divergences{eta}")


def sample(
    compiled: Any,
    *,
    draws: int,
    tune: int,
    chains: int,
    seed: int,
    cores: int | None = None,
    mindepth: int | None = None,
    progress: Progress | None = None,
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
        Chains run at once; all cores by default.
    mindepth : int, optional
        Least depth of trajectories; by default what the number of variables calls for.
    progress : callable, optional
        Receives ``("sample", fraction, message)``.

    Returns
    -------
    DataTree
        Groups ``posterior`` and ``sample_stats`` with dims ``chain, draw``.

    Raises
    ------
    SamplingError
        If no starting point with finite density was found.
    """
    import nutpie

    if mindepth is None:
        mindepth = MANY_MINDEPTH if compiled.n_dim > MANY_VARIABLES else 0
    callback = None if progress is None else lambda state: _report(progress, state)
    try:
        sampler = nutpie.sample(
            compiled,
            blocking=False,
            draws=draws,
            tune=tune,
            chains=chains,
            cores=min(cores or os.cpu_count() or 1, chains),
            seed=seed,
            save_warmup=False,
            progress_bar=False,
            progress_callback=callback,
            progress_rate=PROGRESS_MS,
            mindepth=mindepth,
        )
        # Waiting for it here lets an interrupt through; a blocking call would return cut-off draws instead.
        try:
            tree: xr.DataTree = sampler.wait()
        except BaseException:
            sampler.cancel()
            raise
    except RuntimeError as error:
        raise SamplingError(
            f"sampling stopped: {error}. Check that every prior allows the observed values; "
            "`forkmodel priors show` lists them."
        ) from error
    return tree
