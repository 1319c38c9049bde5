"""One chain on simulated tables, which may begin again in the shape that it found.

Every truth makes tables of another shape, so no metric from elsewhere serves them. A first stretch of the
chain is in the model's own coordinates; its draws teach bends, scales and directions, in which the kept draws
are made, and are given up. Per gradient the slowest elements then have three times as many effective draws
(docs/calibration/README.md). Only the path of the chain changes, never what it converges to.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import xarray as xr

from forkmodel.inference.geometry.layout import unconstrained
from forkmodel.inference.geometry.metric import Metric
from forkmodel.inference.geometry.moved import gradients_at, move
from forkmodel.inference.joint import JointModel
from forkmodel.inference.sampling import GREATEST_DEPTH, sample

__all__ = ["refit", "shape_of"]

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
    shape = shape_of(model, compiled, chain(compiled, SHAPE_DRAWS, tune, depths=depths))
    if shape is None:
        return chain(compiled, draws, tune, depths=depths)
    moved = move(compiled, shape.stretching(model.layout))
    # All directions are about equally wide there, so no trajectory need be longer than the others.
    return chain(moved, draws, tune // 2, depths=(SLOW_DEPTH, SLOW_DEPTH), step_size=shape.step_size)


def shape_of(model: JointModel, compiled: Any, tree: xr.DataTree) -> Metric | None:
    """Return the metric of a chain's draws; None of a chain that went nowhere."""
    y = unconstrained(model.pymc_model, model.layout, tree["posterior"].to_dataset())
    step = float(tree["sample_stats"]["step_size"].isel(draw=-1).median())
    try:
        with np.errstate(all="ignore"):
            found = Metric.estimate(model.layout, y, gradients_at(compiled, y), step, SHAPE_DIRECTIONS)
    except (np.linalg.LinAlgError, ValueError):
        return None
    return found if found.sound else None
