"""Capability as a fit measures it: the yardstick for forecasts of frontiers and of prices at them.

No table holds a frontier, so it is read off a fit of the later tables. Every fit has units of its own (before
GPT-5 was out, the public scale had one anchor less), so a later fit is first translated into the units of
the forecast, by the line through the models that both have measured. That moves the yardstick, never the
forecast.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from forkmodel.errors import ModelError
from forkmodel.inference.posterior import Posterior
from forkmodel.results.by_model import capability
from forkmodel.results.lag import running_best
from forkmodel.results.paths_capability import TOLERANCE_INDEX, measured_models

__all__ = ["Measure"]

#: Draws that the mean of a frontier is taken over.
DRAWS = 400
#: Models in common below which two fits cannot be compared.
FEWEST_COMMON = 10


@dataclass(frozen=True)
class Measure:
    """Abilities of models that have been scored often enough to stand for a frontier.

    Attributes
    ----------
    models : DataFrame
        By model id, in the order of release: ``release_date``, ``access``.
    draws : array (draw, model)
        Index points.
    origin, rate : float
        Index in the units wanted: ``origin + rate * draws``.
    """

    models: pd.DataFrame
    draws: np.ndarray
    origin: float = 0.0
    rate: float = 1.0

    @classmethod
    def from_posterior(cls, posterior: Posterior) -> Measure:
        """Read the abilities of a fit.

        Parameters
        ----------
        posterior : Posterior
            A fit with the capability block.
        """
        index = capability(posterior).stack(sample=("chain", "draw")).transpose("sample", "model")
        models = posterior.panel.catalogue.models
        measured = measured_models(posterior.panel)
        draws = index.to_numpy()
        thin = draws[:: max(1, len(draws) // DRAWS)]
        return cls(models.loc[measured, ["release_date", "access"]], thin[:, measured])

    @property
    def index(self) -> pd.Series:
        """Mean index by model id."""
        return pd.Series(self.origin + self.rate * self.draws.mean(0), index=self.models.index)

    def in_units_of(self, other: Measure) -> Measure:
        """Return this measure in the units of another.

        Parameters
        ----------
        other : Measure
            That of the forecast.

        Raises
        ------
        ModelError
            If the two have too few models in common.
        """
        both = self.models.index.intersection(other.models.index)
        if len(both) < FEWEST_COMMON:
            raise ModelError(
                f"the two fits have {len(both)} measured models in common, and {FEWEST_COMMON} are needed to "
                "compare their capability scales; score on tables that contain those of the forecast."
            )
        plain = replace(self, origin=0.0, rate=1.0)
        rate, origin = np.polyfit(plain.index[both], other.index[both], 1)
        return replace(self, origin=float(origin), rate=float(rate))

    def frontier(self, dates: pd.DatetimeIndex, access: str) -> tuple[np.ndarray, np.ndarray]:
        """Return mean and standard deviation of the best index released by each date; NaN before the first.

        Parameters
        ----------
        dates : DatetimeIndex
            Dates.
        access : str
            ``closed`` or ``open``.
        """
        tier = np.flatnonzero((self.models["access"] == access).to_numpy())
        released = self.models["release_date"].to_numpy()[tier]
        index = self.origin + self.rate * self.draws[:, tier]
        best = running_best(index, released, dates.to_numpy())
        return best.mean(0), best.std(0)

    def leaders(self, date: pd.Timestamp, among: pd.Index) -> pd.Index:
        """Return the closed models, released by a date and among those given, that nearly lead.

        Nearly: not significantly worse than the best of them, so that a tenth of a point does not decide
        whose price stands for the frontier.
        """
        known = (self.models["release_date"] <= date) & (self.models["access"] == "closed")
        able = self.index[known.to_numpy() & self.models.index.isin(among)]
        return able.index[able >= able.max() - TOLERANCE_INDEX] if len(able) else able.index
