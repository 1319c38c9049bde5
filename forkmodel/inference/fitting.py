"""Fit the joint model, or draw from its prior: a model in, a posterior out."""

from __future__ import annotations

import time

import xarray as xr

from forkmodel.inference.compiling import free_variables, interpreted, quiet_forward_sampling
from forkmodel.inference.joint import JointModel
from forkmodel.inference.posterior import Posterior
from forkmodel.inference.review import enough_draws
from forkmodel.inference.sampling import DEFAULT_CHAINS, DEFAULT_DRAWS, DEFAULT_TUNE, Progress, sample
from forkmodel.options import check_prior_draws, check_sampling

__all__ = ["draw_prior", "fit_posterior", "wrap"]


def wrap(
    model: JointModel,
    free: xr.Dataset,
    sample_stats: xr.Dataset | None = None,
    *,
    seed: int,
    tune: int = 0,
    timings: dict[str, float] | None = None,
) -> Posterior:
    """Return draws of a model's free variables as a posterior.

    Parameters
    ----------
    model : JointModel
        The model.
    free : Dataset
        Draws of its free variables, dims ``chain, draw, ...``.
    sample_stats : Dataset, optional
        Statistics of the sampler; without them the draws count as drawn from the prior.
    seed, tune, timings
        Provenance.
    """
    stats = xr.Dataset() if sample_stats is None else sample_stats
    # Text columns break some writers and say nothing that the counts do not.
    stats = stats[[name for name in stats.data_vars if stats[name].dtype.kind in "bifu"]]
    return Posterior(
        data=model.data,
        priors=model.priors,
        panel=model.panel,
        design=model.design,
        free=free[free_variables(model.pymc_model)],
        sample_stats=stats,
        seed=seed,
        tune=tune,
        timings=dict(timings or {}),
    )


def draw_prior(model: JointModel, draws: int, seed: int) -> Posterior:
    """Draw the free variables from the prior, in one chain.

    Parameters
    ----------
    model : JointModel
        The model.
    draws : int
        Number of draws.
    seed : int
        Same seed, same draws.
    """
    import pymc as pm

    check_prior_draws(draws, seed)
    begin = time.perf_counter()
    quiet_forward_sampling()
    with model.pymc_model as context:
        names = [variable.name for variable in context.free_RVs]
        tree = pm.sample_prior_predictive(
            draws, var_names=names, random_seed=seed, compile_kwargs=interpreted()
        )
    seconds = {"sample": time.perf_counter() - begin}
    return wrap(model, tree["prior"].to_dataset(), seed=seed, timings=seconds)


def fit_posterior(
    model: JointModel,
    draws: int = DEFAULT_DRAWS,
    tune: int = DEFAULT_TUNE,
    chains: int = DEFAULT_CHAINS,
    seed: int = 1,
    cores: int | None = None,
    progress: Progress | None = None,
    go_on: bool | None = None,
) -> Posterior:
    """Sample the posterior, from starting points that are apart from one another.

    Parameters
    ----------
    model : JointModel
        The model; it is compiled if that has not been done yet.
    draws, tune, chains : int
        Kept draws and warm-up steps per chain, number of chains.
    seed : int
        Same seed, same draws, whatever the number of cores.
    cores : int, optional
        Chains run at once; all cores by default.
    progress : callable, optional
        Called as ``progress(stage, fraction, message)`` with stages ``compile`` and ``sample``.
    go_on : bool, optional
        Whether to go on, to at most three times ``draws``, while the effective draws are fewer than the
        review asks for. By default for fits of at least the default length: who asks for a short fit gets
        one.
    """
    check_sampling(draws=draws, tune=tune, chains=chains, seed=seed, cores=cores)
    if go_on is None:
        go_on = draws >= DEFAULT_DRAWS
    begin = time.perf_counter()
    compiled = model.compile(progress)
    compiled_at = time.perf_counter()
    tree = sample(
        compiled,
        draws=draws,
        tune=tune,
        chains=chains,
        seed=seed,
        cores=cores,
        progress=progress,
        enough=enough_draws if go_on else None,
    )
    seconds = {"compile": compiled_at - begin, "sample": time.perf_counter() - compiled_at}
    free, stats = tree["posterior"].to_dataset(), tree["sample_stats"].to_dataset()
    return wrap(model, free, stats, seed=seed, tune=tune, timings=seconds)
