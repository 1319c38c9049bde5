"""Names that questions about mergers may use: what counts as the market, and where margins come from."""

from __future__ import annotations

from dataclasses import dataclass

from forkmodel.errors import ForkModelError, did_you_mean

__all__ = ["MARGINS", "MARKETS", "MarketDefinition", "market_definition"]


@dataclass(frozen=True)
class MarketDefinition:
    """What counts as the market of a merger.

    Attributes
    ----------
    meaning : str
        Whose shares of what.
    buyers : str or None
        Market whose choices tell how close its firms are; None where the model has none.
    """

    meaning: str
    buyers: str | None


#: Revenue is earned from firms above all, so its firms compete for the buyers of the enterprise market; money
#: for open weights is split by what the router's buyers choose.
MARKETS = {
    "enterprise_spend": MarketDefinition("money of enterprises, by developer", "enterprise"),
    "enterprise_tokens": MarketDefinition("tokens of enterprises, by developer", "enterprise"),
    "openrouter_spend": MarketDefinition("money on the router, by developer", "openrouter"),
    "openrouter_tokens": MarketDefinition("tokens on the router, by developer", "openrouter"),
    "gateway_spend": MarketDefinition("money on the second gateway, by developer", "gateway"),
    "gateway_tokens": MarketDefinition("tokens on the second gateway, by developer", "gateway"),
    "business_subscriptions": MarketDefinition("paid subscriptions of US firms, by developer", "enterprise"),
    "closed": MarketDefinition("revenue of closed models, by developer", "enterprise"),
    "all_developers": MarketDefinition("revenue of all models, by developer", "enterprise"),
    "open_developers": MarketDefinition("money for open weights, by developer", "openrouter"),
    "open_hosts": MarketDefinition("money for open weights, by host", None),
}

#: What each way of setting margins rests on, besides shares; see :mod:`forkmodel.results.conduct`.
MARGINS = {
    "reported": ("choice.price_frontier", "choice.price_threshold_extra", "value.margin_closed"),
    "fitted": ("choice.price_frontier", "choice.price_threshold_extra"),
}


def market_definition(name: str) -> MarketDefinition:
    """Return a market by name; raises ForkModelError for an unknown one."""
    if name not in MARKETS:
        raise ForkModelError(f"unknown market {name!r}. {did_you_mean(name, list(MARKETS))}")
    return MARKETS[name]
