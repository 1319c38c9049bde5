"""Stan's NUTS, through PyStan, on a program of the capability block written by hand."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from measure import cpu_seconds
from peers.posterior import Target
from peers.window import Run, Window, shared_out

from forkmodel.data.panel_catalogue import positions
from forkmodel.inference.compiling import interpreted
from forkmodel.model.walks import between_knots

PROGRAM = Path(__file__).with_name("capability.stan")
PREFIX = "capability."
#: Free variables whose priors depend on no number.
FIXED = ("growth_shock", "shortfall_unit", "log_discrimination", "intercept")


def _priors(target: Target) -> dict[str, list[float]]:
    """Return the two parameters of each prior."""
    found = {}
    for variable in target.model.pymc_model.free_RVs:
        name = variable.name.removeprefix(PREFIX)
        if name not in FIXED:
            stated = variable.owner.op.dist_params(variable.owner)
            found[f"{name}_prior"] = [float(np.ravel(p.eval(**interpreted()))[0]) for p in stated]
    return found


def stan_data(target: Target) -> dict[str, Any]:
    """Return the data of the program."""
    design, panel = target.model.design.capability, target.model.panel
    frontier, rows = design.frontier, panel.rows["scores"]
    closed, n_lines, knots = frontier.n_closed, len(frontier.lines), frontier.n_quarters
    after, start = np.arange(1, knots)[:, None], frontier.start[None, closed:]
    benchmarks = list(design.benchmarks)
    return {
        "n_models": len(design.model_cell),
        "n_benchmarks": len(benchmarks),
        "n_knots": knots,
        "n_closed": closed,
        "n_open": n_lines - closed,
        "n_scores": rows.sizes["score"],
        "median_weight": between_knots(frontier.median_left, frontier.median_fraction, knots).T,
        "exists": frontier.exists,
        "after_start": (after > start).astype(float),
        "line_age": np.maximum(np.arange(knots)[:, None] - start, 0).astype(float),
        "model_line": design.model_cell % n_lines + 1,
        "model_knot": design.model_cell // n_lines + 1,
        "model_fraction": design.model_fraction,
        "model_open": design.model_open,
        "logit_score": rows["logit_score"].to_numpy(),
        "model_of": positions(rows["model"], panel.catalogue.models.index) + 1,
        "benchmark_of": [benchmarks.index(name) + 1 for name in rows["benchmark"].to_numpy()],
        "reported": rows["developer_reported"].to_numpy(),
    } | _priors(target)


def _values(point: xr.Dataset) -> dict[str, Any]:
    """Return a draw of the free variables by the program's names."""
    return {
        str(name).removeprefix(PREFIX): array.to_numpy().tolist() for name, array in point.data_vars.items()
    }


def _compile(program: str) -> None:
    """Compile a program from nothing, where PyStan will look for it.

    PyStan itself asks a server for it and gives up after five minutes, which a busy machine may need.
    """
    import httpstan.cache
    import httpstan.compile
    import httpstan.models

    name = httpstan.models.calculate_model_name(program)
    httpstan.cache.delete_model_directory(name)
    _, remarks = httpstan.compile.compile(program, f"model_{name.split('/')[1]}")
    # The compiler leaves its objects where it is called.
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        output = asyncio.run(httpstan.models.build_services_extension_module(program))
    httpstan.cache.dump_stanc_warnings(remarks, name)
    httpstan.cache.dump_services_extension_module_compiler_output(output, name)


def _log_densities(built: Any, points: xr.Dataset) -> np.ndarray:
    values = [_values(points.isel(chain=0, draw=place)) for place in range(points.sizes["draw"])]
    return np.array([built.log_prob(built.unconstrain_pars(point)) for point in values])


def _draws(target: Target, fit: Any, window: Window) -> xr.Dataset:
    """Return the kept draws, dims ``chain, draw, ...``."""
    model = target.model.pymc_model
    arrays = {}
    for variable in model.free_RVs:
        values = np.asarray(fit[variable.name.removeprefix(PREFIX)])
        dims = model.named_vars_to_dims.get(variable.name) or ()
        # Draws are the last axis, those of the chains next to each other.
        shaped = values.reshape(*values.shape[: len(dims)], -1, window.chains)[..., window.tune :, :]
        arrays[variable.name] = ((*dims, "draw", "chain"), shaped)
    return xr.Dataset(arrays).transpose("chain", "draw", ...)


def stan(target: Target, window: Window) -> Run:
    """Sample with Stan's defaults from PyMC's jittered starts; chains are processes side by side."""
    import stan as pystan

    assert target.name == "capability", f"{PROGRAM.name} states the capability block alone"
    data = stan_data(target)
    program = PROGRAM.read_text(encoding="utf-8")
    begin = cpu_seconds()
    _compile(program)
    built = pystan.build(program, data=data, random_seed=window.seed)
    compile_s = cpu_seconds() - begin
    starts = target.constrained(target.starts(window.chains, window.seed))
    log_densities = _log_densities(built, target.constrained(target.points))
    begin = cpu_seconds()
    fit = built.sample(
        num_chains=window.chains,
        num_warmup=window.tune,
        num_samples=window.draws,
        save_warmup=True,
        init=[_values(starts.isel(chain=0, draw=place)) for place in range(window.chains)],
    )
    sampling_s = cpu_seconds() - begin
    steps, divergent = (
        np.reshape(fit[name], (-1, window.chains)) for name in ("n_leapfrog__", "divergent__")
    )
    warm, kept = int(steps[: window.tune].sum()), int(steps[window.tune :].sum())
    warm_s, kept_s = shared_out(sampling_s, warm, kept)
    return Run(
        log_densities=log_densities,
        draws=_draws(target, fit, window),
        compile_s=compile_s,
        warm_s=warm_s,
        kept_s=kept_s,
        warm_gradients=warm,
        kept_gradients=kept,
        divergences=int(divergent[window.tune :].sum()),
    )
