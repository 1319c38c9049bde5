"""Who is alive: entrants arrive at random times, developers without money leave."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forkmodel.data.vocabulary import OTHER_CLOSED
from forkmodel.forecast.chunk import Chunk
from forkmodel.forecast.lines import ENTRANTS
from forkmodel.forecast.quarter import YEARS_PER_QUARTER, Quarter

__all__ = ["Population"]

#: Quarters below the floor after which a developer leaves, and quarters in which an entrant is spared.
EXIT_QUARTERS, GRACE_QUARTERS = 4, 8


@dataclass(frozen=True)
class Population:
    """Lines on offer in every world.

    Attributes
    ----------
    alive : array (draw, line) of bool
        Lines on offer.
    due : array (draw, line)
        Summed rate of entry at which an entrant arrives.
    hazard : dict of array (draw,)
        Summed rate of entry so far, by access.
    age, poor : array (draw, line) of int
        Quarters on offer, and quarters in a row below the floor.
    """

    chunk: Chunk
    alive: np.ndarray
    due: np.ndarray
    hazard: dict[str, np.ndarray]
    age: np.ndarray
    poor: np.ndarray

    @classmethod
    def begin(cls, chunk: Chunk) -> Population:
        """Start with the incumbents; each entrant waits for its place in a Poisson process."""
        n, lines = chunk.count, chunk.lines
        due = np.full((n, len(lines)), np.inf)
        for access, places in ENTRANTS.items():
            waiting = np.cumsum(chunk.randomness.exponentials(f"entry:{access}", places), axis=1)
            due[:, (lines.entrant >= 0) & lines.of(access)] = waiting
        nothing = np.zeros((n, len(lines)), dtype=np.int64)
        return cls(
            chunk=chunk,
            alive=np.repeat((lines.entrant < 0)[None, :], n, axis=0),
            due=due,
            hazard={access: np.zeros(n) for access in ENTRANTS},
            age=nothing,
            poor=nothing,
        )

    def enter(self, quarter: Quarter) -> tuple[Population, np.ndarray]:
        """Return who is on offer a quarter later, and the lines (draw, line) that arrive in it.

        Arrival is where the summed rate crosses the entrant's own waiting time, so a higher rate brings the
        same entrants earlier and never others.
        """
        arrived, hazard = np.zeros_like(self.alive), {}
        for access, before in self.hazard.items():
            rate = self.chunk.parameters[f"forecast.entry_{access}"] * quarter.lever(f"entry_{access}")
            hazard[access] = before + YEARS_PER_QUARTER * rate
            due = (self.due > before[:, None]) & (self.due <= hazard[access][:, None])
            arrived |= due & self.chunk.lines.of(access)
        alive = self.alive | arrived
        return replace(self, alive=alive, hazard=hazard, age=self.age + alive), arrived

    def leave(self, tier_share: np.ndarray) -> Population:
        """Return who stays: not those whose part of their tier's money was under the floor for four quarters.

        Parameters
        ----------
        tier_share : array (draw, line)
            Part of the developer in the money of its tier.
        """
        lines = self.chunk.lines
        below = tier_share < self.chunk.parameters["forecast.exit_floor"][:, None]
        poor = np.where(below & self.alive, self.poor + 1, 0)
        spared = (lines.entrant >= 0) & (self.age <= GRACE_QUARTERS)
        # The remainder of the closed tier is many small firms, which do not leave together.
        group = np.array([firm >= 0 and lines.firms[firm] == OTHER_CLOSED for firm in lines.firm])
        leaving = (poor >= EXIT_QUARTERS) & ~spared & ~group
        # A tier never dies out: its richest line stays.
        for access in ENTRANTS:
            rank = np.where(lines.of(access) & self.alive, tier_share, -1.0)
            leaving[np.arange(len(rank)), rank.argmax(1)] = False
        return replace(self, alive=self.alive & ~leaving, poor=poor)
