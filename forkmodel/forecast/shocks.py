"""Dated shocks: each world draws when they come, and a scenario may bring them forward."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forkmodel.forecast.randomness import Randomness
from forkmodel.forecast.scenario import EVENTS, Scenario

__all__ = ["SHOCKS", "Shocks", "draw_shocks"]

#: Year by which the prior of a ban states its probability.
BAN_YEAR = 2031.0
#: Years over which the scarcity part of the premium goes once a glut begins.
GLUT_YEARS = 1.0
#: Years that a collapse of open funding lasts, and what it leaves of open growth.
COLLAPSE_YEARS, COLLAPSE_FACTOR = 2.0, 0.4
PLATEAU_FACTOR = 0.5
#: Utility that a ban takes from the models it concerns: weights can still be fetched, so not all of it.
BAN_UTILITY = -1.0
SHOCKS = tuple(kind for kind in EVENTS if kind != "merger")


@dataclass(frozen=True)
class Shocks:
    """Decimal year (draw,) at which each kind of shock begins; infinite where it never does."""

    years: dict[str, np.ndarray]

    def begun(self, kind: str, year: float) -> np.ndarray:
        """Return whether a shock has begun by a date (draw,)."""
        return np.asarray(self.years[kind] <= year)

    def begins(self, kind: str, after: float, until: float) -> np.ndarray:
        """Return whether a shock begins within ``(after, until]`` (draw,)."""
        return np.asarray((self.years[kind] > after) & (self.years[kind] <= until))

    def glut(self, year: float) -> np.ndarray:
        """Return how far the scarcity rent has gone (draw,), 0 to 1."""
        return np.asarray(np.clip((year - self.years["compute_glut"]) / GLUT_YEARS, 0.0, 1.0))

    def growth_factor(self, access: str, year: float) -> np.ndarray:
        """Return what shocks leave of a tier's own growth (draw,)."""
        factor = np.where(self.begun("capability_plateau", year), PLATEAU_FACTOR, 1.0)
        if access == "open":
            begun = self.years["open_funding_collapse"]
            lasting = (begun <= year) & (year < begun + COLLAPSE_YEARS)
            factor = factor * np.where(lasting, COLLAPSE_FACTOR, 1.0)
        return np.asarray(factor)

    def ban_utility(self, year: float) -> np.ndarray:
        """Return the utility (draw,) that a ban takes from the models it concerns."""
        return np.where(self.begun("open_weights_ban", year), BAN_UTILITY, 0.0)


def draw_shocks(
    parameters: dict[str, np.ndarray], randomness: Randomness, scenario: Scenario, begin: float
) -> Shocks:
    """Draw the dates of all shocks.

    Parameters
    ----------
    parameters : dict of array (draw,)
        Forecast parameters.
    randomness : Randomness
        Random numbers of the draws.
    scenario : Scenario
        Its events happen at their dates unless the world's own come first.
    begin : float
        Decimal year of the data's end.
    """
    waiting = {kind: randomness.exponentials(f"shock:{kind}", 1)[:, 0] for kind in SHOCKS}
    ban = -np.log1p(-parameters["forecast.ban_by_2031"]) / max(BAN_YEAR - begin, 1.0)
    years = {
        "compute_glut": np.maximum(parameters["forecast.glut_year"], begin),
        "open_funding_collapse": begin
        + waiting["open_funding_collapse"] / parameters["forecast.funding_collapse_rate"],
        "open_weights_ban": begin + waiting["open_weights_ban"] / ban,
        "capability_plateau": begin + waiting["capability_plateau"] / parameters["forecast.slow_down_rate"],
        "closed_lab_opens": begin + waiting["closed_lab_opens"] / parameters["forecast.lab_opens_rate"],
    }
    return Shocks({kind: np.minimum(date, scenario.event_years(kind)) for kind, date in years.items()})
