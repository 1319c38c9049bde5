"""List prices of the best models of each tier: today's own, which the price surface of the tier draws near.

The surface says what a typical seller asks for the best model. Those that lead today ask what they ask, a
fifth of that or five times as much. So the price goes on from what is listed, and comes back to the surface,
up to what of a deviation lasts, as new models replace today's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forkmodel.data.panel_catalogue import ACCESS
from forkmodel.forecast.chunk import Chunk
from forkmodel.forecast.quarter import Quarter

__all__ = ["Leaders"]


@dataclass(frozen=True)
class Leaders:
    """Log list price of the models that nearly lead their tier, in every world.

    Attributes
    ----------
    deviation, lasting : array (draw, access)
        How far it lies above the surface at the frontier, and what of today's lasts.
    log_price : array (draw, access)
        Their sum: what is listed.
    """

    chunk: Chunk
    deviation: np.ndarray
    lasting: np.ndarray
    log_price: np.ndarray

    @classmethod
    def begin(cls, chunk: Chunk, surface: np.ndarray) -> Leaders:
        """Start with what is listed today, or on the surface (draw, access) where nothing is."""
        listed = chunk.start.leaders_log_price
        log_price = np.where(np.isfinite(listed), listed, surface)
        deviation = log_price - surface
        lasting = chunk.parameters["forecast.lasting_appeal"][:, None] * deviation
        return cls(chunk, deviation, lasting, log_price)

    def advance(self, quarter: Quarter, surface: np.ndarray) -> Leaders:
        """Return them a quarter later, where the surface (draw, access) is another."""
        chunk = self.chunk
        kept = np.exp(-quarter.span / chunk.parameters["forecast.menu_years"])[:, None]
        # Who leads next has a seller and a price of its own; what lasts has its part of their spread already.
        spread = np.hypot(chunk.value["price.developer_spread"], chunk.value["price.model_spread"])
        rest = np.sqrt(1.0 - chunk.parameters["forecast.lasting_appeal"] ** 2)
        shock = chunk.randomness.normals("price of the leaders", len(ACCESS), quarter.number)
        new = np.sqrt(1.0 - kept**2) * (rest * spread)[:, None] * shock
        deviation = self.lasting + kept * (self.deviation - self.lasting) + new
        return replace(self, deviation=deviation, log_price=surface + deviation)
