"""Which outcomes the explorer carries: their place in the output schema, and what they are called."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["OUTCOMES", "YEARS", "Outcome"]

#: Years whose last quarters are carried.
YEARS = (2028, 2031, 2036)


@dataclass(frozen=True)
class Outcome:
    """One outcome.

    Attributes
    ----------
    group : str
        Heading that it stands under.
    label : str
        What it is called.
    path : str
        Variable and coordinates in the query language, without a time.
    unit : str
        Unit, short.
    log : bool
        Whether it is positive and spans orders of magnitude.
    """

    group: str
    label: str
    path: str
    unit: str
    log: bool = False


def _of(group: str, unit: str, entries: dict[str, str], log: bool = False) -> tuple[Outcome, ...]:
    return tuple(Outcome(group, label, path, unit, log) for path, label in entries.items())


OUTCOMES = (
    *_of(
        "Concentration",
        "HHI",
        {
            "hhi.closed": "HHI of closed labs",
            "hhi.open_developers": "HHI of open developers",
            "hhi.open_hosts": "HHI of open hosts",
            "hhi.all_developers": "HHI of all developers",
            "hhi.openrouter_spend": "HHI on OpenRouter, money",
        },
    ),
    *_of(
        "Concentration",
        "share",
        {"cr3.closed": "Three largest closed labs", "cr3.open_hosts": "Three largest open hosts"},
    ),
    *_of("Concentration", "firms", {"closed_firms_above_5pct": "Closed firms above 5%"}),
    *_of(
        "Capability",
        "index",
        {"capability_frontier.closed": "Closed frontier", "capability_frontier.open": "Open frontier"},
    ),
    *_of("Capability", "index points", {"capability_gap": "Capability gap"}),
    *_of("Capability", "months", {"lag_months_strict": "Strict lag", "lag_months_tolerant": "Tolerant lag"}),
    *_of(
        "Prices and demand",
        "USD per million tokens",
        {
            "price_frontier.closed": "Closed frontier price",
            "price_frontier.open": "Open frontier price",
            "price_leaders.closed": "List price of the closed leaders",
        },
        log=True,
    ),
    *_of(
        "Prices and demand",
        "closed / open",
        {"premium_raw": "Raw premium", "premium_residual": "Residual premium"},
        log=True,
    ),
    *_of("Prices and demand", "share", {"premium_scarcity": "Scarcity part of the premium"}),
    *_of(
        "Prices and demand",
        "elasticity",
        {
            "elasticity_own.frontier.closed": "Own-price, frontier, closed",
            "elasticity_own.threshold.open": "Own-price, good enough, open",
            "category_elasticity": "Elasticity of all spend",
        },
    ),
    *_of(
        "Shares",
        "share",
        {
            "open_share.openrouter.tokens": "Open share, router tokens",
            "open_share.openrouter.spend": "Open share, router money",
            "open_share.enterprise.spend": "Open share, enterprise money",
            "segment_spend.frontier": "Frontier segment's money",
            "switching.threshold": "Good-enough buyers who switch",
            "api_share": "Closed revenue through APIs",
            "adoption_firms": "Firms paying for AI (Ramp)",
        },
    ),
    *_of(
        "Value",
        "USD per year",
        {
            "value.closed.narrow": "Closed revenue",
            "value.closed.welfare": "Closed value with surplus",
            "value.open.narrow": "Hosted open revenue",
            "value.open.broad": "Open value, broad",
            "value.open.welfare": "Open value with surplus",
            "value_layer.open.host": "Open value, hosts",
        },
        log=True,
    ),
    *_of("Value", "USD", {"lab_value.first": "Value of the first lab"}, log=True),
    *_of(
        "Value",
        "share",
        {"gross_margin.closed": "Gross margin, closed", "gross_margin.open": "Gross margin, open"},
    ),
    *_of("Value", "months", {"api_delay_months": "Delay of APIs"}),
)
