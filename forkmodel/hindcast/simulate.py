"""Shares forward from any quarter: the fitted dynamics, entry at a drawn size, and exit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forkmodel.hindcast.dynamics import TAIL_FREEDOM, TAIL_VARIANCE, YEARS_PER_QUARTER
from forkmodel.hindcast.moves import REFERENCE_SHARE
from forkmodel.hindcast.panel import ENTRY_FLOOR, EXIT_FLOOR, EXIT_QUARTERS, SMALLEST_SHARE, MarketPanel

__all__ = ["PLACES", "Dynamics", "Future", "simulate"]

#: Places kept for firms that have yet to come.
PLACES = 6


@dataclass(frozen=True)
class Dynamics:
    """Parameters of one market in every draw, all arrays (draw,).

    Attributes
    ----------
    speed : array
        Scale of a quarter's moves of a leading firm's log share in a mature market, per root year.
    reversion : array
        Pull of log shares towards their mean, per year; below zero they are drawn apart.
    size_slope : array
        Exponent by which smaller shares move faster.
    youth, youth_years : array
        By how much a new market moves faster, and the years in which two thirds of that go.
    entry : array
        Firms that come to the market per year.
    entry_size : array
        Mean of the log of the share at arrival over the floor.
    """

    speed: np.ndarray
    reversion: np.ndarray
    size_slope: np.ndarray
    youth: np.ndarray
    youth_years: np.ndarray
    entry: np.ndarray
    entry_size: np.ndarray

    def scale(self, age: float, share: np.ndarray) -> np.ndarray:
        """Return the scale of a quarter's moves of log shares (draw, firm)."""
        fade = 1.0 + self.youth * np.exp(-age / self.youth_years)
        # No firm below the floor is on a record for long.
        size = np.maximum(share, EXIT_FLOOR) / REFERENCE_SHARE
        return np.asarray(
            (self.speed * fade * YEARS_PER_QUARTER**0.5)[:, None] * size ** -self.size_slope[:, None]
        )


@dataclass(frozen=True)
class Future:
    """Shares in every draw.

    Attributes
    ----------
    share : array (quarter ahead, draw, firm)
        Shares of the whole, the panel's firms first and then those that came; zero where nobody is.
    hhi, cr3 : array (quarter ahead, draw)
        HHI (0 to 10,000) and summed share of the three largest, over single firms.
    """

    share: np.ndarray
    hhi: np.ndarray
    cr3: np.ndarray


def simulate(panel: MarketPanel, dynamics: Dynamics, quarters: int, rng: np.random.Generator) -> Future:
    """Go on from the last quarter of a panel.

    Parameters
    ----------
    panel : MarketPanel
        The market as it is known; its last quarter must be on record.
    dynamics : Dynamics
        Parameters.
    quarters : int
        Quarters ahead.
    rng : Generator
        Random numbers.
    """
    draws, last = len(dynamics.speed), len(panel.quarters) - 1
    firms = len(panel.firms)
    total = firms + PLACES
    followed = np.concatenate([panel.followed, np.ones(PLACES, dtype=bool)])
    alive = np.zeros((draws, total), dtype=bool)
    alive[:, :firms] = panel.present[last]
    share = np.where(panel.present[last], np.nan_to_num(panel.share[last]), 0.0)
    whole = float(share.sum())
    level = np.zeros((draws, total))
    level[:, :firms] = np.log(np.maximum(share, SMALLEST_SHARE) / whole)
    poor = np.zeros((draws, total), dtype=int)
    shares = np.zeros((quarters, draws, total))
    for ahead in range(quarters):
        age = float(panel.age[last]) + (ahead + 1) * YEARS_PER_QUARTER
        part = np.exp(level) * whole
        scale = dynamics.scale(age, part)
        wild = np.sqrt(0.5 * TAIL_FREEDOM / rng.standard_gamma(0.5 * TAIL_FREEDOM, draws))
        moved = wild[:, None] * scale * rng.standard_normal((draws, total))
        # What keeps the expected share where it is, although its logarithm walks.
        moved = moved + TAIL_VARIANCE * np.square(scale) * (part - 0.5)
        moved = moved + _pull(dynamics, level, alive & followed)
        after = np.where(alive, level + moved, -np.inf)
        after, alive = _enter(after, alive, dynamics, whole, firms, rng)
        after = after - np.logaddexp.reduce(after, axis=1)[:, None]
        shares[ahead] = np.exp(after) * whole
        poor = np.where(alive & (shares[ahead] < EXIT_FLOOR), poor + 1, 0)
        # The largest firm stays whatever its share.
        alive = alive & ~((poor >= EXIT_QUARTERS) & followed & (after < after.max(1, keepdims=True)))
        level = np.where(alive, after, 0.0)
    single = shares * followed
    return Future(
        share=shares,
        hhi=1e4 * np.square(single).sum(-1),
        cr3=np.sort(single, axis=-1)[..., -3:].sum(-1),
    )


def _pull(dynamics: Dynamics, level: np.ndarray, single: np.ndarray) -> np.ndarray:
    """Return the pull of single firms towards their mean (draw, firm)."""
    count = np.maximum(single.sum(1, keepdims=True), 1)
    centre = (level * single).sum(1, keepdims=True) / count
    return YEARS_PER_QUARTER * dynamics.reversion[:, None] * np.where(single, centre - level, 0.0)


def _enter(
    level: np.ndarray,
    alive: np.ndarray,
    dynamics: Dynamics,
    whole: float,
    firms: int,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Return levels and who is on the market after at most one arrival (draw, firm)."""
    came = np.zeros_like(alive)
    arrives = rng.random(len(level)) < -np.expm1(-dynamics.entry * YEARS_PER_QUARTER)
    size = ENTRY_FLOOR * np.exp(dynamics.entry_size * rng.standard_exponential(len(level)))
    free = ~alive[:, firms:]
    place = firms + free.argmax(1)
    who = np.flatnonzero(arrives & free.any(1))
    came[who, place[who]] = True
    held = np.logaddexp.reduce(level[who], axis=1)
    part = np.minimum(size[who], 0.5) / whole
    level = level.copy()
    level[who, place[who]] = held + np.log(part / (1.0 - part))
    return level, alive | came
