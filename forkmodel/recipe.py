"""What a fit was made from, as one hash: a fit that is at hand need not be sampled again.

Same tables, priors, settings, seed, code and package versions give the same draws, so a second run into a
folder takes those that lie there. Another processor may round otherwise and would draw other numbers of the
same posterior.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from forkmodel.errors import FitFileError
from forkmodel.inference.storage import load, recipe_in

if TYPE_CHECKING:
    from forkmodel.inference.fitting import Shaped
    from forkmodel.inference.joint import JointModel
    from forkmodel.inference.posterior import Posterior

__all__ = ["found_again", "recipe_of"]


def recipe_of(model: JointModel, draws: int, tune: int, seed: int, warm: Shaped | None = None) -> str:
    """Return a hash of all that the draws of a fit depend on.

    Parameters
    ----------
    model : JointModel
        Tables, priors, blocks and options.
    draws, tune, seed : int
        Settings of the sampler; the number of cores changes nothing.
    warm : Shaped, optional
        What the chains begin with, where it is not the package's own.
    """
    from forkmodel.validate.jobs.fit_job import FitJob

    job = FitJob(
        model.data, model.priors, model.design.blocks, model.panel.options, draws=draws, tune=tune, seed=seed
    )
    metric = None if warm is None or warm.metric is None else warm.metric.to_dataset()
    parts = {
        "job": job.key,
        "vintage": str(model.data.vintage.date()),
        # A job leaves out priors of the future; a run forecasts with those that its fit holds.
        "priors": model.priors.hash,
        "metric": None if metric is None else hashlib.sha256(metric.to_netcdf()).hexdigest(),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def found_again(paths: Iterable[Path], recipe: str) -> tuple[Path, Posterior] | None:
    """Return the first saved fit that was made from a recipe, with its path; None if there is none.

    Parameters
    ----------
    paths : iterable of Path
        Where one may lie. A file that cannot be read, or was edited, is passed over: it will be replaced.
    recipe : str
        As :func:`recipe_of` gives it.
    """
    for path in paths:
        if recipe_in(path) != recipe:
            continue
        try:
            return path, load(path)
        except FitFileError:
            continue
    return None
