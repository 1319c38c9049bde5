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

from dataclasses import dataclass, field

import numpy as np

from forkmodel.forecast.lines import SLOTS, Lines
from forkmodel.forecast.randomness import Randomness
from forkmodel.forecast.scenario import Levers
from forkmodel.forecast.start import Start
from forkmodel.model.price import REFERENCE_INDEX
from forkmodel.results.paths_price import LARGEST_LOG_PRICE

__all__ = ["Tariffs"]

WEEKS_PER_QUARTER = 13.0
QUARTERS_PER_YEAR = 4.0
#: The relative decay of the premium today is the fitted loss over the premium, but over at least this much:
#: the ratio means nothing once the premium is nearly gone.
SMALLEST_PREMIUM = 0.3
#: A menu place averages this many models' own prices at most.
MOST_AVERAGED = 3.0
TINY_PRICE = 1e-9
#: Spend responds to a fall of log price in one quarter up to this; only draws from the prior reach it.
LARGEST_SURPRISE = 3.0


@dataclass
class Tariffs:
    """Price surface and menu prices in every world, quarter by quarter.

    Attributes
    ----------
    years_from_reference : float
        Years from the price block's reference date to the data's end.
    developer_effect : array (draw, line)
        Log price level of each line's developer.
    premium : array (draw,)
        Log residual premium before scarcity and levers.
    deviation : array (draw, segment, item)
        Log price off the surface.
    surprise : array (draw,)
        Fall of log price at fixed capability in the last step beyond what today's growth would bring.
    """

    start: Start
    lines: Lines
    value: dict[str, np.ndarray]
    parameters: dict[str, np.ndarray]
    randomness: Randomness
    years_from_reference: float
    developer_effect: np.ndarray
    premium: np.ndarray = field(init=False)
    deviation: np.ndarray = field(init=False)
    surprise: np.ndarray = field(init=False)
    _fallen: np.ndarray = field(init=False)
    _level: np.ndarray = field(init=False)
    _shift: dict[str, float] = field(init=False)
    _log_premium: np.ndarray = field(init=False)
    _lasting: np.ndarray = field(init=False)
    _posted: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        """Start on the fitted surface."""
        years = self.years_from_reference
        self.surprise = np.zeros(self.randomness.count)
        self._fallen = self.value["price.decline"] * years
        self.premium = self.value["price.residual_premium"] - self.value["price.premium_decay"] * years
        self._level = np.zeros(self.randomness.count)
        self._shift = {"closed": 0.0, "open": 0.0}
        self._log_premium = self.premium
        self._closed = (~np.repeat(self.lines.is_open, len(SLOTS))).astype(float)
        self._effect = np.repeat(self.developer_effect, len(SLOTS), axis=1)

    def begin(self, index: np.ndarray) -> None:
        """Set the deviations so that today's prices are those on offer.

        Parameters
        ----------
        index : array (draw, item)
            Nominal index of the menu places.
        """
        items = self.start.item_price.shape[-1]
        listed = self.start.item_price
        surface = self.surface(index)[:, None, :]
        self.deviation = np.repeat(self._effect[:, None, :], listed.shape[1], axis=1)
        known = np.isfinite(listed)
        off = np.log(np.maximum(np.where(known, listed, 1.0), TINY_PRICE)) - surface[..., :items]
        self.deviation[..., :items] = np.where(known, off, self.deviation[..., :items])
        usual = self._effect[:, None, :]
        part = self.parameters["forecast.lasting_appeal"][:, None, None]
        self._lasting = usual + part * (self.deviation - usual)
        self._posted = self.surface(index)[:, None, :] + self.deviation

    def advance(
        self,
        steps: float,
        number: int,
        years: float,
        gained: np.ndarray,
        glut: np.ndarray,
        levers: Levers,
        place: int,
    ) -> None:
        """Let ``steps`` quarters pass.

        Parameters
        ----------
        steps : float
            Quarters since prices were last set.
        number : int
            Calendar quarter, for random numbers.
        years : float
            Years since the data's end, after the step.
        gained : array (draw,)
            What the closed frontier gained in the step, index points.
        glut : array (draw,)
            How far the scarcity rent has gone.
        levers, place
            Levers of the scenario, and the place of the quarter on their grid.
        """
        span = steps / QUARTERS_PER_YEAR
        fade = np.exp(-years / self.parameters["forecast.drift_fade_years"])
        gradient = self.value["price.capability_gradient"]
        drift = gradient * self.start.growth_closed - self.value["price.decline"]
        fallen = gradient * gained - drift * fade * span
        surprise = gradient * (gained - self.start.growth_closed * span)
        self.surprise = np.clip(surprise, -LARGEST_SURPRISE, LARGEST_SURPRISE)
        self._fallen = self._fallen + fallen
        shocks = self.randomness.normals("price", 2, number) * np.sqrt(span)
        self._level = self._level + self.parameters["forecast.price_shock"] * shocks[:, 0]
        rate = self._decay(fade)
        self.premium = (
            self.premium * np.exp(-rate * span) + self.parameters["forecast.premium_shock"] * shocks[:, 1]
        )
        rent = np.where(self.premium > 0.0, self.parameters["forecast.scarcity_share"] * glut, 0.0)
        self._log_premium = self.premium * (1.0 - rent) + np.log(levers.at("premium", place))
        self._shift = {access: np.log(levers.at(f"price_{access}", place)) for access in self._shift}
        self._redraw(steps, number)

    def _decay(self, fade: np.ndarray) -> np.ndarray:
        """Return the relative decay of the log premium (draw,), per year."""
        final = self.parameters["forecast.premium_decay"]
        first = (
            self.value["price.residual_premium"]
            - self.value["price.premium_decay"] * self.years_from_reference
        )
        today = self.value["price.premium_decay"] / np.maximum(first, SMALLEST_PREMIUM)
        return np.asarray(final + (np.where(first > 0.0, today, final) - final) * fade)

    def _redraw(self, steps: float, number: int) -> None:
        """Move deviations towards what lasts of them: new models replace today's."""
        kept = np.exp(-steps / QUARTERS_PER_YEAR / self.parameters["forecast.menu_years"])[:, None]
        # What lasts has its own spread; what is redrawn adds only the rest.
        redrawn = np.sqrt(1.0 - self.parameters["forecast.lasting_appeal"] ** 2)[:, None]
        spread = redrawn * self.value["price.model_spread"][:, None] / np.sqrt(self.averaged)
        shock = self.randomness.normals("menu price", len(self._closed), number)
        # Less half the variance, so that the mean price does not grow with the spread of its logarithm.
        new = np.sqrt(1.0 - kept**2) * spread * shock - 0.5 * (1.0 - kept**2) * spread**2
        self.deviation = self._lasting + kept[:, None, :] * (self.deviation - self._lasting) + new[:, None, :]

    def post(self, steps: float, index: np.ndarray) -> None:
        """Let posted prices follow the surface: where a model is repriced or replaced, and nowhere else.

        Parameters
        ----------
        steps : float
            Quarters since prices were last posted.
        index : array (draw, item)
            Nominal index of the menu places.
        """
        weekly = np.where(
            self._closed > 0.0,
            self.parameters["forecast.reprice_closed"][:, None],
            self.parameters["forecast.reprice_open"][:, None],
        )
        stays = (1.0 - weekly) ** (WEEKS_PER_QUARTER * steps)
        stays = stays * np.exp(-steps / QUARTERS_PER_YEAR / self.parameters["forecast.menu_years"])[:, None]
        wanted = self.surface(index)[:, None, :] + self.deviation
        self._posted = wanted + stays[:, None, :] * (self._posted - wanted)

    def enter(self, arrived: np.ndarray, index: np.ndarray) -> None:
        """Post the prices of lines (draw, line) that enter."""
        new = np.repeat(arrived, len(SLOTS), axis=1)[:, None, :]
        self._posted = np.where(new, self.surface(index)[:, None, :] + self.deviation, self._posted)

    @property
    def averaged(self) -> np.ndarray:
        """Number of models whose own prices and tastes a menu place averages (draw, item)."""
        offers = np.ones((self.randomness.count, len(self._closed)))
        offers[:, : self.start.offers.shape[1]] = self.start.offers
        return np.clip(offers, 1.0, MOST_AVERAGED)

    @property
    def log_premium(self) -> np.ndarray:
        """Log of closed over open price at equal capability (draw,), levers included."""
        return self._log_premium + self._shift["closed"] - self._shift["open"]

    def at(self, index: np.ndarray, closed: float) -> np.ndarray:
        """Return the log list price (draw,) of a typical seller at an index."""
        shift = self._shift["closed"] if closed else self._shift["open"]
        gradient = self.value["price.capability_gradient"]
        level = self.value["price.level"] + self._level - self._fallen + shift
        price = level + gradient * (index - REFERENCE_INDEX) + closed * self._log_premium
        return np.asarray(np.clip(price, -LARGEST_LOG_PRICE, LARGEST_LOG_PRICE))

    def surface(self, index: np.ndarray) -> np.ndarray:
        """Return the log list price (draw, item) of a typical seller for the menu places."""
        gradient = self.value["price.capability_gradient"][:, None]
        level = (self.value["price.level"] + self._level - self._fallen)[:, None]
        shift = self._shift["open"] + self._closed * (self._shift["closed"] - self._shift["open"])
        premium = self._closed * self._log_premium[:, None]
        return np.asarray(level + gradient * (index - REFERENCE_INDEX) + premium + shift)

    @property
    def list_prices(self) -> np.ndarray:
        """List prices (draw, segment, item) of the menu places, USD per million tokens."""
        return np.asarray(np.exp(np.clip(self._posted, -LARGEST_LOG_PRICE, LARGEST_LOG_PRICE)))
