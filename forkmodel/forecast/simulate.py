"""The simulator: one consistent world per draw, quarter by quarter, all draws at once.

Each quarter runs down the chain of cause: frontiers, menus, prices, choice, money, who is alive. What buyers
see in a quarter is the menu of its middle. Everything recorded here has dims draw and quarter first; place 0
is the last quarter with data, where the simulated market is the fitted one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.data.panel import Panel
from forkmodel.data.panel_prices import years_from_reference
from forkmodel.forecast.calendar import Calendar
from forkmodel.forecast.choice import Buyers
from forkmodel.forecast.entry_exit import Population
from forkmodel.forecast.frontier import Progress, small_distance
from forkmodel.forecast.hosting import Hosting
from forkmodel.forecast.lines import SLOTS, Lines
from forkmodel.forecast.list_prices import Tariffs
from forkmodel.forecast.parameters import forecast_parameters
from forkmodel.forecast.randomness import Randomness
from forkmodel.forecast.scenario import Levers, Scenario
from forkmodel.forecast.shocks import SHOCKS, Shocks, draw_shocks
from forkmodel.forecast.spending import Spending
from forkmodel.forecast.start import Start
from forkmodel.model.build import Design
from forkmodel.model.capability import INDEX_ORIGIN, INDEX_PER_UNIT
from forkmodel.priors import PriorSet
from forkmodel.results.paths_price import FIXED_INDEX

__all__ = ["Recorded", "Setting", "simulate"]

YEARS_PER_QUARTER = 0.25
#: Open money is kept this far from none and all, so that its log odds exist.
TRACE = 1e-6
#: Points below the open frontier from which an open model counts as specialised rather than chasing.
BEHIND = 15.0
QUARTERS_PER_YEAR = 4
#: Weight of an offer that nobody chooses in a mean over offers.
NOBODY = 1e-300

type Recorded = dict[str, np.ndarray]


@dataclass(frozen=True)
class Setting:
    """What all chunks of a simulation share."""

    panel: Panel
    design: Design
    priors: PriorSet
    lines: Lines
    calendar: Calendar
    scenario: Scenario

    @cached_property
    def levers(self) -> Levers:
        """Levers of the scenario on the calendar."""
        return self.scenario.levers(self.calendar)


@dataclass
class _World:
    """The moving parts of a chunk of worlds."""

    setting: Setting
    value: dict[str, np.ndarray]
    parameters: dict[str, np.ndarray]
    shocks: Shocks
    step: np.ndarray
    progress: Progress
    tariffs: Tariffs
    buyers: Buyers
    spending: Spending
    population: Population
    hosting: Hosting
    prices: np.ndarray
    flagship: np.ndarray

    def items(self, flagship: np.ndarray) -> np.ndarray:
        """Return the nominal index (draw, item) of all menu places."""
        return np.asarray(np.stack([flagship, flagship - self.step], axis=-1).reshape(len(flagship), -1))

    def bar(self) -> np.ndarray:
        """Return what threshold buyers hold to be good enough (draw,), nominal index."""
        best = self.progress.best_fitted("open", self.population.alive)
        return np.asarray(best + self.value["choice.threshold"])


def _developer_effects(
    lines: Lines, value: dict[str, np.ndarray], design: Design, randomness: Randomness
) -> tuple[np.ndarray, np.ndarray]:
    """Return price level and brand (draw, line) of each line's developer; entrants draw theirs."""
    known = list(design.choice.developers)
    drawn = randomness.normals("entrant effects", 2 * len(lines))
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


def _make_world(
    setting: Setting, start: Start, value: dict[str, np.ndarray], hosts: xr.Dataset, randomness: Randomness
) -> _World:
    lines, panel = setting.lines, setting.panel
    parameters = forecast_parameters(setting.priors, randomness)
    begin = float(setting.calendar.years[0])
    shocks = draw_shocks(parameters, randomness, setting.scenario, begin)
    price_effect, brand = _developer_effects(lines, value, setting.design, randomness)
    shared = (start, lines, value, parameters, randomness)
    world = _World(
        setting=setting,
        value=value,
        parameters=parameters,
        shocks=shocks,
        step=small_distance(value, lines, randomness),
        progress=Progress(*shared, shocks, begin),
        tariffs=Tariffs(
            *shared, float(years_from_reference(pd.DatetimeIndex([panel.catalogue.vintage]))[0]), price_effect
        ),
        buyers=Buyers(*shared, panel.options, brand),
        spending=Spending(*shared),
        population=Population(lines, parameters, randomness),
        hosting=Hosting(hosts, parameters, randomness),
        prices=np.zeros(0),
        flagship=np.zeros(0),
    )
    world.flagship = world.progress.released
    index = world.items(world.flagship)
    world.tariffs.begin(index)
    world.prices = world.tariffs.list_prices
    world.buyers.begin(index, world.bar(), world.prices, world.tariffs)
    world.spending.begin(_open_money(world))
    return world


def _paid(world: _World) -> np.ndarray:
    """Return paid over list price (draw, item)."""
    opened = np.repeat(world.setting.lines.is_open, len(SLOTS))
    closed_share = world.value["price.paid_share_closed"][:, None]
    return np.where(opened, world.value["price.paid_share_open"][:, None], closed_share)


def _mixture(shares: np.ndarray, mix: np.ndarray) -> np.ndarray:
    """Return shares weighted by segment (draw, segment, item)."""
    return np.asarray(shares * np.stack([mix, 1.0 - mix], axis=-1)[:, :, None])


def _by_line(items: np.ndarray) -> np.ndarray:
    return np.asarray(items.reshape(*items.shape[:-1], -1, len(SLOTS)).sum(-1))


def _normalised(x: np.ndarray) -> np.ndarray:
    return np.asarray(x / x.sum(-1, keepdims=True))


def _enterprise_money(world: _World) -> np.ndarray:
    """Return enterprise money (draw, segment, item), in sum one."""
    buyers = world.buyers
    spent = _mixture(buyers.enterprise, buyers.mix_enterprise) * world.prices * buyers.enterprise_price
    spent = spent * _paid(world)[:, None, :]
    return np.asarray(spent / spent.sum((1, 2), keepdims=True))


def _open_money(world: _World) -> np.ndarray:
    money = _by_line(_enterprise_money(world).sum(1))
    return np.asarray(np.clip(money[:, world.setting.lines.is_open].sum(1), TRACE, 1.0 - TRACE))


def _firm_money(world: _World) -> np.ndarray:
    """Return closed firms' part (draw, firm) of the money for closed models."""
    lines = world.setting.lines
    money = _by_line(_enterprise_money(world).sum(1))
    out = np.zeros((len(money), len(lines.firms)))
    for place in np.flatnonzero(lines.firm >= 0):
        out[:, lines.firm[place]] += money[:, place]
    return np.asarray(out / np.maximum(out.sum(1, keepdims=True), TRACE))


def _firm_alive(world: _World) -> np.ndarray:
    lines = world.setting.lines
    alive = np.zeros((len(world.population.alive), len(lines.firms)), dtype=bool)
    for place in np.flatnonzero(lines.firm >= 0):
        alive[:, lines.firm[place]] |= world.population.alive[:, place]
    # Firms of the fit without an offer today, such as the remainder, still earn until they leave.
    known = np.arange(len(lines.firms)) < world.spending.start.log_share.shape[1]
    absent = ~np.isin(np.arange(len(lines.firms)), lines.firm)
    return np.asarray(alive | (known & absent))


def _tier_share(world: _World, router_open: np.ndarray) -> np.ndarray:
    """Return each line's developer's part (draw, line) in the money of its tier."""
    lines = world.setting.lines
    closed = np.exp(world.spending.log_share)
    return np.where(lines.is_open, router_open, closed[:, np.maximum(lines.firm, 0)])


def _router_open_money(world: _World) -> np.ndarray:
    """Return open lines' part (draw, line) of the router's open money: whose weights earn hosts' money."""
    spent = _mixture(world.buyers.router, world.buyers.mix_router) * world.prices
    money = _by_line(spent.sum(1)) * world.setting.lines.is_open
    return _normalised(money + TRACE * (world.population.alive & world.setting.lines.is_open))


def _advance(world: _World, place: int) -> None:
    """Let one quarter pass."""
    setting, calendar, levers = world.setting, world.setting.calendar, world.setting.levers
    number = int(calendar.numbers[place])
    steps = float(calendar.stock_steps[place])
    years = float(calendar.years[place] - calendar.years[0])
    year = float(calendar.years[place])
    population, progress, tariffs = world.population, world.progress, world.tariffs
    before = progress.best("closed", population.alive)
    arrived = population.enter(place, levers)
    progress.advance(steps, number, years, population.alive & ~arrived, levers, place)
    progress.arrive(arrived, population.alive)
    gained = progress.best("closed", population.alive) - before
    tariffs.advance(steps, number, years, gained, world.shocks.glut(year), levers, place)
    world.flagship = progress.on_offer(progress.delay_months(years, levers, place))
    index = world.items(world.flagship)
    tariffs.post(steps, index)
    tariffs.enter(arrived, index)
    world.prices = tariffs.list_prices
    taste = world.shocks.ban_utility(year)[:, None] * setting.lines.restricted
    taste = taste + levers.at("open_appeal", place) * setting.lines.is_open
    world.buyers.advance(
        number, index, world.bar(), world.prices, population.alive, taste, tariffs, levers, place
    )
    jump = _price_jump(levers, place)
    world.spending.advance(
        number,
        years,
        tariffs.surprise,
        jump,
        _open_money(world),
        _firm_money(world),
        _firm_alive(world),
        levers,
        place,
    )
    world.hosting.advance(number)
    population.leave(_tier_share(world, _router_open_money(world)))


def _price_jump(levers: Levers, place: int) -> float:
    """Return by how much levers moved the closed tier's log list price in this quarter."""
    now = np.log(levers.at("price_closed", place) * levers.at("premium", place))
    before = np.log(levers.at("price_closed", place - 1) * levers.at("premium", place - 1))
    return float(now - before)


def _record(world: _World, place: int) -> Recorded:
    """Return what one quarter leaves behind (draw, ...)."""
    setting, lines, buyers = world.setting, world.setting.lines, world.buyers
    calendar, progress, tariffs = setting.calendar, world.progress, world.tariffs
    years = float(calendar.years[place] - calendar.years[0])
    start = progress.start
    fixed = INDEX_ORIGIN + INDEX_PER_UNIT * (FIXED_INDEX - start.origin) / start.per_unit
    router = _mixture(buyers.router, buyers.mix_router)
    router_money = router * world.prices * _paid(world)[:, None, :]
    router_money = router_money / router_money.sum((1, 2), keepdims=True)
    gateway = _mixture(buyers.gateway, buyers.mix_gateway)
    gateway_money = gateway * world.prices * _paid(world)[:, None, :]
    enterprise = _mixture(buyers.enterprise, buyers.mix_enterprise)
    enterprise_money = _enterprise_money(world)
    opened = np.repeat(lines.is_open, len(SLOTS))
    index = world.items(world.flagship)
    behind = (progress.tier_released[:, 1][:, None] - index) > BEHIND
    open_router = router_money[:, :, opened].sum((1, 2))
    open_behind = np.where(behind & opened, router_money.sum(1), 0.0).sum(1)
    return {
        "tier_released": progress.tier_released.copy(),
        "price_frontier": np.exp(
            np.stack([tariffs.at(progress.tier_released[:, i], 1.0 - i) for i in (0, 1)], axis=-1)
        ),
        "price_fixed": np.exp(np.stack([tariffs.at(fixed, 1.0 - i) for i in (0, 1)], axis=-1)),
        "elasticity": _elasticity(world),
        "router_tokens": _by_line(router.sum(1)),
        "router_money": _by_line(router_money.sum(1)),
        "gateway_tokens": _by_line(gateway.sum(1)),
        "gateway_money": _normalised(_by_line(gateway_money.sum(1))),
        "enterprise_tokens": _by_line(enterprise.sum(1)),
        "enterprise_money": _by_line(enterprise_money.sum(1)),
        "segment_money": enterprise_money.sum(-1),
        "segment_open": buyers.enterprise[:, :, opened].sum(-1),
        "open_behind": open_behind / np.maximum(open_router, TRACE),
        "closed": world.spending.closed,
        "opened": world.spending.opened,
        "api_share": world.spending.api_share,
        "firm_share": np.exp(world.spending.log_share),
        "router_open_money": _router_open_money(world),
        "switching": _switching(world, place),
        **world.hosting.shares(),
        "api_delay": progress.delay_months(years, setting.levers, place),
        "shock": np.stack(
            [world.shocks.begun(kind, float(calendar.years[place])) for kind in SHOCKS], axis=-1
        ).astype(float),
    }


def _elasticity(world: _World) -> np.ndarray:
    """Return own-price elasticities (draw, segment, access) of an average paid token of those who choose."""
    chosen = world.buyers.chosen * world.buyers.paid
    own = world.buyers.own_price_elasticity(world.prices)
    opened = np.repeat(world.setting.lines.is_open, len(SLOTS))
    out = np.full((*chosen.shape[:2], 2), np.nan)
    for column, inside in enumerate((~opened, opened)):
        # A tier that nobody chooses still has offers, and those have elasticities.
        weight = chosen[:, :, inside] + NOBODY
        out[:, :, column] = (weight * own[:, :, inside]).sum(-1) / weight.sum(-1)
    return out


def _switching(world: _World, place: int) -> np.ndarray:
    """Return the yearly part of enterprise buyers (draw, segment) who end up with another line."""
    if place == 0:
        return np.full((len(world.prices), 2), np.nan)
    line = _by_line(world.buyers.enterprise)
    chosen = _by_line(world.buyers.chosen)
    moved = (1.0 - world.buyers.stay) * (line * (1.0 - chosen)).sum(-1)
    return np.asarray(1.0 - (1.0 - moved) ** QUARTERS_PER_YEAR)


def simulate(
    setting: Setting, start: Start, values: dict[str, np.ndarray], hosts: xr.Dataset, randomness: Randomness
) -> tuple[Recorded, dict[str, np.ndarray]]:
    """Simulate a run of draws to the horizon.

    Parameters
    ----------
    setting : Setting
        Tables, priors, lines, calendar and scenario.
    start : Start
        State of these draws at the data's end.
    values : dict of array
        Free variables of these draws.
    hosts : Dataset
        Today's partition of open money among hosts.
    randomness : Randomness
        Random numbers of these draws.

    Returns
    -------
    dict of array (draw, quarter, ...)
        Records; place 0 is the last quarter with data.
    dict of array (draw,)
        Forecast parameters.
    """
    world = _make_world(setting, start, values, hosts, randomness)
    first = _record(world, 0)
    recorded = {
        name: np.empty((array.shape[0], len(setting.calendar), *array.shape[1:]))
        for name, array in first.items()
    }
    for place in range(len(setting.calendar)):
        if place > 0:
            _advance(world, place)
        for name, array in (first if place == 0 else _record(world, place)).items():
            recorded[name][:, place] = array
    return recorded, world.parameters
