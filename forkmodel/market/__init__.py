"""Market economics on labelled arrays: pure functions that know nothing of how the draws were made.

Every function takes and returns xarray objects, keeps all leading dims (``chain``, ``draw``, ``time``, ...)
and never averages over draws, so a result on posterior draws is a posterior. Labels, not positions, decide
what belongs together.

Demand
    ``shares``          choice shares by segment, market and owner, in tokens and in money
    ``slopes``          ``dV / dlog p``, the one number by which log-price and level-price logit differ
    ``derivatives``     the formula behind everything below, with the category elasticity and the outside good
    ``elasticities``    own- and cross-price elasticities by product, segment, developer, host or access class
    ``diversion``       where lost buyers go
    ``surplus``         log-sum price index and what buyers would lose without some of the products

Supply
    ``first_order``     the first-order conditions of multi-product firms on plain arrays
    ``markups``         Bertrand-Nash Lerner index and implied marginal cost
    ``merger``          change of owners and of HHI at unchanged shares
    ``equilibrium``     prices after a change of owners

Structure
    ``concentration``   HHI, concentration ratios, effective firms, leadership
    ``partition``       Pitman-Yor split of the open stack over hosts and integrators
    ``remainder``       concentration beside a part whose sellers are not told apart

A session with one market::

    shares = segment_shares(quality - eta * log(price), offered=on_offer)
    tokens = market_shares(shares, weights)
    money = money_shares(tokens, price)
    hhi(group_shares(money, developer), dim="developer")
    own_price_elasticity(shares, weights, log_price_slope(eta))
"""

from forkmodel.market.concentration import (
    concentration_ratio,
    effective_firms,
    hhi,
    leader,
    rank_stability,
    top_firms,
)
from forkmodel.market.diversion import diversion_ratio, group_diversion_ratio
from forkmodel.market.elasticities import (
    group_price_elasticities,
    logit_own_elasticity,
    own_price_elasticity,
    price_elasticities,
    segment_own_price_elasticity,
    segment_price_elasticities,
)
from forkmodel.market.equilibrium import merger_equilibrium
from forkmodel.market.markups import lerner_index, marginal_cost
from forkmodel.market.merger import hhi_delta, merge_owners, merger_hhi
from forkmodel.market.partition import (
    expected_hhi,
    partition_concentration,
    partition_from_uniforms,
    sample_partition,
)
from forkmodel.market.remainder import concentration_with_remainder, known_parts
from forkmodel.market.shares import group_shares, market_shares, money_shares, segment_shares
from forkmodel.market.slopes import (
    floored_log_price,
    floored_price_slope,
    level_price_slope,
    log_price_slope,
    price_exposure,
)
from forkmodel.market.surplus import (
    compensating_variation,
    price_index,
    price_index_ratio_without,
    segment_spend,
    total_compensating_variation,
)

__all__ = [
    "compensating_variation",
    "concentration_ratio",
    "concentration_with_remainder",
    "diversion_ratio",
    "effective_firms",
    "expected_hhi",
    "floored_log_price",
    "floored_price_slope",
    "group_diversion_ratio",
    "group_price_elasticities",
    "group_shares",
    "hhi",
    "hhi_delta",
    "known_parts",
    "leader",
    "lerner_index",
    "level_price_slope",
    "log_price_slope",
    "logit_own_elasticity",
    "marginal_cost",
    "market_shares",
    "merge_owners",
    "merger_equilibrium",
    "merger_hhi",
    "money_shares",
    "own_price_elasticity",
    "partition_concentration",
    "partition_from_uniforms",
    "price_elasticities",
    "price_exposure",
    "price_index",
    "price_index_ratio_without",
    "rank_stability",
    "sample_partition",
    "segment_own_price_elasticity",
    "segment_price_elasticities",
    "segment_shares",
    "segment_spend",
    "top_firms",
    "total_compensating_variation",
]
