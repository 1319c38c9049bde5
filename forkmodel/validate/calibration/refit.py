"""One chain on simulated tables, which may begin again in the shape that it found.

Every truth makes tables of another shape, so no metric from elsewhere serves them. A first stretch of the
chain is in the model's own coordinates; its draws teach bends, scales and directions, in which the kept draws
are made, and are given up. Per gradient the slowest elements then have three times as many effective draws
(docs/calibration/README.md). Only the path of the chain changes, never what it converges to.
"""

from __future__ import annotations

from typing import Any, Final

import xarray as xr

from forkmodel.inference.geometry.moved import move
from forkmodel.inference.joint import JointModel
from forkmodel.inference.sampling import GREATEST_DEPTH, sample
from forkmodel.inference.shape import shape_of

__all__ = ["refit"]

#: Least depth of the trajectories of slow chains: short ones do not cross slow directions.
SLOW_DEPTH: Final = 7
#: Draws that teach the shape, and the widest and stiffest directions that so few can tell, each.
SHAPE_DRAWS, SHAPE_DIRECTIONS = 200, 30


def refit(model: JointModel, compiled: Any, *, draws: int, tune: int, seed: int, again: bool) -> xr.DataTree:
    """Draw one chain.

    Parameters
    ----------
    model : JointModel
        The model, for the names of its coordinates.
    compiled : nutpie.CompiledModel
        Its compiled density on the tables of the replication.
    draws, tune : int
        Kept draws, and warm-up steps; a chain that begins again knows its place and takes half of these.
    seed : int
        Same seed, same draws.
    again : bool
        Whether the chain begins again in the shape that it found: worth its price where it is slow.

    Returns
    -------
    DataTree
        Groups ``posterior`` and ``sample_stats``.
    """

    def chain(density: Any, length: int, warm_up: int, **how: Any) -> xr.DataTree:
        return sample(density, draws=length, tune=warm_up, chains=1, cores=1, seed=seed, **how)

    if not again:
        return chain(compiled, draws, tune)
    depths = SLOW_DEPTH, GREATEST_DEPTH
    first = chain(compiled, SHAPE_DRAWS, tune, depths=depths)
    shape = shape_of(model, compiled, first, SHAPE_DIRECTIONS)
    if shape is None:
        return chain(compiled, draws, tune, depths=depths)
    moved = move(compiled, shape.stretching(model.layout))
    # All directions are about equally wide there, so no trajectory need be longer than the others.
    return chain(moved, draws, tune // 2, depths=(SLOW_DEPTH, SLOW_DEPTH), step_size=shape.step_size)
