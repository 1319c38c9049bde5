"""The gradient of the joint model over what its two heaviest likelihoods take in kernels written by hand.

Run it with ``python benchmarks/floor.py``. Before they are timed, kernels must agree with the densities of
the PyMC model at a random point, and their gradients with differences. Figures stand in
``results/floor.json``.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import floor_kernels as kernels
import numpy as np
from measure import arguments, median_ms, versions, write_json
from peers.posterior import Target

from forkmodel.data.panel_catalogue import positions
from forkmodel.inference.compiling import interpreted
from forkmodel.inference.geometry.moved import gradients_at
from forkmodel.model.capability import INDEX_PER_UNIT
from forkmodel.model.demand import (
    capability_coefficients,
    demand_shock,
    good_enough,
    price_coefficients,
)
from forkmodel.model.frontier import tier_frontier
from forkmodel.model.latent import latent_state
from forkmodel.model.ops import ArrayOps, weighted
from forkmodel.model.price import price_residual
from forkmodel.model.walks import between_knots
from forkmodel.observations.common import SHARE_TAIL

STEP = 1e-6

type Inputs = tuple[Any, ...]


def unsigned(data: Inputs) -> Inputs:
    """Return the arrays with positions that cannot be negative, which numba would have to look for."""
    return tuple(x.astype(np.uint32) if getattr(x, "dtype", None) == np.int64 else x for x in data)


def score_inputs(target: Target, value: dict[str, np.ndarray], state: Any) -> tuple[Inputs, Inputs]:
    """Return what the kernel of scores is given: data, and what it differentiates by."""
    rows, design = target.model.panel.rows["scores"], target.model.design.capability
    spots = {name: place for place, name in enumerate(design.benchmarks)}
    data = (
        rows["logit_score"].to_numpy(),
        positions(rows["model"], target.model.panel.catalogue.models.index),
        np.array([spots[name] for name in rows["benchmark"].to_numpy()]),
        rows["developer_reported"].to_numpy(),
    )
    names = (
        "log_discrimination",
        "intercept",
        "score_noise",
        "developer_bias",
        "developer_noise_ratio",
        "score_tail",
    )
    slope, intercept, noise, *scalars = (value[f"capability.{name}"][0] for name in names)
    return unsigned(data), (slope, intercept, state.theta[0], noise, *map(float, scalars))


def choice_inputs(target: Target, value: dict[str, np.ndarray], state: Any) -> tuple[Inputs, Inputs]:
    """Return what the kernel of model shares is given: data, and what it differentiates by."""
    ops, design = ArrayOps(), target.model.design
    demand, frontier = design.choice.demand, design.capability.frontier
    rows = target.model.panel.rows["model_shares"]
    data = (
        rows["log_share"].to_numpy(),
        rows["cell"].to_numpy(),
        demand.cell_month,
        demand.cell_model,
        demand.cell_developer,
        demand.cell_open,
        demand.log_price,
        demand.age_months,
        np.exp(-demand.age_months),
        demand.log_presence,
        demand.free,
        demand.earlier_cell,
        SHARE_TAIL,
    )
    opened = slice(frontier.n_closed, None)
    best = tier_frontier(state.frontier[..., opened], frontier.exists[:, opened])
    at_months = weighted(between_knots(demand.month_knot, demand.month_fraction, frontier.n_quarters), best)
    taste = ("open_taste", "ageing", "launch", "free_limit", "inertia")
    free = (
        state.theta[0],
        demand_shock(ops, demand, price_residual(ops, value), value)[0],
        value["choice.brand_spread"][0] * value["choice.brand_unit"][0],
        good_enough(ops, INDEX_PER_UNIT * at_months, value)[0],
        state.choice.mix_router[0],
        state.choice.router_lean[0],
        state.choice.fringe[0],
        np.array([worth[0] for worth in capability_coefficients(value)]),
        np.array([price[0] for price in price_coefficients(value)]),
        np.array([value[f"choice.{name}"][0] for name in taste]),
        float(value["choice.share_noise"][0]),
    )
    return unsigned(data), free


def check(kernel: Callable[..., Any], data: Inputs, free: Inputs, expected: float) -> None:
    """Hold a kernel to the model's density, and its gradient to a difference in a random direction."""
    logp, gradient = kernel(*data, *free)
    assert np.isclose(logp, expected, rtol=1e-9), (logp, expected)
    random = np.random.default_rng(3)
    # In proportion to each argument, so that all stay in their ranges.
    way = [np.asarray(x) * random.normal(size=np.shape(x)) for x in free]
    ends = []
    for sign in (1.0, -1.0):
        moved = [x + sign * STEP * w for x, w in zip(free, way, strict=True)]
        ends.append(kernel(*data, *[float(x) if np.ndim(x) == 0 else x for x in moved])[0])
    slope = sum(float(np.sum(g * w)) for g, w in zip(gradient, way, strict=True))
    assert np.isclose((ends[0] - ends[1]) / (2.0 * STEP), slope, rtol=1e-5), (ends, slope)


def main() -> None:
    """Check, time and write."""
    asked = arguments(__doc__).parse_args()
    warnings.simplefilter("ignore")
    target = Target.of("joint")
    model = target.model.pymc_model
    point = target.points[0]
    draw = target.constrained([point]).isel(chain=0)
    value = {str(name): array.to_numpy() for name, array in draw.data_vars.items()}
    state = latent_state(value, target.model.design)
    repeats, each = (3, 100) if asked.quick else (15, 2000)
    figures: dict[str, float] = {}
    for name, kernel, inputs in (
        ("scores", kernels.scores, score_inputs),
        ("model_shares", kernels.choice, choice_inputs),
    ):
        data, free = inputs(target, value, state)
        density = model.compile_logp(vars=[model[name]], **interpreted())
        check(kernel, data, free, float(density(point)))
        figures[f"{name}_ms"] = median_ms(
            lambda k=kernel, a=(*data, *free): [k(*a) for _ in range(each)], repeats, each
        )
    figures["floor_ms"] = figures["scores_ms"] + figures["model_shares_ms"]
    if not asked.quick:
        compiled = target.model.compile()
        points = 0.1 * np.random.default_rng(0).normal(size=(200, compiled.n_dim))
        figures["joint_ms"] = median_ms(lambda: gradients_at(compiled, points), repeats, len(points))
        figures["ratio"] = figures["joint_ms"] / figures["floor_ms"]
    print("\n".join(f"{name:<18}{figure:>10.4f}" for name, figure in figures.items()))
    if not asked.quick:
        write_json("floor", {"versions": versions(("pytensor", "nutpie", "numba")), **figures})


if __name__ == "__main__":
    main()
