"""Learn the shape of a posterior from its draws, for chains that begin again in it and for later fits."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import xarray as xr

from forkmodel.inference.geometry.layout import unconstrained
from forkmodel.inference.geometry.metric import DIRECTIONS, Metric
from forkmodel.inference.geometry.moved import gradients_at
from forkmodel.inference.joint import JointModel

__all__ = ["shape_of"]

#: Of more draws than twice as many, every so many are looked at.
MOST_DRAWS: Final = 3000


def shape_of(
    model: JointModel, compiled: Any, tree: xr.DataTree, directions: int = DIRECTIONS
) -> Metric | None:
    """Return the metric of draws; None of chains that found no shape.

    Parameters
    ----------
    model : JointModel
        The model, for the names of its coordinates.
    compiled : nutpie.CompiledModel
        Its compiled density, not moved.
    tree : DataTree
        Groups ``posterior`` and ``sample_stats``.
    directions : int
        Widest and stiffest directions that are looked for, each.
    """
    free, stats = tree["posterior"].to_dataset(), tree["sample_stats"].to_dataset()
    drawn = free.sizes["chain"] * free.sizes["draw"]
    y = unconstrained(model.pymc_model, model.layout, free)[:: max(1, drawn // MOST_DRAWS)]
    step = float(stats["step_size"].isel(draw=-1).median())
    try:
        # Chains that went nowhere leave numbers too large for any shape.
        with np.errstate(all="ignore"):
            found = Metric.estimate(model.layout, y, gradients_at(compiled, y), step, directions)
    except (np.linalg.LinAlgError, ValueError):
        return None
    return found if found.sound else None
