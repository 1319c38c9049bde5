"""Structural worlds or ensemble worlds: the one switch between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from forkmodel.forecast.scenario import Scenario
from forkmodel.forecast.worlds import DEFAULT_HORIZON, forecast_from
from forkmodel.inference.posterior import Posterior
from forkmodel.priors import PriorSet

if TYPE_CHECKING:
    from forkmodel.forecast.forecast import Forecast

__all__ = ["worlds_from"]


def worlds_from(
    posterior: Posterior,
    horizon: str = DEFAULT_HORIZON,
    scenario: str | Sequence[str] | Scenario = "baseline",
    priors: PriorSet | None = None,
    ensemble: bool = False,
) -> Forecast:
    """Simulate worlds forward to a horizon: one a draw, or those that an ensemble keeps.

    Parameters
    ----------
    posterior, horizon, scenario, priors
        As for :func:`forkmodel.forecast.worlds.forecast_from`.
    ensemble : bool
        Whether worlds near simple forecasts are kept more often.
    """
    if not ensemble:
        return forecast_from(posterior, horizon, scenario, priors)
    # Simple forecasts bring statsmodels along, which takes a second to import.
    from forkmodel.forecast.ensemble.worlds import ensemble_from

    return ensemble_from(posterior, horizon, scenario, priors)
