"""The moving parts of simulated worlds, and how a quarter moves them.

Each quarter runs down the chain of cause: frontiers, menus, prices, choice, money, who is alive. What buyers
see in a quarter is the menu of its middle.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.data.panel import Panel
from forkmodel.data.panel_prices import years_from_reference
from forkmodel.forecast.calendar import Calendar
from forkmodel.forecast.choice import Buyers, Offers
from forkmodel.forecast.chunk import Chunk
from forkmodel.forecast.entry_exit import Population
from forkmodel.forecast.frontier import Frontiers, small_distance
from forkmodel.forecast.hosting import Hosting
from forkmodel.forecast.leaders import Leaders
from forkmodel.forecast.lines import Lines, by_line
from forkmodel.forecast.list_prices import ListPrices
from forkmodel.forecast.parameters import forecast_parameters
from forkmodel.forecast.quarter import Quarter
from forkmodel.forecast.randomness import Randomness
from forkmodel.forecast.scenario import Levers, Scenario
from forkmodel.forecast.shocks import draw_shocks
from forkmodel.forecast.spending import Bought, Spending
from forkmodel.forecast.start import Start
from forkmodel.model.demand import good_enough
from forkmodel.model.design import Design
from forkmodel.model.ops import ArrayOps
from forkmodel.model.price import paid_over_list
from forkmodel.model.shares import segment_weights
from forkmodel.priors import PriorSet

__all__ = ["TRACE", "Setting", "World", "by_segment", "normalised_lines"]

#: Open money is kept this far from none and all, so that its log odds exist.
TRACE = 1e-6


@dataclass(frozen=True)
class Setting:
    """What all chunks of a simulation share.

    Attributes
    ----------
    only : tuple of int or None
        Places on the calendar that are reported; all of them by default. Worlds pass through every quarter,
        but most of the time goes into what they leave behind.
    """

    panel: Panel
    design: Design
    priors: PriorSet
    lines: Lines
    calendar: Calendar
    scenario: Scenario
    only: tuple[int, ...] | None = None

    @property
    def places(self) -> np.ndarray:
        """Places of the calendar that are reported."""
        return np.arange(len(self.calendar)) if self.only is None else np.array(self.only, dtype=int)

    @property
    def times(self) -> pd.DatetimeIndex:
        """Quarter starts that are reported."""
        return self.calendar.times[self.places]

    @cached_property
    def levers(self) -> Levers:
        """Levers of the scenario on the calendar."""
        return self.scenario.levers(self.calendar)

    def quarter(self, place: int) -> Quarter:
        """Return the quarter at a place of the calendar."""
        return Quarter.at(self.calendar, self.levers, place)


@dataclass(frozen=True)
class World:
    """The state of a chunk of worlds.

    Attributes
    ----------
    chunk : Chunk
        What stands still.
    step : array (draw, line)
        Distance of a small model below its line's flagship, index points.
    flagship : array (draw, line)
        Index of the flagships on API menus.
    """

    chunk: Chunk
    step: np.ndarray
    frontiers: Frontiers
    list_prices: ListPrices
    leaders: Leaders
    buyers: Buyers
    spending: Spending
    population: Population
    hosting: Hosting
    flagship: np.ndarray

    @classmethod
    def begin(
        cls,
        setting: Setting,
        start: Start,
        value: dict[str, np.ndarray],
        hosts: xr.Dataset,
        randomness: Randomness,
    ) -> World:
        """Return the worlds in the last quarter with data, where the simulated market is the fitted one."""
        lines, panel = setting.lines, setting.panel
        parameters = forecast_parameters(setting.priors, randomness)
        begin = float(setting.calendar.years[0])
        chunk = Chunk(
            lines=lines,
            start=start,
            value=value,
            parameters=parameters,
            randomness=randomness,
            shocks=draw_shocks(parameters, randomness, setting.scenario, begin),
            years_from_reference=float(
                years_from_reference(pd.DatetimeIndex([panel.catalogue.vintage]), panel.options)[0]
            ),
            price_floor=panel.options.price_floor_usd_per_mtok,
        )
        price_effect, brand = _developer_effects(chunk, setting.design)
        step = small_distance(value, lines, randomness)
        # Menus of today were gathered by the steps of their draw, whichever of its futures this is.
        step[:, : lines.incumbents] = start.step[:, : lines.incumbents]
        frontiers, population = Frontiers.begin(chunk), Population.begin(chunk)
        index = _items(frontiers.released, step)
        prices = ListPrices.begin(chunk, price_effect, index)
        offers = _offers(frontiers, prices, population, index, np.zeros(population.alive.shape))
        buyers = Buyers.begin(chunk, brand, offers)
        money = _enterprise_money(buyers, prices)
        return cls(
            chunk=chunk,
            step=step,
            frontiers=frontiers,
            list_prices=prices,
            leaders=Leaders.begin(chunk, prices.at_each(frontiers.tier_released)),
            buyers=buyers,
            spending=Spending.begin(chunk, _open_part(chunk, money)),
            population=population,
            hosting=Hosting.begin(hosts, parameters, randomness),
            flagship=frontiers.released,
        )

    def advance(self, quarter: Quarter) -> World:
        """Return the worlds a quarter later."""
        chunk = self.chunk
        population, arrived = self.population.enter(quarter)
        alive = population.alive
        frontiers = self.frontiers.advance(quarter, alive & ~arrived).arrive(arrived, alive)
        gained = frontiers.best("closed", alive) - self.frontiers.best("closed", self.population.alive)
        flagship = frontiers.on_offer(frontiers.delay_months(quarter))
        index = _items(flagship, self.step)
        prices = self.list_prices.advance(quarter, gained, index, arrived)
        taste = chunk.shocks.ban_utility(quarter.year)[:, None] * chunk.lines.restricted
        taste = taste + quarter.lever("open_appeal") * chunk.lines.is_open
        buyers = self.buyers.advance(quarter, _offers(frontiers, prices, population, index, taste))
        after = replace(
            self,
            frontiers=frontiers,
            list_prices=prices,
            leaders=self.leaders.advance(quarter, prices.at_each(frontiers.tier_released)),
            buyers=buyers,
            spending=self.spending.advance(
                quarter, prices.surprise, _bought(self, population, buyers, prices)
            ),
            hosting=self.hosting.advance(quarter.number),
            population=population,
            flagship=flagship,
        )
        return replace(after, population=population.leave(after.tier_share))

    @property
    def index(self) -> np.ndarray:
        """Nominal index (draw, item) of all menu places."""
        return _items(self.flagship, self.step)

    @property
    def offers(self) -> Offers:
        """What buyers see, shocks and levers aside."""
        still = np.zeros(self.population.alive.shape)
        return _offers(self.frontiers, self.list_prices, self.population, self.index, still)

    @property
    def paid(self) -> np.ndarray:
        """Price paid (draw, segment, item), up to a factor common to all."""
        return np.asarray(self.list_prices.prices * _paid_over_list(self.chunk))

    @property
    def enterprise_money(self) -> np.ndarray:
        """Enterprise money (draw, segment, item), in sum one."""
        return _enterprise_money(self.buyers, self.list_prices)

    @property
    def router_open_money(self) -> np.ndarray:
        """Open lines' part (draw, line) of the router's open money: whose weights earn hosts' money."""
        buyers, opened = self.buyers, self.chunk.lines.is_open
        spent = buyers.router * by_segment(buyers.mix_router) * self.list_prices.prices
        money = by_line(spent.sum(1)) * opened
        return normalised_lines(money + TRACE * (self.population.alive & opened))

    @property
    def tier_share(self) -> np.ndarray:
        """Each line's developer's part (draw, line) in the money of its tier."""
        lines, closed = self.chunk.lines, np.exp(self.spending.log_share)
        return np.where(lines.is_open, self.router_open_money, closed[:, np.maximum(lines.firm, 0)])


def by_segment(frontier_part: np.ndarray) -> np.ndarray:
    """Return the parts of both segments (draw, segment, 1) in a market."""
    return segment_weights(frontier_part)[:, :, None]


def normalised_lines(x: np.ndarray) -> np.ndarray:
    """Return amounts (draw, line) as parts of their sum; nothing of a tier that nobody is in yet."""
    total = x.sum(-1, keepdims=True)
    return np.asarray(x / np.where(total > 0.0, total, 1.0))


def _items(flagship: np.ndarray, step: np.ndarray) -> np.ndarray:
    return np.asarray(np.stack([flagship, flagship - step], axis=-1).reshape(len(flagship), -1))


def _offers(
    frontiers: Frontiers, prices: ListPrices, population: Population, index: np.ndarray, taste: np.ndarray
) -> Offers:
    best = frontiers.best_fitted("open", population.alive)[:, None]
    bar = good_enough(ArrayOps(), best, frontiers.chunk.value)[:, 0]
    return Offers(index, bar, prices.prices, population.alive, taste)


def _paid_over_list(chunk: Chunk) -> np.ndarray:
    return np.asarray(paid_over_list(ArrayOps(), chunk.value, chunk.lines.item_open))[:, None, :]


def _enterprise_money(buyers: Buyers, prices: ListPrices) -> np.ndarray:
    spent = buyers.enterprise * by_segment(buyers.mix_enterprise) * prices.prices * buyers.enterprise_price
    spent = spent * _paid_over_list(buyers.chunk)
    return np.asarray(spent / spent.sum((1, 2), keepdims=True))


def _open_part(chunk: Chunk, money: np.ndarray) -> np.ndarray:
    opened = by_line(money.sum(1))[:, chunk.lines.is_open].sum(1)
    return np.asarray(np.clip(opened, TRACE, 1.0 - TRACE))


def _bought(world: World, population: Population, buyers: Buyers, prices: ListPrices) -> Bought:
    """Return what enterprise buyers spend on closed firms and on open weights, and which firms are there."""
    lines, money = world.chunk.lines, _enterprise_money(buyers, prices)
    own = by_line(money.sum(1))
    firm = np.zeros((len(own), len(lines.firms)))
    alive = np.zeros(firm.shape, dtype=bool)
    for place in np.flatnonzero(lines.firm >= 0):
        firm[:, lines.firm[place]] += own[:, place]
        alive[:, lines.firm[place]] |= population.alive[:, place]
    # Firms of the fit without an offer today, such as the remainder, still earn until they leave.
    number = np.arange(len(lines.firms))
    silent = (number < world.chunk.start.log_share.shape[1]) & ~np.isin(number, lines.firm)
    return Bought(
        opened=_open_part(world.chunk, money),
        firm=firm / np.maximum(firm.sum(1, keepdims=True), TRACE),
        alive=alive | silent,
    )


def _developer_effects(chunk: Chunk, design: Design) -> tuple[np.ndarray, np.ndarray]:
    """Return price level and brand (draw, line) of each line's developer; entrants draw theirs."""
    lines, value, known = chunk.lines, chunk.value, list(design.choice.developers)
    drawn = chunk.randomness.normals("entrant effects", 2 * len(lines))
    price, brand = drawn[:, : len(lines)].copy(), drawn[:, len(lines) :].copy()
    for place, developer in enumerate(lines.developer):
        if developer in known:
            spot = known.index(developer)
            price[:, place] = value["price.developer_unit"][:, spot]
            brand[:, place] = value["choice.brand_unit"][:, spot]
    return (
        value["price.developer_spread"][:, None] * price,
        value["choice.brand_spread"][:, None] * brand,
    )
