"""The observations of the model, in the order in which they enter it.

A source of one's own joins them where a model is made::

    ForkModel(data, observations=(*OBSERVATIONS, Mine()))
"""

from __future__ import annotations

from forkmodel.observations.access_shares import AccessShares
from forkmodel.observations.adoption import Adoption
from forkmodel.observations.card_ratio import CardRatio
from forkmodel.observations.developer_days import DeveloperDays
from forkmodel.observations.fringe import Fringe
from forkmodel.observations.gateway_bounds import GatewayBounds
from forkmodel.observations.gateway_shares import GatewayShares
from forkmodel.observations.host_revenue import HostRevenue
from forkmodel.observations.model_shares import ModelShares
from forkmodel.observations.money_shares import MoneyShares
from forkmodel.observations.observation import Observation
from forkmodel.observations.prices import Prices
from forkmodel.observations.reach import Reach
from forkmodel.observations.revenue import Revenue
from forkmodel.observations.scores import Scores
from forkmodel.observations.spend_per_employee import SpendPerEmployee

__all__ = ["OBSERVATIONS"]

OBSERVATIONS: tuple[Observation, ...] = (
    Scores(),
    Prices(),
    ModelShares(),
    AccessShares(),
    Fringe(),
    DeveloperDays(),
    MoneyShares(),
    CardRatio(),
    GatewayShares(),
    GatewayBounds(),
    Revenue(),
    Adoption(),
    SpendPerEmployee(),
    Reach(),
    HostRevenue(),
)
