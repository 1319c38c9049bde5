"""Market economics on labelled arrays: pure functions that know nothing of how the draws were made.

Every function takes and returns xarray objects, keeps all leading dims (``chain``, ``draw``, ``time``, ...)
and never averages over draws, so a result on posterior draws is a posterior. Labels, not positions, decide
what belongs together.

Demand
    ``shares``          choice shares by segment and market
    ``slopes``          ``dV / dlog p``, the one number by which forms of logit demand differ
    ``derivatives``     the formula behind everything below, with the category elasticity and the outside good
    ``elasticities``    own- and cross-price elasticities by product
    ``diversion``       where lost buyers go
    ``surplus``         what buyers would lose without some of the products

Supply
    ``first_order``     the first-order conditions of multi-product firms on plain arrays
    ``markups``         Bertrand-Nash Lerner index and implied marginal cost
    ``price_response``  utility in price, in log and level form, for prices that change by much
    ``equilibrium``     the fixed point of prices on plain arrays, and what buyers lose on the way to it

Mergers
    ``upward_pressure`` UPP, GUPPI and compensating marginal cost reductions
    ``merger``          concentration, ownership and the price equilibrium before and after

Structure
    ``concentration``   HHI, concentration ratios, rise of the HHI by a merger
    ``partition``       Pitman-Yor split of the open stack over hosts and integrators
    ``remainder``       concentration beside a part whose sellers are not told apart

A session with one market::

    shares = segment_shares(quality - eta * log(price), offered=on_offer)
    price_elasticities(shares, weights, log_price_slope(eta))
    hhi(market_shares(shares, weights), dim="model")

What the package itself never calls (``segment_shares``, ``market_shares``, ``price_elasticities`` and
``diversion_ratio`` of single products) states the demand that the rest is derived from, in the form in which
it can be held against PyBLP.
"""

from forkmodel.market.concentration import concentration_ratio, hhi, hhi_delta
from forkmodel.market.diversion import diversion_ratio, group_diversion_ratio
from forkmodel.market.elasticities import (
    logit_own_elasticity,
    own_price_elasticity,
    price_elasticities,
    segment_own_price_elasticity,
)
from forkmodel.market.markups import lerner_index
from forkmodel.market.merger import merger_concentration, merger_equilibrium, sound_costs
from forkmodel.market.partition import (
    partition_concentration,
    partition_from_uniforms,
)
from forkmodel.market.price_response import LevelPrice, LogPrice
from forkmodel.market.remainder import concentration_with_remainder, known_parts
from forkmodel.market.shares import market_shares, segment_shares
from forkmodel.market.slopes import (
    floored_log_price,
    floored_price_slope,
    log_price_slope,
    price_exposure,
)
from forkmodel.market.surplus import (
    compensating_variation,
    total_compensating_variation,
)
from forkmodel.market.upward_pressure import diverted_value, upward_pressure

__all__ = [
    "LevelPrice",
    "LogPrice",
    "compensating_variation",
    "concentration_ratio",
    "concentration_with_remainder",
    "diversion_ratio",
    "diverted_value",
    "floored_log_price",
    "floored_price_slope",
    "group_diversion_ratio",
    "hhi",
    "hhi_delta",
    "known_parts",
    "lerner_index",
    "log_price_slope",
    "logit_own_elasticity",
    "market_shares",
    "merger_concentration",
    "merger_equilibrium",
    "own_price_elasticity",
    "partition_concentration",
    "partition_from_uniforms",
    "price_elasticities",
    "price_exposure",
    "segment_own_price_elasticity",
    "segment_shares",
    "sound_costs",
    "total_compensating_variation",
    "upward_pressure",
]
