"""Who and what a market's tables name: its router and other panels, its closed firms, its hosts.

The bundled tables name theirs, and priors, claims and pages speak of these. Tables of another market name
others: a panel is then known by the end of its name (``Stadtnetz_tokens_weekly`` is a router's weeks, and the
seller ``Stadtnetz`` its headline price), and firms are those that the tables hold.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from forkmodel.data.market_tables import MarketTables
from forkmodel.data.panel_words import end_of, in_known_words, router_of
from forkmodel.data.vocabulary import CLOSED_FIRMS, HOSTS, LABS, OTHER_CLOSED, RAMP_SHARE, ROUTER, Reading

__all__ = ["MarketNames", "market_in_known_words"]

#: Closed firms of another market that are followed one by one, and hosts; the smaller ones are a remainder.
MOST_FIRMS, MOST_HOSTS = 4, 2
UNNAMED_HOST = "Largest host"


@dataclass(frozen=True)
class MarketNames:
    """The names that differ between markets.

    Attributes
    ----------
    router : str
        Gateway whose tokens are counted and whose headline prices are listed.
    firms : tuple of str
        Closed firms whose revenue is followed one by one, and the remainder, which is last.
    hosts : tuple of str
        Hosts of open weights with a published revenue; without any, the one that serves most models.
    labs : tuple of str
        The two firms whose ratio on company cards is read; empty if the tables hold fewer.
    bundled : bool
        Whether the firms are those of the bundled tables, which have priors of their own.
    """

    router: str = ROUTER
    firms: tuple[str, ...] = CLOSED_FIRMS
    hosts: tuple[str, ...] = HOSTS
    labs: tuple[str, ...] = LABS
    bundled: bool = True

    @classmethod
    def of(cls, market: MarketTables) -> MarketNames:
        """Read the names off the tables.

        Tables that hold a closed model of one of the bundled firms are of the bundled market: its firms,
        hosts and cards are judgements about that market, which a row more or less does not change.
        """
        models, revenue = market.models, market.revenue
        closed = set(models.loc[models["access"].eq("closed"), "developer"])
        router = router_of(market.usage)
        if models.empty or closed & set(CLOSED_FIRMS):
            return cls(router=router)
        earned = revenue.loc[revenue["segment"].eq("company")].groupby("developer")["annualised_revenue_usd"]
        largest = earned.max().sort_values(ascending=False, kind="stable")
        released = models.loc[models["access"].eq("closed"), "developer"].value_counts().sort_index()
        ranked = [name for name in largest.index if name in closed]
        ranked += [
            name for name in released.sort_values(ascending=False, kind="stable").index if name not in ranked
        ]
        hosts = [name for name in largest.index if name not in set(models["developer"])]
        if not hosts:
            # The host that serves most models is the one to be noticed first.
            hosting = market.prices["seller_kind"].eq("host") & market.prices["seller"].ne(router)
            served = market.prices.loc[hosting, "seller"].value_counts().sort_index()
            hosts = [str(served.idxmax())] if len(served) else [UNNAMED_HOST]
        firms = sorted(name for name in ranked[:MOST_FIRMS] if name != OTHER_CLOSED)
        return cls(
            router=router,
            firms=(*firms, OTHER_CLOSED),
            hosts=tuple(hosts[:MOST_HOSTS]),
            labs=_labs(market.usage, closed),
            bundled=False,
        )

    def reading(self, reading: Reading) -> Reading:
        """Return a reading that looks for this market's firms, hosts and labs."""
        own = {CLOSED_FIRMS: self.firms, HOSTS: self.hosts, LABS: self.labs}
        return replace(
            reading, words={column: own.get(words, words) for column, words in reading.words.items()}
        )


def _labs(usage: pd.DataFrame, closed: set[str]) -> tuple[str, ...]:
    rows = usage.loc[usage["market"].fillna("").str.endswith(end_of(RAMP_SHARE, "ramp"))]
    rows = rows.loc[rows["level"].eq("developer") & rows["entity"].isin(closed)]
    largest = rows.groupby("entity")["value"].mean().sort_values(ascending=False, kind="stable").index[:2]
    return tuple(sorted(largest)) if len(largest) == len(LABS) else ()


def market_in_known_words(market: MarketTables) -> MarketTables:
    """Return a market whose panels and gateway are called as the observations call them."""
    known = in_known_words(market.tables())
    return replace(market, usage=known["usage"], prices=known["prices"])
