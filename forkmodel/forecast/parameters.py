"""Parameters that only the future needs: drawn from their priors, one value per world.

No table informs them, so their posterior is their prior. Each world's value is a quantile of the prior at a
uniform number that belongs to the world and the key: under another prior set the same world has the same
quantile, which makes prior sets comparable draw by draw.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from forkmodel.errors import ForkModelError
from forkmodel.forecast.randomness import Randomness
from forkmodel.priors import PriorSet, load_priors

__all__ = ["FORECAST_BLOCK", "forecast_parameters", "is_forecast_key"]

#: Block of the prior file that holds these parameters.
FORECAST_BLOCK = "forecast"


def is_forecast_key(key: str) -> bool:
    """Return whether a prior belongs to the forecast alone."""
    return key.startswith(f"{FORECAST_BLOCK}.")


@cache
def _needed() -> tuple[str, ...]:
    return tuple(key for key in load_priors() if is_forecast_key(key))


def forecast_parameters(priors: PriorSet, randomness: Randomness) -> dict[str, np.ndarray]:
    """Return every forecast parameter (draw,) by key.

    Parameters
    ----------
    priors : PriorSet
        Resolved priors.
    randomness : Randomness
        Random numbers of the draws.

    Raises
    ------
    ForkModelError
        If the set lacks a parameter, as that of a fit saved by an earlier version may.
    """
    missing = [key for key in _needed() if key not in priors]
    if missing:
        raise ForkModelError(
            f"the priors {priors.name!r} do not say {', '.join(missing)}, which forecasts have come to need; "
            "give another prior set, or fit again."
        )
    return {
        key: prior.quantiles(randomness.uniforms(key, 1)[:, 0])
        for key, prior in priors.items()
        if is_forecast_key(key)
    }
