"""Choice forward: the fitted utilities over menus, with buyers who stay.

The two segments and their coefficients are those of :mod:`forkmodel.model.demand`. What differs is the unit:
a menu place of a line stands for its models, so its appeal contains their number. Router developers stay with
the fitted monthly inertia; enterprise buyers are known to stay far longer, and their stay is a prior of its
own. A buyer whose line left the market chooses again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from forkmodel.forecast.chunk import Chunk
from forkmodel.forecast.lines import per_item
from forkmodel.forecast.list_prices import averaged
from forkmodel.forecast.quarter import QUARTERS_PER_YEAR, YEARS_PER_QUARTER, Quarter
from forkmodel.market.slopes import floored_log_price
from forkmodel.model.choice import logit
from forkmodel.model.demand import SEGMENTS, segment_utilities
from forkmodel.model.ops import ArrayOps
from forkmodel.model.shares import Menu, held_on, leaning, logit_shares, tilt
from forkmodel.model.spend import MONTHS_PER_QUARTER
from forkmodel.results.paths_elasticity import offer_elasticities

__all__ = ["Buyers", "Offers"]

#: Share of a segment below which a place's appeal cannot be read off; it then gets a typical one.
READABLE_SHARE = 1e-5
NOT_OFFERED = -1e9


@dataclass(frozen=True)
class Offers:
    """What buyers see in a quarter.

    Attributes
    ----------
    index : array (draw, item)
        Nominal index of the menu places.
    bar : array (draw,)
        What is good enough, nominal index.
    prices : array (draw, segment, item)
        List prices, USD per million tokens.
    alive : array (draw, line) of bool
        Lines on offer.
    taste : array (draw, line)
        Utility that shocks and levers add.
    """

    index: np.ndarray
    bar: np.ndarray
    prices: np.ndarray
    alive: np.ndarray
    taste: np.ndarray

    @property
    def on_offer(self) -> np.ndarray:
        """Menu places on offer (draw, 1, item)."""
        return per_item(self.alive)[:, None, :]


@dataclass(frozen=True)
class Buyers:
    """Shares of menu places in every world.

    Attributes
    ----------
    brand : array (draw, line)
        Utility of each line's developer.
    usual : array (draw, 1, item)
        Log of the number of models that a place stands for.
    appeal, lasting : array (draw, segment, item)
        Utility that capability, price, brand and taste leave unexplained, and what of today's lasts.
    chosen : array (draw, segment, item)
        Shares among those who choose in this quarter.
    paid, sameness : array (draw, segment, item)
        Part of a place's tokens that are paid for, and how alike they are; see
        :class:`forkmodel.forecast.start.Start`.
    held : array (draw, segment, item)
        Shares among all buyers without any leaning; see :attr:`router` and :attr:`gateway`.
    enterprise : array (draw, segment, item)
        Shares among all buyers of the enterprise market.
    stay : array (draw, segment)
        Part of enterprise buyers who did not reconsider in this quarter.
    enterprise_price : array (draw, segment, item)
        Average price of a place as enterprise buyers mix its models, over all buyers'; fades with the menus.
    mix_router, mix_enterprise, mix_gateway : array (draw,)
        Part of tokens from the frontier segment.
    lean, enterprise_lean : array (draw,)
        How the buyers of the router and of the enterprise market lean towards open weights.
    drift : array (draw, 4)
        How far mixes (router's, enterprise) and leanings (router's, enterprise) wandered from today's.
    gain, gained : array (draw,)
        What momentum adds to the router's leaning in a quarter, and has added so far.
    """

    chunk: Chunk
    brand: np.ndarray
    usual: np.ndarray
    appeal: np.ndarray
    lasting: np.ndarray
    chosen: np.ndarray
    paid: np.ndarray
    sameness: np.ndarray
    held: np.ndarray
    enterprise: np.ndarray
    stay: np.ndarray
    enterprise_price: np.ndarray
    mix_router: np.ndarray
    mix_enterprise: np.ndarray
    mix_gateway: np.ndarray
    lean: np.ndarray
    enterprise_lean: np.ndarray
    drift: np.ndarray
    gain: np.ndarray
    gained: np.ndarray

    @classmethod
    def begin(cls, chunk: Chunk, brand: np.ndarray, offers: Offers) -> Buyers:
        """Start with the fitted shares, and as appeal whatever the utilities leave of them."""
        start, (n, items) = chunk.start, offers.index.shape
        known = start.share.shape[-1]
        count = np.ones((n, items))
        count[:, :known] = np.maximum(start.offers, 1.0)
        count[:, known:] = np.median(count[:, :known], axis=1, keepdims=True)
        sameness = _padded(start.sameness, items, 1.0)
        sameness[..., known:] = np.median(start.sameness, axis=-1, keepdims=True)
        share = _shares(start.share, items)
        blank = np.zeros((n, len(SEGMENTS), items))
        plain = cls(
            chunk=chunk,
            brand=brand,
            usual=np.log(count)[:, None, :],
            appeal=blank,
            lasting=blank,
            chosen=share,
            paid=_padded(start.paid, items, 1.0),
            sameness=sameness,
            held=share,
            enterprise=_shares(start.enterprise_share, items),
            stay=np.stack([chunk.value[f"choice.stay_{segment}"] for segment in SEGMENTS], axis=-1),
            enterprise_price=_padded(start.enterprise_price, items, 1.0),
            mix_router=start.mix_router,
            mix_enterprise=start.mix_enterprise,
            mix_gateway=start.mix_gateway,
            lean=start.lean,
            enterprise_lean=start.enterprise_lean,
            drift=np.zeros((n, 4)),
            gain=start.lean_gain,
            gained=np.zeros(n),
        )
        structural, last = plain._structural(offers), _shares(start.share_last, items)
        over_quarter = plain._left_over(share, structural)
        # Next quarter begins where the last month ended, not at the middle of the last quarter.
        appeal = np.where(last > READABLE_SHARE, plain._left_over(last, structural), over_quarter)
        # An entrant's appeal is drawn like everyone's: some come with a hit.
        drawn = _appeal_spread(chunk) * chunk.randomness.normals("entrant appeal", items)
        appeal[..., known:] = drawn[:, None, known:]
        lasting = chunk.parameters["forecast.lasting_appeal"][:, None, None] * appeal
        return replace(plain, appeal=appeal, lasting=lasting)

    @cached_property
    def router(self) -> np.ndarray:
        """Shares (draw, segment, item) among all buyers of the router."""
        return self._leaning(self.held, self.lean)

    @property
    def gateway(self) -> np.ndarray:
        """Shares (draw, segment, item) among all buyers of the second gateway."""
        return self._leaning(self.held, self.lean + self.chunk.value["choice.gateway_lean"])

    def _leaning(self, share: np.ndarray, lean: np.ndarray) -> np.ndarray:
        opened = self.chunk.lines.item_open
        ops = ArrayOps()
        return np.asarray(leaning(ops, Menu(), share, tilt(ops, lean[:, None, None], opened)))

    def _left_over(self, share: np.ndarray, structural: np.ndarray) -> np.ndarray:
        """Return what structural utility leaves unexplained of shares (draw, segment, item).

        Only differences matter; the typical deviation is zero, so that entrants are typical.
        """
        readable = share > READABLE_SHARE
        with np.errstate(divide="ignore"):
            left = np.where(readable, np.log(share), 0.0) - structural - self.usual
        count = readable.sum(-1, keepdims=True)
        level = np.where(readable, left, 0.0).sum(-1, keepdims=True) / np.maximum(count, 1)
        return np.where(readable, left - level, 0.0)

    def _structural(self, offers: Offers) -> np.ndarray:
        """Return utilities (draw, segment, item) from capability, price, brand and taste."""
        value = self.chunk.value
        log_price = floored_log_price(offers.prices, self.chunk.price_floor)
        taste = value["choice.open_taste"][:, None] * self.chunk.lines.item_open
        pair = segment_utilities(
            ArrayOps(),
            value,
            offers.index,
            offers.bar[:, None],
            (log_price[:, 0], log_price[:, 1]),
            per_item(self.brand) + taste,
        )
        return np.stack(pair, axis=1)

    def advance(self, quarter: Quarter, offers: Offers) -> Buyers:
        """Return the buyers a quarter later: appeals moved, mixes drifted, part of them chose again."""
        value, number = self.chunk.value, quarter.number
        moved = self._with_new_menus(number)
        chosen = moved.choose(offers)
        held, firms = self.held, self.enterprise
        if quarter.joins:
            items = chosen.shape[-1]
            held = _shares(self.chunk.start.share_last, items)
            firms = _shares(self.chunk.start.enterprise_last, items)
        loyal = value["choice.inertia"][:, None, None] ** MONTHS_PER_QUARTER
        stay = np.stack([value[f"choice.stay_{segment}"] for segment in SEGMENTS], axis=-1)
        stay = np.clip(1.0 - (1.0 - stay) * quarter.lever("switching"), 0.0, 1.0)
        contracted = self._leaning(chosen, self.enterprise_lean)
        ops, menu = ArrayOps(), Menu()
        return replace(
            moved,
            chosen=chosen,
            held=held_on(ops, menu, held, chosen, loyal, offers.on_offer),
            enterprise=held_on(ops, menu, firms, contracted, stay[:, :, None], offers.on_offer),
            stay=stay,
        )._drifted(number)

    def choose(self, offers: Offers) -> np.ndarray:
        """Return the shares (draw, segment, item) among those who choose."""
        utility = self._structural(offers) + self.usual + self.appeal
        utility = utility + per_item(offers.taste)[:, None, :]
        offered = np.where(offers.on_offer, utility, NOT_OFFERED)
        return np.asarray(logit_shares(ArrayOps(), Menu(), offered))

    def own_price_elasticity(self, prices: np.ndarray) -> np.ndarray:
        """Return the own-price elasticity (draw, segment, item) of an average paid token of those who choose.

        It is a model's, not its place's. The place's tokens go to paid and free models as they do today, so
        its mean price is spread over the paid ones.
        """
        charged = prices / np.where(self.paid > 0.0, self.paid, 1.0)
        chosen = self.chosen * self.sameness
        return offer_elasticities(self.chunk.value, chosen, charged, self.chunk.price_floor)

    def _with_new_menus(self, number: int) -> Buyers:
        """Replace part of what is peculiar to today's menus: new models bring new tastes."""
        chunk = self.chunk
        years = chunk.parameters["forecast.menu_years"]
        kept = np.exp(-YEARS_PER_QUARTER / years)[:, None, None]
        shock = chunk.randomness.normals("appeal", self.appeal.shape[-1], number)
        # What lasts has its own spread; what is redrawn adds only the rest, or tastes would drift apart.
        redrawn = np.sqrt(1.0 - chunk.parameters["forecast.lasting_appeal"] ** 2)[:, None]
        new = np.sqrt(1.0 - kept[:, :, 0] ** 2) * redrawn * _appeal_spread(chunk) * shock
        return replace(
            self,
            enterprise_price=self.enterprise_price**kept,
            appeal=self.lasting + kept * (self.appeal - self.lasting) + new[:, None, :],
        )

    def _drifted(self, number: int) -> Buyers:
        """Let the mixes and the leanings wander around today's; the gateway's move with the router's."""
        start, value, parameters = self.chunk.start, self.chunk.value, self.chunk.parameters
        kept = np.exp(-YEARS_PER_QUARTER / parameters["forecast.mix_return_years"])[:, None]
        spread = np.stack(
            [value[f"choice.{name}_walk"] for name in ("mix", "mix", "router", "enterprise")], axis=-1
        )
        step = spread * np.sqrt(MONTHS_PER_QUARTER)
        # Months of even walking say little about the jumps that a router's fashions make.
        jump = parameters["forecast.lean_shock"] / np.sqrt(QUARTERS_PER_YEAR)
        step[:, 2] = np.hypot(step[:, 2], jump)
        drift = kept * self.drift + step * self.chunk.randomness.normals("mix", 4, number)
        first = np.stack([start.mix_router, start.mix_enterprise, start.mix_gateway], axis=-1)
        ops = ArrayOps()
        router, enterprise, gateway = ops.sigmoid(logit(first, ops) + drift[:, [0, 1, 0]]).T
        # Part of a shift is repeated: who tried with some of the tokens moves more of them.
        gain = parameters["forecast.lean_momentum"] * self.gain
        gained = self.gained + gain
        return replace(
            self,
            mix_router=router,
            mix_enterprise=enterprise,
            mix_gateway=gateway,
            lean=start.lean_last + gained + drift[:, 2],
            enterprise_lean=start.enterprise_lean + drift[:, 3],
            drift=drift,
            gain=gain,
            gained=gained,
        )


def _padded(known: np.ndarray, items: int, rest: float) -> np.ndarray:
    """Return an array (draw, segment, known item) with a value for the places of entrants."""
    out = np.full((*known.shape[:-1], items), rest)
    out[..., : known.shape[-1]] = known
    return out


def _shares(known: np.ndarray, items: int) -> np.ndarray:
    padded = _padded(known, items, 0.0)
    return np.asarray(padded / padded.sum(-1, keepdims=True))


def _appeal_spread(chunk: Chunk) -> np.ndarray:
    """Return the standard deviation of a place's own appeal (draw, item)."""
    return np.asarray(chunk.value["choice.shock_spread"][:, None] / np.sqrt(averaged(chunk)))
