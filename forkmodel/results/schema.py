"""The output schema: names, dims and units that callers rely on; a test locks it.

Whoever changes one raises :data:`forkmodel.formats.SCHEMA_VERSION`.
Every variable has dims ``chain, draw, time`` first. ``time`` holds quarter starts. Draws are never reduced,
and draw i is the same world in every variable.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FORECAST_SCHEMA", "HISTORY_SCHEMA", "Entry"]


@dataclass(frozen=True)
class Entry:
    """Extra dims, unit and meaning of one output variable."""

    dims: tuple[str, ...]
    unit: str
    description: str


_INDEX = "index (Claude 3.5 Sonnet = 130, GPT-5 = 150)"

HISTORY_SCHEMA = {
    "capability_frontier": Entry(("access",), _INDEX, "Best released model by access."),
    "capability_gap": Entry((), "index points", "Closed frontier minus open frontier."),
    "lag_months_strict": Entry(
        (), "months", "Age of the oldest closed release that no open model has reached."
    ),
    "lag_months_tolerant": Entry((), "months", "The same, counting 3 points below as reached."),
    "price_frontier": Entry(
        ("access",), "USD per million tokens", "Hedonic list price of the frontier model."
    ),
    "price_fixed_capability": Entry(
        ("access",),
        "USD per million tokens",
        "Hedonic list price at a fixed index level (attribute index_level).",
    ),
    "premium_raw": Entry((), "ratio closed / open", "Price of the closed frontier over the open frontier."),
    "premium_residual": Entry((), "ratio closed / open", "Price of closed over open at equal capability."),
    "elasticity_own": Entry(
        ("segment", "access"),
        "log quantity per log price",
        "Own-price elasticity of an average paid token: how the tokens of those who choose in the period "
        "respond to the list price of one model alone, in a segment of fixed size. Buyers who stay with an "
        "earlier choice respond when they choose again.",
    ),
    "adoption_firms": Entry((), "share of firms", "US firms on Ramp paying for AI."),
    "token_share": Entry(("market", "developer"), "share", "Tokens by developer."),
    "spend_share": Entry(
        ("market", "developer"), "share", "Money by developer; paid subscriptions in business_subscriptions."
    ),
    "open_share": Entry(("market", "unit"), "share", "Open-weight part of a market's tokens or money."),
    "revenue": Entry(
        ("developer",), "USD per year", "Closed labs' revenue, and hosted money by developer of open weights."
    ),
    "value": Entry(("access", "definition"), "USD per year", "Value in three definitions."),
    "value_layer": Entry(("access", "layer"), "USD per year", "Broad value by who is paid."),
    "hhi": Entry(
        ("scope",),
        "0 to 10,000",
        "Herfindahl-Hirschman index. A remainder is no firm: the developers known in it are, each with its "
        "enterprise money, and the rest counts as firms too small to matter.",
    ),
    "cr1": Entry(("scope",), "share", "Share of the largest firm; a remainder is none."),
    "cr3": Entry(("scope",), "share", "Share of the three largest firms; a remainder is none."),
    "cr4": Entry(("scope",), "share", "Share of the four largest firms; a remainder is none."),
    "effective_firms": Entry(("scope",), "firms", "Number of equal firms with the same HHI."),
    "gross_margin": Entry(("access",), "share", "Gross margin."),
    "api_share": Entry((), "share", "Closed revenue sold through APIs."),
}

#: What a forecast adds: variables that are known from the data's end on and missing before.
FORECAST_SCHEMA = HISTORY_SCHEMA | {
    "price_leaders": Entry(
        ("access",), "USD per million tokens", "List price of the models within 3 points of a tier's best."
    ),
    "segment_spend": Entry(("segment",), "share", "Segments' parts of enterprise money."),
    "switching": Entry(
        ("segment",), "share / year", "Enterprise buyers who end the year with another model line."
    ),
    "open_spend_behind_frontier": Entry(
        (), "share", "Part of the router's open money that goes to models 15 points below the open frontier."
    ),
    "closed_firms_above_5pct": Entry(
        (), "firms", "Closed firms with more than 5 % of closed revenue; a remainder is none."
    ),
    "top3_unchanged": Entry(
        (), "0 or 1", "Whether the three largest closed firms are those of a year before."
    ),
    "leader_changed": Entry((), "0 or 1", "Whether the largest closed firm is another than a year before."),
    "lab_value": Entry(("rank",), "USD", "Company value of the closed firms with most revenue."),
    "api_delay_months": Entry((), "months", "Delay from product to API of closed flagships."),
    "category_elasticity": Entry((), "elasticity", "Response of all spend to quality-adjusted prices."),
    "premium_scarcity": Entry((), "share", "Part of the log residual premium that is scarcity rent."),
    "shock": Entry(("event",), "0 or 1", "Whether a dated shock has begun."),
}
