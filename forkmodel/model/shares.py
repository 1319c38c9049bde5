"""Shares among what is on offer together: logit choice, leaning, money, mixture, and buyers who stay.

Each is written once for two layouts: the offers of all past months side by side, summed by month, and the
menus of a simulated quarter, of which the last axis is one. A :class:`ChoiceSets` says what is summed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from forkmodel.model.ops import Array, Ops

__all__ = [
    "ChoiceSets",
    "Menu",
    "MonthlyOffers",
    "held_on",
    "leaning",
    "log_normalised",
    "logit_shares",
    "money_shares",
    "monthly_tilt",
    "normalised",
    "segment_mixture",
    "segment_weights",
    "tilt",
]


class ChoiceSets(Protocol):
    """Which entries of the last axis are on offer together."""

    def total(self, ops: Ops, x: Array) -> Array:
        """Return at every entry the sum over its set."""
        ...

    def shifted(self, ops: Ops, x: Array) -> Array:
        """Subtract a number per set, so that exponentials normalised by set do not all vanish."""
        ...


@dataclass(frozen=True)
class MonthlyOffers:
    """The offers of all months along the last axis, ``month`` (cell,) being the month of each."""

    month: np.ndarray
    n_months: int

    def total(self, ops: Ops, x: Array) -> Array:
        """Return at every offer the sum over its month."""
        return ops.group_sum(x, self.month, self.n_months)[..., self.month]

    def shifted(self, ops: Ops, x: Array) -> Array:
        """Subtract a number per month."""
        return ops.group_shift(x, self.month, self.n_months)


@dataclass(frozen=True)
class Menu:
    """The whole last axis is on offer together."""

    def total(self, ops: Ops, x: Array) -> Array:
        """Return the sum over the menu."""
        return x.sum(-1)[..., None]

    def shifted(self, ops: Ops, x: Array) -> Array:
        """Subtract the largest entry."""
        return x - x.max(-1)[..., None]


def normalised(ops: Ops, sets: ChoiceSets, amount: Array) -> Array:
    """Return amounts as parts of their set's total."""
    return amount / sets.total(ops, amount)


def log_normalised(ops: Ops, x: Array) -> Array:
    """Return log amounts (last axis) less the log of their sum: logs of parts that sum to one."""
    return x - ops.log_sum_exp(x)[..., None]


def logit_shares(ops: Ops, sets: ChoiceSets, utility: Array) -> Array:
    """Return the shares of those who choose, which sum to one in each set."""
    return normalised(ops, sets, ops.exp(sets.shifted(ops, utility)))


def tilt(ops: Ops, lean: Array, opened: np.ndarray) -> Array:
    """Return what a leaning towards open weights does to the odds of every entry.

    Parameters
    ----------
    lean : array
        What open weights are worth to the buyers, utility; at every entry, or broadcast against them.
    opened : ndarray
        1 for open weights, else 0.
    """
    return ops.exp(lean * opened)


def monthly_tilt(ops: Ops, lean: Array, month: np.ndarray, opened: np.ndarray, n_months: int) -> Array:
    """Return :func:`tilt` of leanings (month,) for the offers (cell,) of all months.

    It has two values a month. An exponential for every offer would be a tenth of the fit.
    """
    odds = ops.exp(ops.concat([0.0 * lean, lean], axis=-1))
    return odds[..., month + n_months * (opened > 0)]


def leaning(ops: Ops, sets: ChoiceSets, share: Array, tilted: Array) -> Array:
    """Return the shares of buyers who lean towards open weights.

    Parameters
    ----------
    share : array
        Shares without the leaning.
    tilted : array
        What the leaning does to the odds, from :func:`tilt` or :func:`monthly_tilt`.
    """
    return normalised(ops, sets, share * tilted)


def money_shares(ops: Ops, sets: ChoiceSets, tokens: Array, paid: Array) -> Array:
    """Return shares of money from shares of tokens and the price paid, up to a factor common to the set."""
    return normalised(ops, sets, tokens * paid)


def segment_weights(frontier_part: np.ndarray) -> np.ndarray:
    """Return the parts of both segments (..., segment) in a market, given that of the frontier segment."""
    return np.stack([frontier_part, 1.0 - frontier_part], axis=-1)


def segment_mixture(frontier: Array, threshold: Array, frontier_part: Array) -> Array:
    """Return token shares of a market: the sum over segments of weight times share."""
    return threshold + frontier_part * (frontier - threshold)


def held_on(
    ops: Ops, sets: ChoiceSets, held: Array, chosen: Array, stay: Array, offered: np.ndarray
) -> Array:
    """Return shares among all buyers after one step: part of them stays, the others choose.

    ``E(t) = stay E(t - 1) + (1 - stay) C(t)``; who stayed with what is no longer on offer chooses as well.
    :func:`forkmodel.model.enterprise.held` is the same over many steps at once.

    Parameters
    ----------
    held : array
        Shares among all buyers before the step.
    chosen : array
        Shares among those who choose in it.
    stay : array
        Part of the buyers who do not reconsider within the step.
    offered : ndarray
        1 where the entry is still on offer, else 0.
    """
    kept = stay * held * offered
    return kept + (1.0 - sets.total(ops, kept)) * chosen
