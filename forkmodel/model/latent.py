"""Run the model's equations on posterior draws: one consistent world per draw, in chunks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr

from forkmodel.model.adoption import SpendPaths, spend_paths
from forkmodel.model.capability import ability, frontiers
from forkmodel.model.choice import ChoicePaths, choice_paths
from forkmodel.model.design import Design
from forkmodel.model.ops import Array, ArrayOps
from forkmodel.model.price import price_residual

__all__ = ["LatentState", "free_values", "latent_states"]

#: Draws per chunk: large enough for vectorised speed, small enough for a few hundred megabytes.
CHUNK = 250


@dataclass(frozen=True)
class LatentState:
    """The latent state of a chunk of draws; every array has a leading axis of draws.

    Attributes
    ----------
    value : dict of array
        Free variables by name.
    theta : array (draw, model)
        Latent ability.
    frontier : array (draw, quarter, line)
        Line frontiers, latent units.
    choice : ChoicePaths
        Shares on cells.
    spend : SpendPaths
        Revenue paths on the quarterly knots.
    """

    value: dict[str, Array]
    theta: Array
    frontier: Array
    choice: ChoicePaths | None
    spend: SpendPaths | None


def free_values(posterior: xr.Dataset) -> dict[str, np.ndarray]:
    """Return the free variables as arrays with one leading axis of draws (chains in order)."""
    free = {}
    for name, array in posterior.data_vars.items():
        values = array.transpose("chain", "draw", ...).to_numpy()
        # The number of draws is stated: a variable without elements, as of early tables, has no size to tell.
        draws = values.shape[0] * values.shape[1]
        free[str(name)] = np.ascontiguousarray(values.reshape(draws, *values.shape[2:]))
    return free


def latent_states(values: dict[str, np.ndarray], design: Design, chunk: int = CHUNK) -> Iterator[LatentState]:
    """Yield the worlds of all draws, chunk by chunk and in order.

    The same functions built the sampled density, so what is reported is what was fitted.
    """
    n = len(next(iter(values.values())))
    for start in range(0, n, chunk):
        part = {name: array[start : start + chunk] for name, array in values.items()}
        yield latent_state(part, design)


def latent_state(value: dict[str, Array], design: Design) -> LatentState:
    """Compute the latent state for draws of the free variables."""
    ops = ArrayOps()
    draws = len(next(iter(value.values())))
    blocks = design.blocks
    theta = frontier = np.zeros((draws, 0))
    choice = spend = None
    if "capability" in blocks:
        frontier = frontiers(ops, design.capability, value)
        theta = ability(ops, design.capability, frontier, value)
    if "choice" in blocks:
        residual = price_residual(ops, value)
        choice = choice_paths(ops, design.choice, design.capability, theta, frontier, residual, value)
    if "adoption" in blocks:
        decline = value.get("price.decline", np.zeros(draws))
        spend = spend_paths(ops, design.spend, design.choice if choice else None, choice, decline, value)
    return LatentState(value=value, theta=theta, frontier=frontier, choice=choice, spend=spend)
