"""Choice forward: the fitted utilities over menus, with buyers who stay.

The two segments and their coefficients are those of :mod:`forkmodel.model.demand`. What differs is the unit:
a menu place of a line stands for its models, so its appeal contains their number. Router developers stay with
the fitted monthly inertia; enterprise buyers are known to stay far longer, and their stay is a prior of its
own. A buyer whose line left the market chooses again.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.special import expit, logit, softmax

from forkmodel.data.panel_catalogue import PanelOptions
from forkmodel.forecast.lines import SLOTS, Lines
from forkmodel.forecast.list_prices import Tariffs
from forkmodel.forecast.randomness import Randomness
from forkmodel.forecast.scenario import Levers
from forkmodel.forecast.start import Start
from forkmodel.market.elasticities import logit_own_elasticity
from forkmodel.market.slopes import floored_price_slope
from forkmodel.model.demand import SEGMENTS, capability_coefficients, price_coefficients
from forkmodel.model.ops import ArrayOps

__all__ = ["Buyers"]

QUARTERS_PER_YEAR = 4.0
MONTHS_PER_QUARTER = 3.0
#: Share of a segment below which a place's appeal cannot be read off; it then gets a typical one.
READABLE_SHARE = 1e-5
NOT_OFFERED = -1e9


@dataclass
class Buyers:
    """Shares of menu places in every world, quarter by quarter.

    Attributes
    ----------
    options : PanelOptions
        Options of the fit (the price floor).
    brand : array (draw, line)
        Utility of each line's developer.
    chosen : array (draw, segment, item)
        Shares among those who choose in this quarter.
    paid, sameness : array (draw, segment, item)
        Part of a place's tokens that are paid for, and how alike they are; see
        :class:`forkmodel.forecast.start.Start`.
    enterprise : array (draw, segment, item)
        Shares among all buyers of the enterprise market; see :attr:`router` for the other.
    lean : array (draw,)
        How the router's buyers lean towards open weights.
    enterprise_price : array (draw, segment, item)
        Average price of a place as enterprise buyers mix its models, over all buyers'; fades with the menus.
    mix_router, mix_enterprise, mix_gateway : array (draw,)
        Part of tokens from the frontier segment.
    """

    start: Start
    lines: Lines
    value: dict[str, np.ndarray]
    parameters: dict[str, np.ndarray]
    randomness: Randomness
    options: PanelOptions
    brand: np.ndarray
    chosen: np.ndarray = field(init=False)
    paid: np.ndarray = field(init=False)
    sameness: np.ndarray = field(init=False)
    lean: np.ndarray = field(init=False)
    enterprise: np.ndarray = field(init=False)
    enterprise_price: np.ndarray = field(init=False)
    mix_router: np.ndarray = field(init=False)
    mix_enterprise: np.ndarray = field(init=False)
    mix_gateway: np.ndarray = field(init=False)
    _appeal: np.ndarray = field(init=False)
    _usual: np.ndarray = field(init=False)
    _lasting: np.ndarray = field(init=False)
    _router: np.ndarray = field(init=False)
    _drift: np.ndarray = field(init=False)
    _gain: np.ndarray = field(init=False)
    _gained: np.ndarray = field(init=False)
    _share_last: np.ndarray = field(init=False)
    _enterprise_last: np.ndarray = field(init=False)
    _enterprise_lean: np.ndarray = field(init=False)

    def begin(self, index: np.ndarray, bar: np.ndarray, prices: np.ndarray, tariffs: Tariffs) -> None:
        """Take the fitted shares, and as appeal whatever the utilities leave of them."""
        n, items = len(index), index.shape[1]
        known = self.start.share.shape[-1]
        self._item_open = np.repeat(self.lines.is_open, len(SLOTS)).astype(float)
        self._brand = np.repeat(self.brand, len(SLOTS), axis=1)
        fitted = (
            self.start.share,
            self.start.share_last,
            self.start.enterprise_share,
            self.start.enterprise_last,
        )
        padded = np.zeros((len(fitted), n, 2, items))
        padded[..., :known] = fitted
        share, last, firms, firms_last = padded / padded.sum(-1, keepdims=True)
        self.chosen = self._router = share
        self._share_last = last
        self.enterprise, self._enterprise_last = firms, firms_last
        self.enterprise_price = np.ones((n, 2, items))
        self.enterprise_price[..., :known] = self.start.enterprise_price
        offers = np.ones((n, items))
        offers[:, :known] = np.maximum(self.start.offers, 1.0)
        usual = np.median(offers[:, :known], axis=1, keepdims=True)
        offers[:, known:] = usual
        self._usual = np.log(offers)[:, None, :]
        self.paid, self.sameness = np.ones((2, n, 2, items))
        self.paid[..., :known], self.sameness[..., :known] = self.start.paid, self.start.sameness
        self.sameness[..., known:] = np.median(self.start.sameness, axis=-1, keepdims=True)
        structural = self._structural(index, bar, prices)
        over_quarter = self._left_over(share, structural)
        # Next quarter begins where the last month ended, not at the middle of the last quarter.
        self._appeal = np.where(last > READABLE_SHARE, self._left_over(last, structural), over_quarter)
        self._spread = self.value["choice.shock_spread"][:, None] / np.sqrt(tariffs.averaged)
        # An entrant's appeal is drawn like everyone's: some come with a hit.
        drawn = (self._spread * self.randomness.normals("entrant appeal", items))[:, None, known:]
        self._appeal[..., known:] = drawn
        self._lasting = self.parameters["forecast.lasting_appeal"][:, None, None] * self._appeal
        self.mix_router, self.mix_enterprise = self.start.mix_router, self.start.mix_enterprise
        self.mix_gateway = self.start.mix_gateway
        self.lean, self._enterprise_lean = self.start.lean, self.start.enterprise_lean
        self._drift = np.zeros((n, 4))
        self._gain, self._gained = self.start.lean_gain, np.zeros(n)

    @property
    def router(self) -> np.ndarray:
        """Shares (draw, segment, item) among all buyers of the router."""
        return self._leaning(self._router, self.lean)

    @property
    def gateway(self) -> np.ndarray:
        """Shares (draw, segment, item) among all buyers of the second gateway."""
        return self._leaning(self._router, self.lean + self.value["choice.gateway_lean"])

    def _leaning(self, share: np.ndarray, lean: np.ndarray) -> np.ndarray:
        tilted = share * np.exp(lean[:, None] * self._item_open)[:, None, :]
        return np.asarray(tilted / tilted.sum(-1, keepdims=True))

    def _left_over(self, share: np.ndarray, structural: np.ndarray) -> np.ndarray:
        """Return what structural utility leaves unexplained of shares (draw, segment, item).

        Only differences matter; the typical deviation is zero, so that entrants are typical.
        """
        readable = share > READABLE_SHARE
        with np.errstate(divide="ignore"):
            left = np.where(readable, np.log(share), 0.0) - structural - self._usual
        count = readable.sum(-1, keepdims=True)
        level = np.where(readable, left, 0.0).sum(-1, keepdims=True) / np.maximum(count, 1)
        return np.where(readable, left - level, 0.0)

    def _structural(self, index: np.ndarray, bar: np.ndarray, prices: np.ndarray) -> np.ndarray:
        """Return utilities (draw, segment, item) from capability, price, brand and taste."""
        value = self.value
        eta = np.stack(price_coefficients(value), axis=-1)
        log_price = np.log(prices + self.options.price_floor_usd_per_mtok)
        common = self._brand + value["choice.open_taste"][:, None] * self._item_open
        missing = ArrayOps().softplus(bar[:, None] - index)
        worth_frontier, worth_threshold = capability_coefficients(value)
        worth = np.stack([worth_frontier[:, None] * index, -worth_threshold[:, None] * missing], axis=1)
        return np.asarray(worth - eta[:, :, None] * log_price + common[:, None, :])

    def advance(
        self,
        number: int,
        index: np.ndarray,
        bar: np.ndarray,
        prices: np.ndarray,
        alive: np.ndarray,
        taste: np.ndarray,
        tariffs: Tariffs,
        levers: Levers,
        place: int,
    ) -> None:
        """Let a quarter pass: appeals move, mixes drift, part of the buyers choose again.

        Parameters
        ----------
        number : int
            Calendar quarter, for random numbers.
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
        tariffs : Tariffs
            Price deviations, on which the demand shock loads.
        levers, place
            Levers of the scenario, and the place of the quarter on their grid.
        """
        self._move_appeal(number, tariffs)
        on_offer = np.repeat(alive, len(SLOTS), axis=1)[:, None, :]
        self.chosen = self.choose(index, bar, prices, alive, taste)
        monthly = self.value["choice.inertia"][:, None, None]
        if place == 1:
            self._router, self.enterprise = self._share_last, self._enterprise_last
        self._router = self._hold(self._router, self.chosen, monthly**MONTHS_PER_QUARTER, on_offer)
        stay = np.stack([self.value[f"choice.stay_{segment}"] for segment in SEGMENTS], axis=-1)
        self.stay = np.clip(1.0 - (1.0 - stay) * levers.at("switching", place), 0.0, 1.0)
        contracted = self._leaning(self.chosen, self._enterprise_lean)
        self.enterprise = self._hold(self.enterprise, contracted, self.stay[:, :, None], on_offer)
        self._drift_mixes(number)

    def choose(
        self, index: np.ndarray, bar: np.ndarray, prices: np.ndarray, alive: np.ndarray, taste: np.ndarray
    ) -> np.ndarray:
        """Return the shares (draw, segment, item) among those who choose; arguments as in :meth:`advance`."""
        on_offer = np.repeat(alive, len(SLOTS), axis=1)[:, None, :]
        utility = self._structural(index, bar, prices) + self._usual + self._appeal
        utility = utility + np.repeat(taste, len(SLOTS), axis=1)[:, None, :]
        return np.asarray(softmax(np.where(on_offer, utility, NOT_OFFERED), axis=-1))

    def own_price_elasticity(self, prices: np.ndarray) -> np.ndarray:
        """Return the own-price elasticity (draw, segment, item) of an average paid token of those who choose.

        It is the one of :mod:`forkmodel.results.paths_elasticity`: a model's, not its place's. The place's
        tokens go to paid and free models as they do today, so its mean price is spread over the paid ones.
        """
        floor = self.options.price_floor_usd_per_mtok
        charged = prices / np.where(self.paid > 0.0, self.paid, 1.0)
        slope = floored_price_slope(
            np.stack(price_coefficients(self.value), axis=-1)[:, :, None], charged, floor
        )
        return np.asarray(logit_own_elasticity(slope, self.chosen * self.sameness))

    @staticmethod
    def _hold(held: np.ndarray, chosen: np.ndarray, stay: np.ndarray, on_offer: np.ndarray) -> np.ndarray:
        kept = stay * held * on_offer
        return np.asarray(kept + (1.0 - kept.sum(-1, keepdims=True)) * chosen)

    def _move_appeal(self, number: int, tariffs: Tariffs) -> None:
        """Replace part of what is peculiar to today's menus: new models bring new tastes."""
        kept = np.exp(-1.0 / QUARTERS_PER_YEAR / self.parameters["forecast.menu_years"])[:, None, None]
        self.enterprise_price = self.enterprise_price**kept
        shock = self.randomness.normals("appeal", self._appeal.shape[-1], number)
        # What lasts has its own spread; what is redrawn adds only the rest, or tastes would drift apart.
        redrawn = np.sqrt(1.0 - self.parameters["forecast.lasting_appeal"] ** 2)[:, None]
        new = np.sqrt(1.0 - kept[:, :, 0] ** 2) * redrawn * self._spread * shock
        self._appeal = self._lasting + kept * (self._appeal - self._lasting) + new[:, None, :]

    def _drift_mixes(self, number: int) -> None:
        """Let the mixes and the leanings wander around today's; the gateway's move with the router's."""
        kept = np.exp(-1.0 / QUARTERS_PER_YEAR / self.parameters["forecast.mix_return_years"])[:, None]
        spread = np.stack(
            [self.value[f"choice.{name}_walk"] for name in ("mix", "mix", "router", "enterprise")], axis=-1
        )
        step = spread * np.sqrt(MONTHS_PER_QUARTER)
        # Months of even walking say little about the jumps that a router's fashions make.
        jump = self.parameters["forecast.lean_shock"] / np.sqrt(QUARTERS_PER_YEAR)
        step[:, 2] = np.hypot(step[:, 2], jump)
        self._drift = kept * self._drift + step * self.randomness.normals("mix", 4, number)
        first = np.stack([self.start.mix_router, self.start.mix_enterprise, self.start.mix_gateway], axis=-1)
        mix = expit(logit(first) + self._drift[:, [0, 1, 0]])
        self.mix_router, self.mix_enterprise, self.mix_gateway = mix.T
        self._enterprise_lean = self.start.enterprise_lean + self._drift[:, 3]
        # Part of a shift is repeated: who tried with some of the tokens moves more of them.
        self._gain = self.parameters["forecast.lean_momentum"] * self._gain
        self._gained = self._gained + self._gain
        self.lean = self.start.lean_last + self._gained + self._drift[:, 2]
