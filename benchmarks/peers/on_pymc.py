"""PyMC's own NUTS in PyTensor's default mode, with PyMC's adaptation."""

from __future__ import annotations

from typing import Any

import numpy as np
from measure import cpu_seconds
from peers.posterior import Target
from peers.window import Run, Window


def pymc(target: Target, window: Window) -> Run:
    """Sample with PyMC's NUTS, one chain after the other."""
    import pymc as pm
    from pymc.blocking import DictToArrayBijection

    seen: list[float] = []

    def note(trace: Any, draw: Any) -> None:
        seen.append(cpu_seconds())

    starts = target.constrained(target.starts(window.chains, window.seed)).isel(chain=0)
    initvals = [
        {str(name): array.to_numpy() for name, array in starts.isel(draw=place).data_vars.items()}
        for place in range(window.chains)
    ]
    with target.model.pymc_model:
        begin = cpu_seconds()
        # PyMC's default, whose jitter the starts have already.
        _, step = pm.init_nuts(
            init="adapt_diag",
            initvals=initvals,
            chains=window.chains,
            random_seed=window.seed,
            progressbar=False,
        )
        compile_s = cpu_seconds() - begin
        still = np.zeros(len(target.flat(target.points[0])))
        states = [
            step.integrator.compute_state(DictToArrayBijection.map(point), still) for point in target.points
        ]
        tree = pm.sample(
            window.draws,
            tune=window.tune,
            chains=window.chains,
            cores=1,
            random_seed=window.seed,
            step=step,
            nuts_sampler="pymc",
            initvals=initvals,
            progressbar=False,
            compute_convergence_checks=False,
            discard_tuned_samples=False,
            callback=note,
        )
    stats, warm_stats = tree["sample_stats"], tree["warmup_sample_stats"]
    # Seconds from one trajectory's end to the next; a chain's first has no beginning and counts with nothing.
    ends = np.reshape(seen, (window.chains, window.tune + window.draws))
    trajectory_s = np.diff(ends, axis=1)
    return Run(
        log_densities=np.array([float(state.model_logp) for state in states]),
        draws=tree["posterior"].to_dataset(),
        compile_s=compile_s,
        warm_s=float(trajectory_s[:, : window.tune - 1].sum()),
        kept_s=float(trajectory_s[:, window.tune - 1 :].sum()),
        warm_gradients=int(warm_stats["n_steps"].sum()),
        kept_gradients=int(stats["n_steps"].sum()),
        divergences=int(stats["diverging"].sum()),
    )
