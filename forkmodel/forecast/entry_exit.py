"""Who is alive: entrants arrive at random times, developers without money leave."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from forkmodel.data.vocabulary import OTHER_CLOSED
from forkmodel.forecast.lines import ENTRANTS, Lines
from forkmodel.forecast.randomness import Randomness
from forkmodel.forecast.scenario import Levers

__all__ = ["Population"]

#: Quarters below the floor after which a developer leaves, and quarters in which an entrant is spared.
EXIT_QUARTERS, GRACE_QUARTERS = 4, 8
YEARS_PER_QUARTER = 0.25


@dataclass
class Population:
    """Lines on offer in every world, quarter by quarter.

    Attributes
    ----------
    alive : array (draw, line) of bool
        Lines on offer.
    """

    lines: Lines
    parameters: dict[str, np.ndarray]
    randomness: Randomness
    alive: np.ndarray = field(init=False)
    _due: np.ndarray = field(init=False)
    _hazard: dict[str, np.ndarray] = field(init=False)
    _age: np.ndarray = field(init=False)
    _poor: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        """Incumbents are alive; each entrant waits for its place in a Poisson process."""
        n, lines = self.randomness.count, self.lines
        self.alive = np.repeat((lines.entrant < 0)[None, :], n, axis=0)
        self._due = np.full((n, len(lines)), np.inf)
        for access, places in ENTRANTS.items():
            waiting = np.cumsum(self.randomness.exponentials(f"entry:{access}", places), axis=1)
            spots = np.flatnonzero((lines.entrant >= 0) & (lines.is_open == (access == "open")))
            self._due[:, spots] = waiting
        self._hazard = {access: np.zeros(n) for access in ENTRANTS}
        self._age = np.zeros((n, len(lines)), dtype=np.int64)
        self._poor = np.zeros((n, len(lines)), dtype=np.int64)

    def enter(self, place: int, levers: Levers) -> np.ndarray:
        """Let a quarter pass and return the lines (draw, line) that arrive in it.

        Arrival is where the summed rate crosses the entrant's own waiting time, so a higher rate brings the
        same entrants earlier and never others.
        """
        arrived = np.zeros_like(self.alive)
        for access in ENTRANTS:
            rate = self.parameters[f"forecast.entry_{access}"] * levers.at(f"entry_{access}", place)
            before = self._hazard[access]
            self._hazard[access] = before + YEARS_PER_QUARTER * rate
            tier = self.lines.is_open == (access == "open")
            due = (self._due > before[:, None]) & (self._due <= self._hazard[access][:, None])
            arrived |= due & tier
        self.alive |= arrived
        self._age += self.alive
        return arrived

    def leave(self, tier_share: np.ndarray) -> None:
        """Close lines whose part of their tier's money has been under the floor for four quarters.

        Parameters
        ----------
        tier_share : array (draw, line)
            Part of the developer in the money of its tier.
        """
        poor = tier_share < self.parameters["forecast.exit_floor"][:, None]
        self._poor = np.where(poor & self.alive, self._poor + 1, 0)
        spared = (self.lines.entrant >= 0) & (self._age <= GRACE_QUARTERS)
        # The remainder of the closed tier is many small firms, which do not leave together.
        group = np.array([firm >= 0 and self.lines.firms[firm] == OTHER_CLOSED for firm in self.lines.firm])
        leaving = (self._poor >= EXIT_QUARTERS) & ~spared & ~group
        # A tier never dies out: its richest line stays.
        for opened in (False, True):
            tier = self.lines.is_open == opened
            rank = np.where(tier & self.alive, tier_share, -1.0)
            leaving[np.arange(len(rank)), rank.argmax(1)] = False
        self.alive &= ~leaving
