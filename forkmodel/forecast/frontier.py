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

from dataclasses import dataclass, replace

import numpy as np

from forkmodel.forecast.chunk import Chunk
from forkmodel.forecast.lines import Lines
from forkmodel.forecast.quarter import Quarter
from forkmodel.forecast.randomness import Randomness
from forkmodel.model.frontier import NOT_YET, gap_left, log_growth_luck, tier_frontier
from forkmodel.model.ops import ArrayOps
from forkmodel.model.spend import MONTHS_PER_QUARTER

__all__ = ["Frontiers", "small_distance"]

ACCESS = ("closed", "open")
MOST_CATCH_UP = 0.95
#: Part of its distance below the open frontier that a closed lab closes in a quarter.
LEARN_FROM_WEIGHTS = 0.5
#: Points below the closed frontier at which a lab that opens a frontier model puts it.
OPENED_BELOW = 1.0
#: A small model is at least this many points below, or it would be the flagship.
SMALLEST_STEP = 2.0
#: Extra delay of API flagships is at most this many quarters.
LONGEST_DELAY = 6.0
#: A delay grown beyond two years means that the API gets another model, not this one late.
MOST_MONTHS = 24.0
#: Part of a line's releases that are its best so far: 57 % of closed and 55 % of open ones since mid-2024.
RECORD_SHARE = 0.55


@dataclass(frozen=True)
class Frontiers:
    """Frontiers and releases in every world; nominal index points.

    Attributes
    ----------
    frontier, released : array (draw, line)
        Level of lines' coming releases, and their best release.
    unreleased : array (draw, line)
        How far the fit states frontiers above that level.
    tier_released : array (draw, access)
        Best release by access, closed first.
    growth : dict of array (draw,)
        Own growth of closed and open lines, points per year.
    walk : array (draw, 3)
        Log growth over today's: of both tiers, of the closed and of the open one.
    elapsed, past : tuple
        Quarters since the data's end at which releases were read, and ``released`` then.
    """

    chunk: Chunk
    frontier: np.ndarray
    released: np.ndarray
    unreleased: np.ndarray
    tier_released: np.ndarray
    growth: dict[str, np.ndarray]
    walk: np.ndarray
    elapsed: tuple[float, ...]
    past: tuple[np.ndarray, ...]

    @classmethod
    def begin(cls, chunk: Chunk) -> Frontiers:
        """Start with incumbents where the fit left them; others have no frontier yet."""
        lines, start, n = chunk.lines, chunk.start, chunk.count
        own = lines.incumbents
        frontier, released = np.full((2, n, len(lines)), NOT_YET)
        frontier[:, :own], released[:, :own] = start.frontier, start.flagship
        usual = np.zeros((n, 2))
        for column, access in enumerate(ACCESS):
            tier = lines.of(access)[:own]
            if tier.any():
                usual[:, column] = np.median(start.unreleased[:, tier], axis=1)
        unreleased = usual[:, lines.is_open.astype(int)]
        unreleased[:, :own] = start.unreleased
        return cls(
            chunk=chunk,
            frontier=frontier,
            released=released,
            unreleased=unreleased,
            tier_released=start.tier_released,
            growth={"closed": start.growth_closed, "open": start.growth_open},
            walk=np.zeros((n, 3)),
            elapsed=(0.0,),
            past=(released,),
        )

    def best(self, access: str, alive: np.ndarray) -> np.ndarray:
        """Return the highest frontier (draw,) of a tier."""
        return np.asarray(tier_frontier(self.frontier, alive & self.chunk.lines.of(access)))

    def best_fitted(self, access: str, alive: np.ndarray) -> np.ndarray:
        """Return the highest frontier (draw,) of a tier as the fit states frontiers."""
        fitted = self.frontier + self.unreleased
        return np.asarray(tier_frontier(fitted, alive & self.chunk.lines.of(access)))

    def arrive(self, arrived: np.ndarray, alive: np.ndarray) -> Frontiers:
        """Return the frontiers with entrants placed below their tier's; called after :meth:`advance`."""
        chunk = self.chunk
        below = chunk.randomness.exponentials("entry:distance", len(chunk.lines))
        below = below * chunk.parameters["forecast.entrant_distance"][:, None]
        frontier, released = self.frontier, self.released
        for access in ACCESS:
            level = self.best(access, alive & ~arrived)[:, None] - below
            here = arrived & chunk.lines.of(access)
            frontier, released = np.where(here, level, frontier), np.where(here, level, released)
        # Their menu starts with what they bring, whatever the delay.
        past = tuple(np.where(arrived, released, before) for before in self.past[:-1])
        entered = replace(self, frontier=frontier, released=released, past=(*past, released))
        return entered._settled(np.where(arrived, released, NOT_YET))

    def advance(self, quarter: Quarter, alive: np.ndarray) -> Frontiers:
        """Return the frontiers a quarter later.

        Parameters
        ----------
        quarter : Quarter
            The quarter.
        alive : array (draw, line) of bool
            Lines on offer before anybody enters.
        """
        moved = self._grown(quarter, alive)._caught_up(quarter, alive)._opened(quarter, alive)
        after = moved._with_releases(quarter, alive)
        return replace(
            after,
            elapsed=(*self.elapsed, self.elapsed[-1] + quarter.steps),
            past=(*self.past, after.released),
        )

    def _grown(self, quarter: Quarter, alive: np.ndarray) -> Frontiers:
        chunk, number, steps = self.chunk, quarter.number, quarter.steps
        spread = chunk.parameters["forecast.growth_walk"][:, None] * np.sqrt(quarter.span / 2.0)
        walk = self.walk + spread * chunk.randomness.normals("growth", 3, number)
        spread = chunk.value["capability.growth_spread"][:, None] / np.sqrt(max(steps, 1e-9))
        drawn = chunk.randomness.normals("increment", len(chunk.lines), number)
        luck = np.exp(log_growth_luck(spread, drawn))
        paces = np.exp(log_growth_luck(spread, chunk.randomness.normals("pace", 2, number)))
        growth, frontier = {}, self.frontier
        today = {"closed": chunk.start.growth_closed, "open": chunk.start.growth_open}
        for column, access in enumerate(ACCESS):
            factor = np.exp(walk[:, 0] + walk[:, column + 1]) * quarter.lever(f"growth_{access}")
            growth[access] = today[access] * factor * chunk.shocks.growth_factor(access, quarter.year)
            increment = growth[access] * quarter.span
            frontier = self._moved(access, increment, paces[:, column], luck, alive, frontier)
        return replace(self, frontier=frontier, growth=growth, walk=walk)

    def _moved(
        self,
        access: str,
        growth: np.ndarray,
        pace: np.ndarray,
        luck: np.ndarray,
        alive: np.ndarray,
        frontier: np.ndarray,
    ) -> np.ndarray:
        """Move a tier's lines; its best moves by ``growth * pace``, the others around it, none backwards."""
        tier = alive & self.chunk.lines.of(access)
        moved = frontier + growth[:, None] * luck
        ahead = tier_frontier(moved, tier) - self.best(access, alive) - growth * pace
        moved = np.maximum(moved - ahead[:, None], frontier)
        return np.where(tier, moved, frontier)

    def _caught_up(self, quarter: Quarter, alive: np.ndarray) -> Frontiers:
        chunk, ops = self.chunk, ArrayOps()
        slowing = np.exp(-chunk.parameters["forecast.catch_up_drift"] * quarter.years)
        opened = chunk.value["capability.catch_up"] * slowing * quarter.lever("catch_up")
        closed = chunk.parameters["forecast.catch_up_closed"] * quarter.lever("catch_up_closed")
        part = np.where(chunk.lines.is_open, opened[:, None], closed[:, None])
        close = 1.0 - gap_left(ops, np.log1p(-np.clip(part, 0.0, MOST_CATCH_UP)), quarter.steps)
        # The fitted catch-up is of fitted frontiers, not of what lines release.
        behind = self.best_fitted("closed", alive)[:, None] - self.frontier - self.unreleased
        frontier = np.where(alive, self.frontier + close * np.maximum(behind, 0.0), self.frontier)
        nearer = replace(self, frontier=frontier)
        # Weights are public: a closed lab behind the open frontier need not rediscover what they show.
        shown = 1.0 - gap_left(ops, np.log1p(-LEARN_FROM_WEIGHTS), quarter.steps)
        behind = np.maximum(nearer.best("open", alive)[:, None] - frontier, 0.0)
        learns = alive & ~chunk.lines.is_open
        return replace(nearer, frontier=np.where(learns, frontier + shown * behind, frontier))

    def _opened(self, quarter: Quarter, alive: np.ndarray) -> Frontiers:
        lines = self.chunk.lines
        opening = self.chunk.shocks.begins("closed_lab_opens", quarter.year - quarter.span, quarter.year)
        candidates = np.flatnonzero(lines.is_open & lines.large_lab)
        if not len(candidates):
            candidates = np.flatnonzero(lines.is_open & (lines.entrant < 0))
        if not len(candidates) or not opening.any():
            return self
        pick = self.chunk.randomness.uniforms("lab opens", 1)[:, 0]
        chosen = candidates[(pick * len(candidates)).astype(int)]
        opens = (np.arange(len(lines)) == chosen[:, None]) & alive & opening[:, None]
        target = (self.best("closed", alive) - OPENED_BELOW)[:, None]
        new = np.where(opens, target, NOT_YET)
        raised = replace(
            self,
            frontier=np.where(opens, np.maximum(self.frontier, target), self.frontier),
            released=np.where(opens, np.maximum(self.released, target), self.released),
        )
        return raised._settled(new)

    def _with_releases(self, quarter: Quarter, alive: np.ndarray) -> Frontiers:
        lines = self.chunk.lines
        rate = RECORD_SHARE * lines.releases_per_quarter * quarter.steps
        drawn = self.chunk.randomness.uniforms("release", len(lines), quarter.number)
        releasing = alive & (drawn > np.exp(-rate))
        released = np.where(releasing, np.maximum(self.released, self.frontier), self.released)
        return replace(self, released=released)._settled(np.where(releasing, self.frontier, NOT_YET))

    def _settled(self, new: np.ndarray) -> Frontiers:
        """Let new releases (draw, line) count for their tier's best."""
        best = [np.where(self.chunk.lines.of(access), new, NOT_YET).max(1) for access in ACCESS]
        return replace(self, tier_released=np.maximum(self.tier_released, np.stack(best, axis=-1)))

    def delay_months(self, quarter: Quarter) -> np.ndarray:
        """Return the delay (draw,) from product to API of closed flagships, months."""
        first = self.chunk.parameters["forecast.api_delay_months"]
        grown = first * np.exp(self.chunk.parameters["forecast.api_delay_drift"] * quarter.years)
        return np.asarray(np.minimum(grown, MOST_MONTHS) + quarter.lever("api_delay_months"))

    def on_offer(self, delay_months: np.ndarray) -> np.ndarray:
        """Return the flagship index (draw, line) on API menus, at the middle of the quarter.

        Today's menus already contain today's delay, so only what is added to it moves closed flagships back.
        """
        extra = np.clip(delay_months - self.chunk.parameters["forecast.api_delay_months"], 0.0, None)
        extra = np.minimum(extra / MONTHS_PER_QUARTER, LONGEST_DELAY)
        times = np.array(self.elapsed)
        middle = 0.5 * (times[-1] + times[max(len(times) - 2, 0)])
        open_menu = self._released_at(np.full(len(extra), middle), times)
        closed_menu = self._released_at(middle - extra, times)
        return np.where(self.chunk.lines.is_open, open_menu, closed_menu)

    def _released_at(self, when: np.ndarray, times: np.ndarray) -> np.ndarray:
        """Interpolate releases (draw, line) at a time per draw, in quarters since the data's end."""
        when = np.clip(when, times[0], times[-1])
        right = np.clip(np.searchsorted(times, when, side="left"), 1, max(len(times) - 1, 1))
        if len(times) == 1:
            return self.past[0]
        left = right - 1
        part = ((when - times[left]) / (times[right] - times[left]))[:, None]
        low, high = left.min(), right.max()
        past = np.stack(self.past[low : high + 1])
        rows = np.arange(len(when))
        return np.asarray((1.0 - part) * past[left - low, rows] + part * past[right - low, rows])


def small_distance(value: dict[str, np.ndarray], lines: Lines, randomness: Randomness) -> np.ndarray:
    """Return the distance (draw, line) of a small model below its line's flagship, index points."""
    mean = np.where(
        lines.is_open,
        value["capability.shortfall_open"][:, None],
        value["capability.shortfall_closed"][:, None],
    )
    return np.asarray(np.maximum(mean * randomness.exponentials("small", len(lines)), SMALLEST_STEP))
