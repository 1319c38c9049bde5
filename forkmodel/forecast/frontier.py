"""Capability forward: frontiers grow, laggards catch up, releases follow their frontier.

==============  ==============================================================================
code            mathematics
==============  ==============================================================================
``growth``      ``log g_a`` walks, half of the walk shared by both tiers
``step``        ``exp(log g_a + sigma_g z - sigma_g^2 / 2)``, positive, as in the fit
``pace``        how far a tier's best moves by itself, ``g_a`` times a shock that its lines share
``close``       ``1 - (1 - kappa)^dt`` of the distance to the best
release         at the frontier, with probability ``1 - exp(-r)`` per quarter
==============  ==============================================================================

A frontier here is the level of a line's coming flagships, which starts at its record (see the module
:mod:`forkmodel.forecast.start`); the shortfalls of the fit belong to whole families of models, small ones
included. Closed labs also close part of their distance to the best among themselves, and all of them may use
what open weights show: the fit states each line's level where its data are and needs no such pull, but over
forty quarters independent increments would drive the labs apart without limit, which has never happened. For
the same reason the pace belongs to the tier and lines compete around it: the best of many independent walks
runs ahead of their mean, which would add about three points a year that nobody has seen.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from forkmodel.forecast.lines import Lines
from forkmodel.forecast.randomness import Randomness
from forkmodel.forecast.scenario import Levers
from forkmodel.forecast.shocks import Shocks
from forkmodel.forecast.start import Start
from forkmodel.model.frontier import NOT_YET

__all__ = ["Progress", "small_distance"]

QUARTERS_PER_YEAR = 4.0
MOST_CATCH_UP = 0.95
#: Part of its distance below the open frontier that a closed lab closes in a quarter.
LEARN_FROM_WEIGHTS = 0.5
#: Points below the closed frontier at which a lab that opens a frontier model puts it.
OPENED_BELOW = 1.0
#: A small model is at least this many points below, or it would be the flagship.
SMALLEST_STEP = 2.0
#: Extra delay of API flagships is at most this many quarters.
LONGEST_DELAY = 6.0
MONTHS_PER_QUARTER = 3.0
#: A delay grown beyond two years means that the API gets another model, not this one late.
MOST_MONTHS = 24.0
#: Part of a line's releases that are its best so far: 57 % of closed and 55 % of open ones since mid-2024.
RECORD_SHARE = 0.55


@dataclass
class Progress:
    """Frontiers and releases in every world, quarter by quarter; nominal index points.

    Attributes
    ----------
    frontier, released : array (draw, line)
        Level of lines' coming releases, and their best release.
    tier_released : array (draw, access)
        Best release by access, closed first.
    begin : float
        Decimal year of the data's end.
    growth : dict of array (draw,)
        Own growth of closed and open lines, points per year.
    """

    start: Start
    lines: Lines
    value: dict[str, np.ndarray]
    parameters: dict[str, np.ndarray]
    randomness: Randomness
    shocks: Shocks
    begin: float
    frontier: np.ndarray = field(init=False)
    released: np.ndarray = field(init=False)
    tier_released: np.ndarray = field(init=False)
    growth: dict[str, np.ndarray] = field(init=False)
    _walk: np.ndarray = field(init=False)
    _elapsed: list[float] = field(init=False)
    _past: list[np.ndarray] = field(init=False)
    unreleased: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        """Incumbents stand where the fit left them; others have no frontier yet."""
        n, lines, own = self.randomness.count, self.lines, self.lines.incumbents
        self.frontier = np.full((n, len(lines)), NOT_YET)
        self.frontier[:, :own] = self.start.frontier
        self.released = np.full((n, len(lines)), NOT_YET)
        self.released[:, :own] = self.start.flagship
        self.tier_released = self.start.tier_released.copy()
        self.growth = {"closed": self.start.growth_closed, "open": self.start.growth_open}
        self._walk = np.zeros((n, 3))
        usual = np.zeros((n, 2))
        for column in (0, 1):
            tier = lines.is_open[:own] == bool(column)
            if tier.any():
                usual[:, column] = np.median(self.start.unreleased[:, tier], axis=1)
        self.unreleased = usual[:, lines.is_open.astype(int)]
        self.unreleased[:, :own] = self.start.unreleased
        self._elapsed, self._past = [0.0], [self.released.copy()]

    def best(self, access: str, alive: np.ndarray) -> np.ndarray:
        """Return the highest frontier (draw,) of a tier."""
        tier = self.lines.is_open == (access == "open")
        return np.asarray(np.where(alive & tier, self.frontier, NOT_YET).max(1))

    def best_fitted(self, access: str, alive: np.ndarray) -> np.ndarray:
        """Return the highest frontier (draw,) of a tier as the fit states frontiers."""
        tier = self.lines.is_open == (access == "open")
        return np.asarray(np.where(alive & tier, self.frontier + self.unreleased, NOT_YET).max(1))

    def arrive(self, arrived: np.ndarray, alive: np.ndarray) -> None:
        """Place entrants below their tier's frontier; called after :meth:`advance`."""
        below = self.randomness.exponentials("entry:distance", len(self.lines))
        below = below * self.parameters["forecast.entrant_distance"][:, None]
        for access in ("closed", "open"):
            tier = self.lines.is_open == (access == "open")
            level = self.best(access, alive & ~arrived)[:, None] - below
            here = arrived & tier
            self.frontier = np.where(here, level, self.frontier)
            self.released = np.where(here, level, self.released)
        # Their menu starts with what they bring, whatever the delay.
        self._past = [np.where(arrived, self.released, past) for past in self._past]
        self._past[-1] = self.released.copy()
        self._settle(np.where(arrived, self.released, NOT_YET))

    def advance(
        self, steps: float, number: int, years: float, alive: np.ndarray, levers: Levers, place: int
    ) -> None:
        """Let ``steps`` quarters pass.

        Parameters
        ----------
        steps : float
            Quarters since stocks were last read.
        number : int
            Calendar quarter, for random numbers.
        years : float
            Years since the data's end, after the step.
        alive : array (draw, line) of bool
            Lines on offer.
        levers, place
            Levers of the scenario, and the place of the quarter on their grid.
        """
        self._grow(steps, number, years, alive, levers, place)
        self._catch_up(steps, years, alive, levers, place)
        self._open_a_frontier(steps, years, alive)
        self._release(steps, number, alive)
        self._elapsed.append(self._elapsed[-1] + steps)
        self._past.append(self.released.copy())

    def _grow(
        self, steps: float, number: int, years: float, alive: np.ndarray, levers: Levers, place: int
    ) -> None:
        year = self.begin + years
        walk = self.parameters["forecast.growth_walk"][:, None] * np.sqrt(steps / QUARTERS_PER_YEAR / 2.0)
        self._walk = self._walk + walk * self.randomness.normals("growth", 3, number)
        spread = self.value["capability.growth_spread"][:, None] / np.sqrt(max(steps, 1e-9))
        shock = np.exp(
            spread * self.randomness.normals("increment", len(self.lines), number) - 0.5 * spread**2
        )
        for column, access in enumerate(("closed", "open"), start=1):
            first = self.start.growth_closed if access == "closed" else self.start.growth_open
            factor = np.exp(self._walk[:, 0] + self._walk[:, column]) * levers.at(f"growth_{access}", place)
            self.growth[access] = first * factor * self.shocks.growth_factor(access, year)
        paces = self.randomness.normals("pace", 2, number)
        for column, access in enumerate(("closed", "open")):
            pace = np.exp(spread[:, 0] * paces[:, column] - 0.5 * spread[:, 0] ** 2)
            self._move_tier(access, self.growth[access] * (steps / QUARTERS_PER_YEAR), pace, shock, alive)

    def _move_tier(
        self, access: str, growth: np.ndarray, pace: np.ndarray, shock: np.ndarray, alive: np.ndarray
    ) -> None:
        """Move a tier's lines; its best moves by ``growth * pace``, the others around it, none backwards."""
        tier = alive & (self.lines.is_open == (access == "open"))
        before = self.best(access, alive)
        moved = self.frontier + growth[:, None] * shock
        ahead = np.where(tier, moved, NOT_YET).max(1) - before - growth * pace
        moved = np.maximum(moved - ahead[:, None], self.frontier)
        self.frontier = np.where(tier, moved, self.frontier)

    def _catch_up(self, steps: float, years: float, alive: np.ndarray, levers: Levers, place: int) -> None:
        slowing = np.exp(-self.parameters["forecast.catch_up_drift"] * years)
        opened = self.value["capability.catch_up"] * slowing * levers.at("catch_up", place)
        closed = self.parameters["forecast.catch_up_closed"] * levers.at("catch_up_closed", place)
        part = np.where(self.lines.is_open, opened[:, None], closed[:, None])
        close = 1.0 - (1.0 - np.clip(part, 0.0, MOST_CATCH_UP)) ** steps
        # The fitted catch-up is of fitted frontiers, not of what lines release.
        behind = self.best_fitted("closed", alive)[:, None] - self.frontier - self.unreleased
        self.frontier = np.where(alive, self.frontier + close * np.maximum(behind, 0.0), self.frontier)
        # Weights are public: a closed lab behind the open frontier need not rediscover what they show.
        shown = 1.0 - (1.0 - LEARN_FROM_WEIGHTS) ** steps
        behind = np.maximum(self.best("open", alive)[:, None] - self.frontier, 0.0)
        learns = alive & ~self.lines.is_open
        self.frontier = np.where(learns, self.frontier + shown * behind, self.frontier)

    def _open_a_frontier(self, steps: float, years: float, alive: np.ndarray) -> None:
        year = self.begin + years
        opening = self.shocks.begins("closed_lab_opens", year - steps / QUARTERS_PER_YEAR, year)
        candidates = np.flatnonzero(self.lines.is_open & self.lines.large_lab)
        if not len(candidates):
            candidates = np.flatnonzero(self.lines.is_open & (self.lines.entrant < 0))
        if not len(candidates) or not opening.any():
            return
        pick = self.randomness.uniforms("lab opens", 1)[:, 0]
        chosen = candidates[(pick * len(candidates)).astype(int)]
        target = self.best("closed", alive) - OPENED_BELOW
        draws = np.flatnonzero(opening & alive[np.arange(len(alive)), chosen])
        spots = chosen[draws]
        self.frontier[draws, spots] = np.maximum(self.frontier[draws, spots], target[draws])
        self.released[draws, spots] = np.maximum(self.released[draws, spots], target[draws])
        new = np.full_like(self.released, NOT_YET)
        new[draws, spots] = target[draws]
        self._settle(new)

    def _release(self, steps: float, number: int, alive: np.ndarray) -> None:
        rate = RECORD_SHARE * self.lines.releases_per_quarter * steps
        drawn = self.randomness.uniforms("release", len(self.lines), number)
        releasing = alive & (drawn > np.exp(-rate))
        self.released = np.where(releasing, np.maximum(self.released, self.frontier), self.released)
        self._settle(np.where(releasing, self.frontier, NOT_YET))

    def _settle(self, new: np.ndarray) -> None:
        """Let new releases (draw, line) count for their tier's best."""
        for column, opened in enumerate((False, True)):
            best = np.where(self.lines.is_open == opened, new, NOT_YET).max(1)
            self.tier_released[:, column] = np.maximum(self.tier_released[:, column], best)

    def delay_months(self, years: float, levers: Levers, place: int) -> np.ndarray:
        """Return the delay (draw,) from product to API of closed flagships, months."""
        first = self.parameters["forecast.api_delay_months"]
        grown = first * np.exp(self.parameters["forecast.api_delay_drift"] * years)
        return np.asarray(np.minimum(grown, MOST_MONTHS) + levers.at("api_delay_months", place))

    def on_offer(self, delay_months: np.ndarray) -> np.ndarray:
        """Return the flagship index (draw, line) on API menus, at the middle of the quarter.

        Today's menus already contain today's delay, so only what is added to it moves closed flagships back.
        """
        extra = np.clip(delay_months - self.parameters["forecast.api_delay_months"], 0.0, None)
        extra = np.minimum(extra / MONTHS_PER_QUARTER, LONGEST_DELAY)
        times = np.array(self._elapsed)
        middle = 0.5 * (times[-1] + times[max(len(times) - 2, 0)])
        open_menu = self._released_at(np.full(len(extra), middle), times)
        closed_menu = self._released_at(middle - extra, times)
        return np.where(self.lines.is_open, open_menu, closed_menu)

    def _released_at(self, when: np.ndarray, times: np.ndarray) -> np.ndarray:
        """Interpolate releases (draw, line) at a time per draw, in quarters since the data's end."""
        when = np.clip(when, times[0], times[-1])
        right = np.clip(np.searchsorted(times, when, side="left"), 1, max(len(times) - 1, 1))
        if len(times) == 1:
            return self._past[0]
        left = right - 1
        part = ((when - times[left]) / (times[right] - times[left]))[:, None]
        low, high = left.min(), right.max()
        past = np.stack(self._past[low : high + 1])
        rows = np.arange(len(when))
        return np.asarray((1.0 - part) * past[left - low, rows] + part * past[right - low, rows])


def small_distance(
    start_shortfall: dict[str, np.ndarray], lines: Lines, randomness: Randomness
) -> np.ndarray:
    """Return the distance (draw, line) of a small model below its line's flagship, index points."""
    mean = np.where(
        lines.is_open,
        start_shortfall["capability.shortfall_open"][:, None],
        start_shortfall["capability.shortfall_closed"][:, None],
    )
    return np.asarray(np.maximum(mean * randomness.exponentials("small", len(lines)), SMALLEST_STEP))
