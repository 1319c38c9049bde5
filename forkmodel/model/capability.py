"""Block 1, capability: an item-response model whose abilities sit below a stochastic frontier.

==========  ======================  ==============================================================
symbol      code                    meaning
==========  ======================  ==============================================================
theta_m     ``theta``               latent ability of model m, one unit = ten nominal index points
F[l, q]     ``frontier``            best that line l could release at knot q
u_m         ``shortfall_unit``      standard exponential distance of a release below its frontier
alpha_b     ``discrimination``      slope of benchmark b, logits per latent unit
c_b         ``intercept``           intercept of benchmark b, logits; difficulty is ``-c / alpha``
==========  ======================  ==============================================================

Scores see ``alpha_b theta_m + c_b`` (:mod:`forkmodel.observations.scores`). Location and scale of ``theta``
are fixed on the benchmark side (intercepts and log slopes sum to zero), which mixes ten times faster than
anchoring two models; :mod:`forkmodel.results.scale` maps draws to the public index afterwards. Priors are
stated in index points and enter at the nominal rate of ``INDEX_PER_UNIT`` points per unit around
``INDEX_ORIGIN``, because the exact rate is itself a posterior.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forkmodel.data.panel import Panel
from forkmodel.data.panel_catalogue import positions
from forkmodel.model.frontier import FrontierDesign, line_frontiers
from forkmodel.model.ops import Array, Ops, TensorOps
from forkmodel.model.zero_sum import zero_sum
from forkmodel.priors import PriorSet

__all__ = [
    "INDEX_ORIGIN",
    "INDEX_PER_UNIT",
    "CapabilityDesign",
    "CapabilityState",
    "ability",
    "add_capability",
    "frontiers",
    "latent_ability",
    "nominal_index",
]

#: Nominal public index at latent ability zero, and index points per latent unit.
INDEX_ORIGIN = 140.0
INDEX_PER_UNIT = 10.0
QUARTERS_PER_YEAR = 4.0


def nominal_index(theta: Array) -> Array:
    """Return latent ability in nominal index points."""
    return INDEX_ORIGIN + INDEX_PER_UNIT * theta


def latent_ability(index: Array) -> Array:
    """Return the latent ability at a nominal index."""
    return (index - INDEX_ORIGIN) / INDEX_PER_UNIT


@dataclass(frozen=True)
class CapabilityDesign:
    """Index arrays of the block: where each model sits on its line, and which benchmarks there are."""

    frontier: FrontierDesign
    model_cell: np.ndarray
    model_cell_next: np.ndarray
    model_fraction: np.ndarray
    model_open: np.ndarray
    benchmarks: tuple[str, ...]

    @classmethod
    def from_panel(cls, panel: Panel) -> CapabilityDesign:
        """Place releases on the knots."""
        import pandas as pd

        catalogue = panel.catalogue
        frontier = FrontierDesign.from_catalogue(catalogue)
        models = catalogue.models
        left, fraction = catalogue.quarter_weights(models["release_date"])
        line = positions(models["line"], pd.Index(frontier.lines))
        n_lines = len(frontier.lines)
        return cls(
            frontier=frontier,
            model_cell=left * n_lines + line,
            model_cell_next=(left + 1) * n_lines + line,
            model_fraction=fraction,
            model_open=(models["access"] == "open").to_numpy(float),
            benchmarks=tuple(sorted(set(panel.rows["scores"]["benchmark"].to_numpy()))),
        )


@dataclass(frozen=True)
class CapabilityState:
    """What later blocks use: ``theta`` (model,) and ``frontier`` (quarter, line), latent units."""

    theta: Array
    frontier: Array


def frontiers(ops: Ops, design: CapabilityDesign, value: dict[str, Array]) -> Array:
    """Return the frontier (quarter, line) in latent units."""

    def per_quarter(growth: Array) -> Array:
        return ops.log(growth / (INDEX_PER_UNIT * QUARTERS_PER_YEAR))

    return line_frontiers(
        ops,
        design.frontier,
        log_growth_closed=per_quarter(value["capability.growth_closed"]),
        log_growth_open=per_quarter(value["capability.growth_open"]),
        growth_spread=value["capability.growth_spread"],
        growth_shock=value["capability.growth_shock"],
        catch_up=value["capability.catch_up"],
        level=latent_ability(value["capability.line_level"]),
    )


def ability(ops: Ops, design: CapabilityDesign, frontier: Array, value: dict[str, Array]) -> Array:
    """Return ``theta`` (model,) in latent units: the line's frontier at release less the shortfall."""
    flat = ops.join_last(frontier)
    at_release = (
        flat[..., design.model_cell] * (1.0 - design.model_fraction)
        + flat[..., design.model_cell_next] * design.model_fraction
    )
    closed = ops.scalar(value["capability.shortfall_closed"])
    opened = ops.scalar(value["capability.shortfall_open"])
    scale = (closed + (opened - closed) * design.model_open) / INDEX_PER_UNIT
    return at_release - scale * value["capability.shortfall_unit"]


def add_capability(design: CapabilityDesign, priors: PriorSet) -> CapabilityState:
    """Add frontiers, abilities and items to the PyMC model in context.

    Parameters
    ----------
    design : CapabilityDesign
        Index arrays.
    priors : PriorSet
        Resolved priors.

    Returns
    -------
    CapabilityState
        Symbolic ``theta`` and frontier.
    """
    import pymc as pm

    names = (
        "growth_closed",
        "growth_open",
        "growth_spread",
        "catch_up",
        "shortfall_closed",
        "shortfall_open",
        "developer_bias",
        "developer_noise_ratio",
        "score_tail",
        "discrimination_spread",
        "intercept_spread",
    )
    value: dict[str, Array] = {f"capability.{name}": priors.rv(f"capability.{name}") for name in names}
    value["capability.line_level"] = priors.rv("capability.line_level", dims="line")
    value["capability.growth_shock"] = pm.Normal("capability.growth_shock", dims=("step", "line"))
    value["capability.shortfall_unit"] = pm.Exponential("capability.shortfall_unit", 1.0, dims="model")
    zero_sum("capability.log_discrimination", value["capability.discrimination_spread"], "benchmark")
    zero_sum("capability.intercept", value["capability.intercept_spread"], "benchmark")
    priors.rv("capability.score_noise", dims="benchmark")

    ops = TensorOps()
    frontier = frontiers(ops, design, value)
    return CapabilityState(theta=ability(ops, design, frontier, value), frontier=frontier)
