"""List prices forward: the fitted hedonic surface, whose drift and premium are phases and not laws.

=================  ===========================================================================
code               mathematics
=================  ===========================================================================
``decline``        ``gamma g(t) - delta(t)``, fall of price at fixed capability, log per year
``delta``          drift of the frontier list price, ``delta_0 exp(-t / tau)``
``premium``        ``pi``, decays at a relative rate that goes from the fitted to the long-run one
``deviation``      a menu place's price off the surface; part of today's lasts, the rest is redrawn
``posted``         log list price, which follows surface and deviation as it is repriced or replaced
=================  ===========================================================================

Price at fixed capability falls because capability grows: with ``gamma`` the gradient and ``g`` growth, the
list price of the frontier drifts by ``delta = gamma g - decline``. Flagship prices have no trend over years
(Du 2026), so today's ``delta`` fades and the decline follows growth. Carrying the fitted decline forward as a
constant would let the frontier's price explode or vanish within ten years.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from forkmodel.data.panel_catalogue import ACCESS
from forkmodel.forecast.chunk import Chunk
from forkmodel.forecast.lines import per_item
from forkmodel.forecast.quarter import Quarter
from forkmodel.model.price import hedonic_log_price, log_premium
from forkmodel.results.paths_price import bounded_price

__all__ = ["ListPrices", "averaged"]

WEEKS_PER_QUARTER = 13.0
#: The relative decay of the premium today is the fitted loss over the premium, but over at least this much:
#: the ratio means nothing once the premium is nearly gone.
SMALLEST_PREMIUM = 0.3
#: A menu place averages this many models' own prices at most.
MOST_AVERAGED = 3.0
TINY_PRICE = 1e-9
#: Spend responds to a fall of log price in one quarter up to this; only draws from the prior reach it.
LARGEST_SURPRISE = 3.0


@dataclass(frozen=True)
class ListPrices:
    """Price surface and menu prices in every world.

    Attributes
    ----------
    developer_effect : array (draw, line)
        Log price level of each line's developer.
    premium : array (draw,)
        Log residual premium before scarcity and levers.
    log_premium : array (draw,)
        The same after both.
    fallen : array (draw,)
        Fall of log price at fixed capability since the reference date.
    level : array (draw,)
        Random movement of the price level, log.
    shift : dict of float
        Log change of list prices that a scenario brings, by access.
    deviation, lasting : array (draw, segment, item)
        Log price off the surface, and what of today's lasts.
    posted : array (draw, segment, item)
        Log list price.
    surprise : array (draw,)
        Fall of log price at fixed capability in the last step beyond what today's growth would bring.
    """

    chunk: Chunk
    developer_effect: np.ndarray
    premium: np.ndarray
    log_premium: np.ndarray
    fallen: np.ndarray
    level: np.ndarray
    shift: dict[str, float]
    deviation: np.ndarray
    lasting: np.ndarray
    posted: np.ndarray
    surprise: np.ndarray

    @classmethod
    def begin(cls, chunk: Chunk, developer_effect: np.ndarray, index: np.ndarray) -> ListPrices:
        """Start on the fitted surface, with deviations that make today's prices those on offer.

        Parameters
        ----------
        chunk : Chunk
            What stands still.
        developer_effect : array (draw, line)
            Log price level of each line's developer.
        index : array (draw, item)
            Nominal index of the menu places.
        """
        nothing, premium = np.zeros(chunk.count), fitted_premium(chunk)
        unknown = np.zeros((chunk.count, 0))
        plain = cls(
            chunk=chunk,
            developer_effect=developer_effect,
            premium=premium,
            log_premium=premium,
            fallen=chunk.value["price.decline"] * chunk.years_from_reference,
            level=nothing,
            shift={"closed": 0.0, "open": 0.0},
            deviation=unknown,
            lasting=unknown,
            posted=unknown,
            surprise=nothing,
        )
        listed, surface = chunk.start.item_price, plain.surface(index)[:, None, :]
        usual = per_item(developer_effect)[:, None, :]
        deviation = np.repeat(usual, listed.shape[1], axis=1)
        known, items = np.isfinite(listed), listed.shape[-1]
        off = np.log(np.maximum(np.where(known, listed, 1.0), TINY_PRICE)) - surface[..., :items]
        deviation[..., :items] = np.where(known, off, deviation[..., :items])
        lasting = usual + chunk.parameters["forecast.lasting_appeal"][:, None, None] * (deviation - usual)
        return replace(plain, deviation=deviation, lasting=lasting, posted=surface + deviation)

    def advance(
        self, quarter: Quarter, gained: np.ndarray, index: np.ndarray, arrived: np.ndarray
    ) -> ListPrices:
        """Return the list prices a quarter later.

        Parameters
        ----------
        quarter : Quarter
            The quarter.
        gained : array (draw,)
            What the closed frontier gained in it, index points.
        index : array (draw, item)
            Nominal index of the menu places.
        arrived : array (draw, line) of bool
            Lines that enter; they post prices of their own.
        """
        moved = self._moved(quarter, gained)
        wanted = moved.surface(index)[:, None, :] + moved.deviation
        posted = wanted + self._stays(quarter)[:, None, :] * (self.posted - wanted)
        return replace(moved, posted=np.where(per_item(arrived)[:, None, :], wanted, posted))

    def _moved(self, quarter: Quarter, gained: np.ndarray) -> ListPrices:
        """Return the surface and the deviations from it a quarter later; what is posted follows."""
        chunk, value, parameters = self.chunk, self.chunk.value, self.chunk.parameters
        span, growth = quarter.span, chunk.start.growth_closed
        fade = np.exp(-quarter.years / parameters["forecast.drift_fade_years"])
        gradient = value["price.capability_gradient"]
        drift = gradient * growth - value["price.decline"]
        surprise = gradient * (gained - growth * span)
        shocks = chunk.randomness.normals("price", 2, quarter.number) * np.sqrt(span)
        kept = np.exp(-self._decay(fade) * span)
        premium = self.premium * kept + parameters["forecast.premium_shock"] * shocks[:, 1]
        glut = chunk.shocks.glut(quarter.year)
        rent = np.where(premium > 0.0, parameters["forecast.scarcity_share"] * glut, 0.0)
        return replace(
            self,
            surprise=np.clip(surprise, -LARGEST_SURPRISE, LARGEST_SURPRISE),
            fallen=self.fallen + (gradient * gained - drift * fade * span),
            level=self.level + parameters["forecast.price_shock"] * shocks[:, 0],
            premium=premium,
            log_premium=premium * (1.0 - rent) + np.log(quarter.lever("premium")),
            shift={access: float(np.log(quarter.lever(f"price_{access}"))) for access in self.shift},
            deviation=self._redrawn(quarter),
        )

    def _decay(self, fade: np.ndarray) -> np.ndarray:
        """Return the relative decay of the log premium (draw,), per year."""
        final, first = self.chunk.parameters["forecast.premium_decay"], fitted_premium(self.chunk)
        today = self.chunk.value["price.premium_decay"] / np.maximum(first, SMALLEST_PREMIUM)
        return np.asarray(final + (np.where(first > 0.0, today, final) - final) * fade)

    def _redrawn(self, quarter: Quarter) -> np.ndarray:
        """Return deviations that moved towards what lasts of them: new models replace today's."""
        chunk = self.chunk
        kept = np.exp(-quarter.span / chunk.parameters["forecast.menu_years"])[:, None]
        # What lasts has its own spread; what is redrawn adds only the rest.
        part = np.sqrt(1.0 - chunk.parameters["forecast.lasting_appeal"] ** 2)[:, None]
        spread = part * chunk.value["price.model_spread"][:, None] / np.sqrt(averaged(chunk))
        shock = chunk.randomness.normals("menu price", spread.shape[1], quarter.number)
        # Less half the variance, so that the mean price does not grow with the spread of its logarithm.
        new = np.sqrt(1.0 - kept**2) * spread * shock - 0.5 * (1.0 - kept**2) * spread**2
        return np.asarray(self.lasting + kept[:, None, :] * (self.deviation - self.lasting) + new[:, None, :])

    def _stays(self, quarter: Quarter) -> np.ndarray:
        """Return the part of posted prices (draw, item) that no model reprices and no new one replaces."""
        parameters = self.chunk.parameters
        weekly = np.where(
            self.chunk.lines.item_open > 0.0,
            parameters["forecast.reprice_open"][:, None],
            parameters["forecast.reprice_closed"][:, None],
        )
        stays = (1.0 - weekly) ** (WEEKS_PER_QUARTER * quarter.steps)
        return np.asarray(stays * np.exp(-quarter.span / parameters["forecast.menu_years"])[:, None])

    def at(self, index: np.ndarray, access: str) -> np.ndarray:
        """Return the log list price (draw,) of a typical seller at an index, USD per million tokens."""
        value = self.chunk.value
        return np.asarray(
            hedonic_log_price(
                value["price.level"] + self.level + self.shift[access],
                value["price.capability_gradient"],
                index,
                self.fallen,
                self.log_premium,
                float(access == "closed"),
            )
        )

    def at_each(self, index: np.ndarray) -> np.ndarray:
        """Return the same (draw, access) at an index of each tier."""
        return np.stack([self.at(index[:, i], access) for i, access in enumerate(ACCESS)], axis=-1)

    def surface(self, index: np.ndarray) -> np.ndarray:
        """Return the log list price (draw, item) of a typical seller for the menu places."""
        value, closed = self.chunk.value, 1.0 - self.chunk.lines.item_open
        shift = self.shift["open"] + closed * (self.shift["closed"] - self.shift["open"])
        return np.asarray(
            hedonic_log_price(
                (value["price.level"] + self.level)[:, None] + shift,
                value["price.capability_gradient"][:, None],
                index,
                self.fallen[:, None],
                self.log_premium[:, None],
                closed,
            )
        )

    @cached_property
    def prices(self) -> np.ndarray:
        """List prices (draw, segment, item) of the menu places, USD per million tokens."""
        return bounded_price(self.posted)


def fitted_premium(chunk: Chunk) -> np.ndarray:
    """Return the fitted log residual premium (draw,) at the data's end."""
    value = chunk.value
    return np.asarray(
        log_premium(value["price.residual_premium"], value["price.premium_decay"], chunk.years_from_reference)
    )


def averaged(chunk: Chunk) -> np.ndarray:
    """Return the number of models whose own prices and tastes a menu place averages (draw, item)."""
    offers = np.ones((chunk.count, len(chunk.lines.item_open)))
    offers[:, : chunk.start.offers.shape[1]] = chunk.start.offers
    return np.clip(offers, 1.0, MOST_AVERAGED)
