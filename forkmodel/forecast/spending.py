"""Money forward: spend whose growth fades, split between tiers and firms by what buyers choose.

Spend ``T`` on models grows at the long run's rate plus an excess that fades as the plateau of its prior comes
near (:mod:`forkmodel.forecast.saturation`), because today's growth (a factor of ten a year) is better known
than how it ends. Growth contains the category's response to falling prices, so only prices that fall faster
or slower than expected today move it further, by the category elasticity less one. The open part of spend
follows the log odds of open money among enterprise buyers of APIs, as far as closed revenue is sold through
APIs (a product's subscribers see no menu), plus growth of hosting outside the router that fades; closed
firms' shares follow block 3's money at the fitted pull and walk at a speed that fades from the fitted to a
mature market's.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.special import expit, logit

from forkmodel.forecast.lines import Lines
from forkmodel.forecast.randomness import Randomness
from forkmodel.forecast.saturation import Saturation
from forkmodel.forecast.scenario import Levers
from forkmodel.forecast.start import Start
from forkmodel.model.spend import MONTHS_PER_QUARTER, SMALLEST_SHARE

__all__ = ["Spending"]

SPAN = 0.25
QUARTERS_PER_YEAR = 4.0
MONTHS_PER_YEAR = 12.0
GONE = -1e9
#: Part of a burst below which it is over.
FADED = 1e-9
#: Quarters from the last of the past shares to the shares at which the forecast joins the fit.
JOINED_QUARTERS = 2.0


@dataclass
class Spending:
    """Spend by tier and closed firm in every world, quarter by quarter.

    Attributes
    ----------
    log_total : array (draw,)
        Log of spend on models of both tiers, billion USD per year.
    open_odds : array (draw,)
        Log odds of the open part.
    log_share : array (draw, firm)
        Log of closed firms' shares of closed revenue.
    api_logit : array (draw,)
        Log odds of the part of closed revenue sold through APIs.
    """

    start: Start
    lines: Lines
    value: dict[str, np.ndarray]
    parameters: dict[str, np.ndarray]
    randomness: Randomness
    log_total: np.ndarray = field(init=False)
    open_odds: np.ndarray = field(init=False)
    log_share: np.ndarray = field(init=False)
    api_logit: np.ndarray = field(init=False)
    _burst: Saturation = field(init=False)
    _wave: np.ndarray = field(init=False)
    _gain: np.ndarray = field(init=False)
    _choice_odds: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        """Start from the fitted levels."""
        closed, opened = self.start.log_closed_spend, self.start.log_open_spend
        self.log_total = np.logaddexp(closed, opened)
        self.open_odds = opened - closed
        n, known = self.start.log_share.shape
        self.log_share = np.full((n, len(self.lines.firms)), GONE)
        self.log_share[:, :known] = self.start.log_share
        self.api_logit = logit(self.value["value.api_share"])
        self._burst = Saturation(
            self.start.spend_growth - self.parameters["forecast.growth_floor"],
            np.log(self.parameters["forecast.spend_plateau"]) - self.log_total,
            self.parameters["forecast.spend_bend"],
        )
        self._wave = np.zeros(n)
        self._gain = np.zeros_like(self.log_share)

    def begin(self, open_money: np.ndarray) -> None:
        """Remember today's open part of enterprise money (draw,)."""
        self._choice_odds = logit(open_money)

    @property
    def api_share(self) -> np.ndarray:
        """Part of closed revenue sold through APIs (draw,)."""
        return np.asarray(expit(self.api_logit))

    @property
    def closed(self) -> np.ndarray:
        """Closed revenue (draw,), billion USD per year."""
        return np.asarray(np.exp(self.log_total - np.logaddexp(0.0, self.open_odds)))

    @property
    def opened(self) -> np.ndarray:
        """Hosted open revenue (draw,), billion USD per year."""
        return np.asarray(np.exp(self.log_total + self.open_odds - np.logaddexp(0.0, self.open_odds)))

    def advance(
        self,
        number: int,
        years: float,
        surprise: np.ndarray,
        price_jump: float,
        open_money: np.ndarray,
        firm_money: np.ndarray,
        firm_alive: np.ndarray,
        levers: Levers,
        place: int,
    ) -> None:
        """Let a quarter pass.

        Parameters
        ----------
        number : int
            Calendar quarter, for random numbers.
        years : float
            Years since the data's end, after the step.
        surprise : array (draw,)
            Fall of log price at fixed capability in this quarter beyond what today's growth would bring.
        price_jump : float
            Log change of list prices in this quarter that a scenario brings.
        open_money : array (draw,)
            Open part of enterprise money.
        firm_money : array (draw, firm)
            Closed firms' part of closed enterprise money.
        firm_alive : array (draw, firm) of bool
            Firms with a line on offer.
        levers, place
            Levers of the scenario, and the place of the quarter on their grid.
        """
        shocks = self.randomness.normals("spend", 2, number)
        self._grow(shocks, surprise, price_jump, levers, place)
        if place == 1:
            self._join(price_jump, levers)
        odds = logit(open_money)
        outside = self.value["spend.coverage_trend"] * np.exp(
            -years / self.parameters["forecast.coverage_fade_years"]
        )
        self.open_odds = self.open_odds + self.api_share * (odds - self._choice_odds) + outside * SPAN
        drift = self.parameters["forecast.api_drift"] + levers.at("api_drift", place)
        self.api_logit = self.api_logit + drift * SPAN
        self._choice_odds = odds
        self._share(number, firm_money, firm_alive)
        if place == 1:
            self._join_shares(firm_alive)

    def _join(self, price_jump: float, levers: Levers) -> None:
        """Take closed spend at the start of the first quarter from the fit, whose paths reach that far."""
        response = self.value["spend.category_elasticity"] - 1.0
        level = self.start.log_closed_next + np.logaddexp(0.0, self.open_odds)
        self.log_total = level + levers.at("spend_growth", 1) * SPAN - response * price_jump

    def _join_shares(self, alive: np.ndarray) -> None:
        """Take closed shares at the start of the first quarter from the fit, beside those who entered."""
        known = self.start.log_share_next.shape[1]
        gain = (self.start.log_share_next - self.start.log_share_past[:, -1]) / JOINED_QUARTERS
        self._gain[:, :known] = np.where(alive[:, :known], gain, 0.0)
        part = np.exp(self.log_share)
        held = part[:, :known].sum(1, keepdims=True)
        there = np.where(alive[:, :known], np.exp(self.start.log_share_next), 0.0)
        part[:, :known] = held * there / np.maximum(there.sum(1, keepdims=True), SMALLEST_SHARE)
        self.log_share = np.where(alive & (part > 0.0), np.log(np.maximum(part, np.finfo(float).tiny)), GONE)

    def _carried(self) -> np.ndarray:
        """Return the part of last quarter's gains (draw, firm) that goes on: contracts ramp up."""
        return np.asarray(self.parameters["forecast.share_momentum"][:, None] * self._gain)

    def _grow(
        self,
        shocks: np.ndarray,
        surprise: np.ndarray,
        price_jump: float,
        levers: Levers,
        place: int,
    ) -> None:
        before = self._burst.fade
        # Shocks to growth fade with growth itself: a market that grows by a tenth does not jump by half.
        wave = self._wave + self.value["spend.growth_walk"] * before * shocks[:, 0]
        grown = self._burst.gain(SPAN) + wave * SPAN
        # Only growth uses up room: demand that a scenario or cheaper tokens bring lifts the plateau as well.
        self._burst.use(grown)
        self._wave = wave * np.minimum(self._burst.fade / np.maximum(before, FADED), 1.0)
        final = self.parameters["forecast.growth_floor"] + levers.at("spend_growth", place)
        response = self.value["spend.category_elasticity"] - 1.0
        noise = self.parameters["forecast.spend_shock"] * np.sqrt(SPAN) * shocks[:, 1]
        self.log_total = self.log_total + grown + final * SPAN + response * (surprise - price_jump) + noise

    def _share(self, number: int, firm_money: np.ndarray, alive: np.ndarray) -> None:
        pull = self.value["spend.share_pull"][:, None] * MONTHS_PER_QUARTER
        fade = self._burst.fade
        mature = self.parameters["forecast.share_shock"]
        today = self.value["spend.share_walk"] * np.sqrt(MONTHS_PER_YEAR)
        spread = (mature + np.maximum(today - mature, 0.0) * fade)[:, None] * np.sqrt(SPAN)
        step = spread * self.randomness.normals("share", len(self.lines.firms), number)
        step = step + self._carried()
        entering = alive & (self.log_share <= GONE / 2)
        now = np.where(entering, np.log(SMALLEST_SHARE), self.log_share)
        target = np.log(firm_money + SMALLEST_SHARE)
        moved = (now + pull * target + step) / (1.0 + pull)
        centre = np.where(alive, moved, 0.0).sum(1, keepdims=True) / np.maximum(
            alive.sum(1, keepdims=True), 1
        )
        even = np.clip(self.parameters["forecast.share_reversion"][:, None] * SPAN, 0.0, 1.0)
        moved = np.where(alive, moved + even * (centre - moved), GONE)
        self._gain = np.where(alive & (self.log_share > GONE / 2), moved - self.log_share, 0.0)
        top = moved.max(1, keepdims=True)
        self.log_share = moved - top - np.log(np.exp(moved - top).sum(1, keepdims=True))
