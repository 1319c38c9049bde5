"""The package's own sampler, and nutpie with its defaults on PyMC's model as it is written."""

from __future__ import annotations

import ctypes
import dataclasses
from typing import Any

import numpy as np
from measure import cpu_seconds
from peers.posterior import Target
from peers.window import Run, Window, shared_out

from forkmodel.fit import Fit
from forkmodel.inference.fitting import DEPTH, EVERY, wrap
from forkmodel.inference.geometry.bundled import bundled_metric
from forkmodel.inference.geometry.layout import unconstrained
from forkmodel.inference.geometry.moved import move
from forkmodel.inference.sampling import sample

_POINTER = ctypes.c_void_p
_DENSITY = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_uint64, _POINTER, _POINTER, _POINTER, _POINTER)


def densities_at(compiled: Any, points: np.ndarray) -> np.ndarray:
    """Return the log density (point,) that nutpie compiled at flat vectors (point, flat)."""
    function = _DENSITY(compiled.compiled_logp_func.address)
    gradient, logp = np.empty(points.shape[1]), np.empty(1)
    found = []
    for point in np.ascontiguousarray(points):
        pointers = (point.ctypes.data, gradient.ctypes.data, logp.ctypes.data)
        assert function(len(point), *pointers, compiled.user_data.ctypes.data) == 0
        found.append(float(logp[0]))
    return np.array(found)


def forkmodel(target: Target, window: Window) -> Run:
    """Sample as ``ForkModel.fit`` does under the metric that comes with the package."""
    metric, joint = bundled_metric(), target.joint
    begin = cpu_seconds()
    compiled = joint.compile()
    moved = move(compiled, metric.stretching(joint.layout))
    compile_s = cpu_seconds() - begin
    flat = unconstrained(joint.pymc_model, joint.layout, target.constrained(target.points))
    log_densities = densities_at(compiled, flat)
    begin = cpu_seconds()
    tree = sample(
        moved,
        draws=window.draws,
        tune=window.tune,
        chains=window.chains,
        seed=window.seed,
        cores=1,
        depths=(DEPTH, DEPTH),
        step_size=metric.step_size,
        every=EVERY,
    )
    sampling_s = cpu_seconds() - begin
    draws, stats = tree["posterior"].to_dataset(), tree["sample_stats"].to_dataset()
    if target.fit is not None:
        Fit(wrap(joint, draws, stats, seed=window.seed, tune=window.tune)).save(target.fit)
    # Trajectories of warm-up are not kept; they are all as long as the others.
    warm, kept = window.tune * window.chains * (2**DEPTH - 1), int(stats["n_steps"].sum())
    warm_s, kept_s = shared_out(sampling_s, warm, kept)
    return Run(
        log_densities=log_densities,
        draws=draws,
        compile_s=compile_s,
        warm_s=warm_s,
        kept_s=kept_s,
        warm_gradients=warm,
        kept_gradients=kept,
        divergences=int(stats["diverging"].sum()),
    )


def nutpie(target: Target, window: Window) -> Run:
    """Sample with nutpie's defaults."""
    import nutpie

    begin = cpu_seconds()
    model = target.model.pymc_model
    compiled = nutpie.compile_pymc_model(model)
    compile_s = cpu_seconds() - begin
    log_densities = densities_at(compiled, np.stack([target.flat(point) for point in target.points]))
    if target.fit is not None:
        compiled = _starting_at(compiled, target)
    begin = cpu_seconds()
    tree = nutpie.sample(
        compiled,
        draws=window.draws,
        tune=window.tune,
        chains=window.chains,
        seed=window.seed,
        cores=1,
        progress_bar=False,
    )
    sampling_s = cpu_seconds() - begin
    warm, kept = (int(tree[group]["n_steps"].sum()) for group in ("warmup_sample_stats", "sample_stats"))
    warm_s, kept_s = shared_out(sampling_s, warm, kept)
    return Run(
        log_densities=log_densities,
        draws=tree["posterior"].to_dataset()[[variable.name for variable in model.free_RVs]],
        compile_s=compile_s,
        warm_s=warm_s,
        kept_s=kept_s,
        warm_gradients=warm,
        kept_gradients=kept,
        divergences=int(tree["sample_stats"]["diverging"].sum()),
    )


def _starting_at(compiled: Any, target: Target) -> Any:
    """Return the compiled model with chains that start at draws of the target's fit."""

    def start(seed: Any = None) -> np.ndarray:
        return target.flat(target.starts(1, int(seed))[0])

    return dataclasses.replace(compiled, initial_point_func=start)
