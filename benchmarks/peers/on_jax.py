"""NumPyro's and BlackJAX's NUTS on PyMC's model in JAX, all chains in one vectorised program.

Each program is compiled before it is run, so that seconds of compiling and of sampling are told apart.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import xarray as xr
from measure import cpu_seconds
from peers.posterior import Target
from peers.window import Run, Window

type Density = Callable[[Any], Any]


def _on_jax(target: Target) -> Density:
    """Return PyMC's log density of a list of unconstrained arrays."""
    # Turns on double precision, before anything is traced.
    from pymc.sampling.jax import get_jaxified_logp

    return get_jaxified_logp(target.model.pymc_model)


def _log_densities(target: Target, density: Density) -> np.ndarray:
    import jax

    compiled = jax.jit(density)
    return np.array([float(compiled([point[n] for n in target.value_names])) for point in target.points])


def _starts(target: Target, window: Window) -> list[Any]:
    import jax.numpy as jnp

    starts = target.starts(window.chains, window.seed)
    return [jnp.stack([start[name] for start in starts]) for name in target.value_names]


def _timed(program: Any, *inputs: Any) -> tuple[Any, float]:
    """Return what a compiled program leaves, and its processor seconds."""
    import jax

    begin = cpu_seconds()
    found = jax.block_until_ready(program(*inputs))
    return found, cpu_seconds() - begin


def _free_variables(target: Target, values: list[Any]) -> xr.Dataset:
    """Return unconstrained draws (chain, draw, ...) as free variables."""
    import jax
    from pymc.sampling.jax import get_jaxified_graph

    model = target.model.pymc_model
    outputs = model.replace_rvs_by_values(model.free_RVs)
    read = jax.jit(jax.vmap(jax.vmap(get_jaxified_graph(inputs=model.value_vars, outputs=outputs))))
    return xr.Dataset(
        {
            variable.name: (
                ("chain", "draw", *(model.named_vars_to_dims.get(variable.name) or ())),
                np.asarray(array),
            )
            for variable, array in zip(model.free_RVs, read(*values), strict=True)
        }
    )


def numpyro(target: Target, window: Window) -> Run:
    """Sample with NumPyro's NUTS and its warm-up."""
    import jax
    from numpyro.infer import NUTS

    density = _on_jax(target)
    kernel = NUTS(potential_fn=lambda values: -density(values), target_accept_prob=0.8)
    keys = jax.random.split(jax.random.PRNGKey(window.seed), window.chains)

    def steps(state: Any, n: int) -> Any:
        def one(state: Any, _: None) -> Any:
            # Given a key a chain, the kernel is vectorised over chains.
            state = kernel.sample(state, (), {})
            return state, (state.z, state.num_steps, state.diverging)

        return jax.lax.scan(one, state, None, length=n)

    begin = cpu_seconds()
    state = kernel.init(keys, window.tune, init_params=_starts(target, window))
    programs = [
        jax.jit(steps, static_argnums=1).lower(state, n).compile() for n in (window.tune, window.draws)
    ]
    compile_s = cpu_seconds() - begin
    (state, warm), warm_s = _timed(programs[0], state)
    (_, (values, n_steps, diverging)), kept_s = _timed(programs[1], state)
    return Run(
        log_densities=_log_densities(target, density),
        draws=_free_variables(target, [value.swapaxes(0, 1) for value in values]),
        compile_s=compile_s,
        warm_s=warm_s,
        kept_s=kept_s,
        warm_gradients=int(warm[1].sum()),
        kept_gradients=int(n_steps.sum()),
        divergences=int(diverging.sum()),
    )


def blackjax(target: Target, window: Window) -> Run:
    """Sample with BlackJAX's NUTS after its window adaptation."""
    import blackjax
    import jax

    density = _on_jax(target)
    adapt = blackjax.window_adaptation(blackjax.nuts, density, target_acceptance_rate=0.8)

    def warm_up(key: Any, start: Any) -> Any:
        found, info = adapt.run(key, start, num_steps=window.tune)
        return found.state, found.parameters, info.info.num_integration_steps

    def sample(key: Any, state: Any, parameters: Any) -> Any:
        step = blackjax.nuts(density, **parameters).step

        def one(state: Any, key: Any) -> Any:
            state, info = step(key, state)
            return state, (state.position, info.num_integration_steps, info.is_divergent)

        return jax.lax.scan(one, state, jax.random.split(key, window.draws))[1]

    begin = cpu_seconds()
    keys = jax.random.split(jax.random.PRNGKey(window.seed), window.chains)
    later = jax.random.split(jax.random.PRNGKey(window.seed + 1), window.chains)
    starts = _starts(target, window)
    first = jax.jit(jax.vmap(warm_up)).lower(keys, starts).compile()
    shapes = jax.eval_shape(jax.vmap(warm_up), keys, starts)
    second = jax.jit(jax.vmap(sample)).lower(later, *shapes[:2]).compile()
    compile_s = cpu_seconds() - begin
    (state, parameters, warm_steps), warm_s = _timed(first, keys, starts)
    (values, n_steps, diverging), kept_s = _timed(second, later, state, parameters)
    return Run(
        log_densities=_log_densities(target, density),
        draws=_free_variables(target, list(values)),
        compile_s=compile_s,
        warm_s=warm_s,
        kept_s=kept_s,
        warm_gradients=int(warm_steps.sum()),
        kept_gradients=int(n_steps.sum()),
        divergences=int(diverging.sum()),
    )
