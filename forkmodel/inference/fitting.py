"""Fit the joint model, or draw from its prior: a model in, a posterior out."""

from __future__ import annotations

import time
from contextlib import nullcontext
from typing import Any, Protocol

import xarray as xr

from forkmodel.errors import StoppedError
from forkmodel.inference.compiling import free_variables, interpreted, quiet_forward_sampling
from forkmodel.inference.geometry.bundled import bundled_metric
from forkmodel.inference.geometry.metric import Metric
from forkmodel.inference.geometry.moved import can_move, move
from forkmodel.inference.geometry.narrowed import narrowed
from forkmodel.inference.joint import JointModel
from forkmodel.inference.posterior import Posterior
from forkmodel.inference.review import enough_draws, too_slow
from forkmodel.inference.sampling import (
    DEFAULT_CHAINS,
    DEFAULT_DRAWS,
    DEFAULT_TUNE,
    INTERRUPTED,
    LIMIT,
    MANY_VARIABLES,
    Enough,
    Progress,
    sample,
)
from forkmodel.inference.shape import shape_of
from forkmodel.inference.stopping import first_interrupt, never
from forkmodel.options import check_prior_draws, check_sampling

__all__ = ["Shaped", "draw_prior", "fit_posterior", "wrap"]

#: A metric that knows less than this part of a model's coordinates belongs to another model.
LEAST_KNOWN = 0.5
#: Every trajectory has 2**6 - 1 steps where a metric is used: fewer leave the slow directions unmoved, more
#: turn around (docs/decisions/sampling.md).
DEPTH = 6
#: Two of them lie between kept draws.
EVERY = 2
#: Draws from which a fit's own metric is learned: fewer than thousands of coordinates need say too little.
LEAST_FOR_METRIC = 1500


class Shaped(Protocol):
    """Anything that knows the shape of a posterior: a posterior, or a fit."""

    @property
    def metric(self) -> Metric | None:
        """The shape, if it was learned."""
        ...


def wrap(
    model: JointModel,
    free: xr.Dataset,
    sample_stats: xr.Dataset | None = None,
    *,
    seed: int,
    tune: int = 0,
    timings: dict[str, float] | None = None,
    metric: Metric | None = None,
    asked: int | None = None,
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
    metric : Metric, optional
        Shape of the posterior.
    asked : int, optional
        Draws per chain that were asked for, where sampling was interrupted.
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
        metric=metric,
        asked=asked,
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
    warm: Shaped | None = None,
    interruptible: bool = False,
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
        one. Where the first draws of a large model say that so many will not do, chains begin again with the
        metric that these draws teach, and the first are given up.
    warm : Posterior or Fit, optional
        An earlier fit, of these or other tables and priors, whose metric and region chains begin with; that
        of the package's own fit by default. Coordinates are matched by label, what is new begins at its
        prior. Warm-up adapts what was taken over, and the posterior is the same: only its cost changes.
    interruptible : bool
        Whether a first Ctrl-C while the chains run ends sampling and keeps what is drawn, marked as
        interrupted, instead of raising KeyboardInterrupt; a second one raises it.
    """
    check_sampling(draws=draws, tune=tune, chains=chains, seed=seed, cores=cores)
    if go_on is None:
        go_on = draws >= DEFAULT_DRAWS
    begin = time.perf_counter()
    compiled = model.compile(progress)
    compiled_at = time.perf_counter()
    # A metric, like the step and the starting points that come with it, moves the chains and not the density:
    # where it knows tables that the model does not, as in a backtest, nothing of them reaches the posterior.
    taken = _metric_for(model, compiled, warm)
    with first_interrupt() if interruptible else nullcontext(never) as stop:

        def chains_in(metric: Metric | None, enough: Enough | None) -> xr.DataTree:
            moved, helped = _moved(model, compiled, metric)
            return sample(
                moved,
                draws=draws,
                tune=tune,
                chains=chains,
                seed=seed,
                cores=cores,
                progress=progress,
                enough=enough,
                stop=stop,
                **helped,
            )

        look = _FirstLook(can_learn=taken is not None and draws * chains >= LEAST_FOR_METRIC)
        tree = chains_in(taken, look if go_on else None)
        if look.slow:
            if progress is not None:
                progress("sample", 0.0, "slow chains, which begin again in the shape that they found")
            try:
                tree = chains_in(_learned(model, compiled, tree) or taken, enough_draws)
            except StoppedError:
                # Who stops a second start before it has draws keeps those of the first.
                tree.attrs[INTERRUPTED] = 1
    asked = draws if tree.attrs.get(INTERRUPTED) else None
    free, stats = tree["posterior"].to_dataset(), tree["sample_stats"].to_dataset()
    learned = _learned(model, compiled, tree)
    seconds = {"compile": compiled_at - begin, "sample": time.perf_counter() - compiled_at}
    return wrap(model, free, stats, seed=seed, tune=tune, timings=seconds, metric=learned, asked=asked)


class _FirstLook:
    """Ask whether draws suffice, and end at the first look if chains are too slow for more draws to help.

    The metric they began with is then not that of these tables. What they drew shows the shape, in which a
    second start takes a fraction of the steps.
    """

    def __init__(self, can_learn: bool) -> None:
        self.first, self.slow = can_learn, False

    def __call__(self, tree: xr.DataTree) -> bool:
        if enough_draws(tree):
            return True
        self.slow = self.first and too_slow(tree, LIMIT)
        self.first = False
        return self.slow


def _moved(model: JointModel, compiled: Any, metric: Metric | None) -> tuple[Any, dict[str, Any]]:
    """Return the compiled model in the coordinates of a metric, and how trajectories are best there."""
    if metric is None:
        return compiled, {}
    helped = {"depths": (DEPTH, DEPTH), "step_size": metric.step_size, "every": EVERY}
    return move(compiled, narrowed(metric.stretching(model.layout), model)), helped


def _gains(compiled: Any) -> bool:
    """Return whether a metric shortens the fit of a compiled model, and can be used on it."""
    return bool(compiled.n_dim > MANY_VARIABLES and can_move(compiled))


def _metric_for(model: JointModel, compiled: Any, warm: Shaped | None) -> Metric | None:
    """Return the metric to begin with; None where there is nothing to gain or nothing fits."""
    if not _gains(compiled):
        return None
    offered = [bundled_metric()] if warm is None or warm.metric is None else [warm.metric, bundled_metric()]
    best = max(offered, key=lambda metric: metric.coverage(model.layout))
    return best if best.coverage(model.layout) >= LEAST_KNOWN else None


def _learned(model: JointModel, compiled: Any, tree: xr.DataTree) -> Metric | None:
    """Return the metric of the draws; None for small models, short fits and chains that found no shape."""
    sizes = tree["posterior"].sizes
    if not _gains(compiled) or sizes["chain"] * sizes["draw"] < LEAST_FOR_METRIC:
        return None
    return shape_of(model, compiled, tree)
