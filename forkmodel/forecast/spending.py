"""Money forward: spend whose growth fades, split between tiers and firms by what buyers choose.

Spend ``T`` on models grows at the long run's rate plus an excess that fades as the plateau of its prior comes
near (:mod:`forkmodel.forecast.saturation`), because today's growth (a factor of ten a year) is better known
than how it ends. Growth contains the category's response to falling prices, so only prices that fall faster
or slower than expected today move it further, by the category elasticity less one. The open part of spend
follows the log odds of open money among enterprise buyers of APIs, as far as closed revenue is sold through
APIs (a product's subscribers see no menu), plus growth of hosting outside the router that fades; closed
firms' shares follow block 3's money at the fitted pull and walk at a speed that fades from the fitted to a
mature market's, in which small firms move faster than large ones.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forkmodel.forecast.chunk import Chunk
from forkmodel.forecast.quarter import YEARS_PER_QUARTER, Quarter
from forkmodel.forecast.saturation import Saturation
from forkmodel.forecast.share_moves import share_moves
from forkmodel.model.choice import logit
from forkmodel.model.ops import ArrayOps
from forkmodel.model.shares import log_normalised
from forkmodel.model.spend import MONTHS_PER_QUARTER, SMALLEST_SHARE, category_response, pulled

__all__ = ["Bought", "Spending"]

MONTHS_PER_YEAR = 12.0
GONE = -1e9
#: Part of a burst below which it is over.
FADED = 1e-9
#: Quarters from the last of the past shares to the shares at which the forecast joins the fit.
JOINED_QUARTERS = 2.0


@dataclass(frozen=True)
class Bought:
    """What enterprise buyers' choices say about money.

    Attributes
    ----------
    opened : array (draw,)
        Open part of their money.
    firm : array (draw, firm)
        Closed firms' part of their money for closed models.
    alive : array (draw, firm) of bool
        Firms with a line on offer.
    """

    opened: np.ndarray
    firm: np.ndarray
    alive: np.ndarray


@dataclass(frozen=True)
class Spending:
    """Spend by tier and closed firm in every world.

    Attributes
    ----------
    log_total : array (draw,)
        Log of spend on models of both tiers, billion USD per year.
    open_odds : array (draw,)
        Log odds of the open part.
    log_share : array (draw, firm)
        Log of closed firms' shares of closed revenue.
    api_odds : array (draw,)
        Log odds of the part of closed revenue sold through APIs.
    chosen_odds : array (draw,)
        Log odds of the open part of enterprise money.
    burst : Saturation
        How far today's growth has faded.
    wave : array (draw,)
        Random deviation of growth, log per year.
    gain : array (draw, firm)
        What each firm's log share gained in the last quarter.
    """

    chunk: Chunk
    log_total: np.ndarray
    open_odds: np.ndarray
    log_share: np.ndarray
    api_odds: np.ndarray
    chosen_odds: np.ndarray
    burst: Saturation
    wave: np.ndarray
    gain: np.ndarray

    @classmethod
    def begin(cls, chunk: Chunk, opened: np.ndarray) -> Spending:
        """Start from the fitted levels; ``opened`` (draw,) is today's open part of enterprise money."""
        start, parameters, ops = chunk.start, chunk.parameters, ArrayOps()
        log_total = np.logaddexp(start.log_closed_spend, start.log_open_spend)
        n, known = start.log_share.shape
        log_share = np.full((n, len(chunk.lines.firms)), GONE)
        log_share[:, :known] = start.log_share
        burst = Saturation.begin(
            start.spend_growth - parameters["forecast.growth_floor"],
            np.log(parameters["forecast.spend_plateau"]) - log_total,
            parameters["forecast.spend_bend"],
        )
        return cls(
            chunk=chunk,
            log_total=log_total,
            open_odds=start.log_open_spend - start.log_closed_spend,
            log_share=log_share,
            api_odds=logit(chunk.value["value.api_share"], ops),
            chosen_odds=logit(opened, ops),
            burst=burst,
            wave=np.zeros(n),
            gain=np.zeros_like(log_share),
        )

    @property
    def api_share(self) -> np.ndarray:
        """Part of closed revenue sold through APIs (draw,)."""
        return np.asarray(ArrayOps().sigmoid(self.api_odds))

    @property
    def closed(self) -> np.ndarray:
        """Closed revenue (draw,), billion USD per year."""
        return np.asarray(np.exp(self.log_total - np.logaddexp(0.0, self.open_odds)))

    @property
    def opened(self) -> np.ndarray:
        """Hosted open revenue (draw,), billion USD per year."""
        return np.asarray(np.exp(self.log_total + self.open_odds - np.logaddexp(0.0, self.open_odds)))

    def advance(self, quarter: Quarter, surprise: np.ndarray, bought: Bought) -> Spending:
        """Return the spending a quarter later.

        Parameters
        ----------
        quarter : Quarter
            The quarter.
        surprise : array (draw,)
            Fall of log price at fixed capability in it beyond what today's growth would bring.
        bought : Bought
            What enterprise buyers' choices say.
        """
        grown = self._grown(quarter, surprise)
        if quarter.joins:
            grown = grown._joined(quarter)
        after = grown._split(quarter, bought)._shared(quarter.number, bought)
        return after._joined_shares(bought.alive) if quarter.joins else after

    def _grown(self, quarter: Quarter, surprise: np.ndarray) -> Spending:
        value, parameters = self.chunk.value, self.chunk.parameters
        shocks = self.chunk.randomness.normals("spend", 2, quarter.number)
        before = self.burst.fade
        # Shocks to growth fade with growth itself: a market that grows by a tenth does not jump by half.
        wave = self.wave + value["spend.growth_walk"] * before * shocks[:, 0]
        grown = self.burst.gain(YEARS_PER_QUARTER) + wave * YEARS_PER_QUARTER
        # Only growth uses up room: demand that a scenario or cheaper tokens bring lifts the plateau as well.
        burst = self.burst.after(grown)
        final = parameters["forecast.growth_floor"] + quarter.lever("spend_growth")
        fall = surprise - _price_jump(quarter)
        noise = parameters["forecast.spend_shock"] * np.sqrt(YEARS_PER_QUARTER) * shocks[:, 1]
        total = self.log_total + grown + final * YEARS_PER_QUARTER
        return replace(
            self,
            log_total=total + category_response(value["spend.category_elasticity"], fall) + noise,
            burst=burst,
            wave=wave * np.minimum(burst.fade / np.maximum(before, FADED), 1.0),
        )

    def _joined(self, quarter: Quarter) -> Spending:
        """Take closed spend at the start of the first quarter from the fit, whose paths reach that far."""
        elasticity = self.chunk.value["spend.category_elasticity"]
        level = self.chunk.start.log_closed_next + np.logaddexp(0.0, self.open_odds)
        moved = quarter.lever("spend_growth") * YEARS_PER_QUARTER
        return replace(self, log_total=level + moved + category_response(elasticity, -_price_jump(quarter)))

    def _split(self, quarter: Quarter, bought: Bought) -> Spending:
        """Move the split between tiers, and between products and APIs."""
        value, parameters = self.chunk.value, self.chunk.parameters
        odds = logit(bought.opened, ArrayOps())
        fade = np.exp(-quarter.years / parameters["forecast.coverage_fade_years"])
        outside = value["spend.coverage_trend"] * fade
        drift = parameters["forecast.api_drift"] + quarter.lever("api_drift")
        moved = self.open_odds + self.api_share * (odds - self.chosen_odds)
        return replace(
            self,
            open_odds=moved + outside * YEARS_PER_QUARTER,
            api_odds=self.api_odds + drift * YEARS_PER_QUARTER,
            chosen_odds=odds,
        )

    def _shared(self, number: int, bought: Bought) -> Spending:
        """Let closed firms' shares follow what is bought, and walk."""
        chunk, parameters, alive = self.chunk, self.chunk.parameters, bought.alive
        moves = share_moves(
            np.exp(self.log_share),
            chunk.randomness.normals("share", len(chunk.lines.firms), number),
            settled=parameters["forecast.share_shock"],
            power=parameters["forecast.share_size"],
            today=chunk.value["spend.share_walk"] * np.sqrt(MONTHS_PER_YEAR),
            youth=self.burst.fade,
        )
        # Part of last quarter's gains goes on: contracts ramp up. The speeds are those of what lasts, repeats
        # included, so a move of which a part is repeated begins smaller.
        again = parameters["forecast.share_momentum"][:, None]
        step = (1.0 - again) * moves + again * self.gain
        entering = alive & (self.log_share <= GONE / 2)
        now = np.where(entering, np.log(SMALLEST_SHARE), self.log_share)
        pull = chunk.value["spend.share_pull"][:, None] * MONTHS_PER_QUARTER
        moved = pulled(now, pull, np.log(bought.firm + SMALLEST_SHARE), step)
        count = np.maximum(alive.sum(1, keepdims=True), 1)
        centre = np.where(alive, moved, 0.0).sum(1, keepdims=True) / count
        even = np.clip(parameters["forecast.share_reversion"][:, None] * YEARS_PER_QUARTER, 0.0, 1.0)
        moved = np.where(alive, moved + even * (centre - moved), GONE)
        return replace(
            self,
            gain=np.where(alive & (self.log_share > GONE / 2), moved - self.log_share, 0.0),
            log_share=log_normalised(ArrayOps(), moved),
        )

    def _joined_shares(self, alive: np.ndarray) -> Spending:
        """Take closed shares at the start of the first quarter from the fit, beside those who entered."""
        start = self.chunk.start
        known = start.log_share_next.shape[1]
        gained = (start.log_share_next - start.log_share_past[:, -1]) / JOINED_QUARTERS
        gain, part = self.gain.copy(), np.exp(self.log_share)
        gain[:, :known] = np.where(alive[:, :known], gained, 0.0)
        held = part[:, :known].sum(1, keepdims=True)
        there = np.where(alive[:, :known], np.exp(start.log_share_next), 0.0)
        part[:, :known] = held * there / np.maximum(there.sum(1, keepdims=True), SMALLEST_SHARE)
        some = alive & (part > 0.0)
        log_part = np.log(np.maximum(part, np.finfo(float).tiny))
        return replace(self, gain=gain, log_share=np.where(some, log_part, GONE))


def _price_jump(quarter: Quarter) -> float:
    """Return by how much levers moved the closed tier's log list price in this quarter."""
    now = np.log(quarter.lever("price_closed") * quarter.lever("premium"))
    return float(now - np.log(quarter.lever_before("price_closed") * quarter.lever_before("premium")))
