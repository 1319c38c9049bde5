"""A metric under narrower priors: what somebody pins down is known before the first step.

A metric was learned under the priors of its own fit. Where a prior file states a much narrower prior, the
metric takes that coordinate to be a hundred times as wide as it is, and all steps become short for its sake.
So such a prior enters as an observation of its coordinate, normal with the middle and the width of the prior,
and the mean and covariance of everything else are those given it. As with all of a metric, this moves the
chains and not the density.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from forkmodel.inference.geometry.directions import LEAST_VARIANCE, one_thread
from forkmodel.inference.geometry.layout import on_the_line
from forkmodel.inference.geometry.metric import Stretching
from forkmodel.priors import load_priors

if TYPE_CHECKING:
    from forkmodel.inference.joint import JointModel

__all__ = ["given", "narrowed"]

#: A prior says something new where its width is less than this part of the metric's.
NARROW = 0.5
#: One standard deviation of a normal below its middle, the middle, and one above.
BELOW_TO_ABOVE = ndtr([-1.0, 0.0, 1.0])
#: The bundled set that metrics are learned under; a prior that is stated there is no news.
USUAL = "reference"


def narrowed(to: Stretching, model: JointModel) -> Stretching:
    """Return a metric's map with what the model's own priors pin down.

    Parameters
    ----------
    to : Stretching
        The map for the model's flat vector.
    model : JointModel
        The model.
    """
    usual, stretches = load_priors(USUAL), model.layout.place
    stated = [key for key, prior in model.priors.items() if key in usual and str(prior) != str(usual[key])]
    news = {key: stretches[key].flat.start for key in stated if key in stretches}
    y = np.zeros((len(BELOW_TO_ABOVE), model.layout.size))
    for key, place in news.items():
        y[:, place] = on_the_line(model.pymc_model, key, model.priors[key].quantiles(BELOW_TO_ABOVE))
    low, middle, high = to.bends.straighten(y)
    width = np.abs(high - low) / 2.0
    narrow = to.known & (width < NARROW * to.scale)
    places = np.array([place for place in news.values() if narrow[place]], dtype=int)
    return given(to, places, middle[places], width[places]) if places.size else to


@one_thread
def given(to: Stretching, places: np.ndarray, middles: np.ndarray, widths: np.ndarray) -> Stretching:
    """Return the map for mean and covariance given a normal observation of some coordinates.

    Parameters
    ----------
    to : Stretching
        The map.
    places : array of int (pin,)
        Which coordinates are observed.
    middles, widths : array (pin,)
        What is observed, and its standard deviation, in bent coordinates.
    """
    excess = to.variance - 1.0
    # Rows of the covariance, in units of the scales, and what an observation says of all else.
    rows = np.eye(len(to.scale))[places] + (to.direction[:, places].T * excess) @ to.direction
    seen = rows[:, places] + np.diag((widths / to.scale[places]) ** 2)
    apart = (middles - to.centre[places]) / to.scale[places]
    centre = to.centre + to.scale * (np.linalg.solve(seen, apart) @ rows)
    # What is pinned down goes with nothing else any more and has a scale of its own.
    others = to.direction.copy()
    others[:, places] = 0.0
    basis, _ = np.linalg.qr(others.T)
    along, told = others @ basis, rows @ basis
    change, turn = np.linalg.eigh((along.T * excess) @ along - told.T @ np.linalg.solve(seen, told))
    scale = to.scale.copy()
    scale[places] = widths
    return replace(
        to,
        centre=centre,
        scale=scale,
        direction=np.ascontiguousarray((basis @ turn).T),
        variance=np.maximum(1.0 + change, LEAST_VARIANCE),
    )
