"""The words that decide which rows the model reads: markets, levels, units, populations, firms.

Text in a table is free, so a row with a word that no observation looks for is valid and has no effect. A
reading is the one statement of what an observation looks for: its rows are selected by it, ``forkmodel data
check`` reports by it, and ``docs/data.md`` lists it.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

__all__ = [
    "ADOPTION_CENSUS",
    "ADOPTION_RAMP",
    "CENSUS",
    "CLOSED_FIRMS",
    "COMPARISONS",
    "DAILY",
    "ENTERPRISE",
    "GATEWAY",
    "HOSTS",
    "LABS",
    "MODEL_SHARES",
    "MONTHLY",
    "OPEN_SHARE",
    "OTHER_CLOSED",
    "RAMP_REACH",
    "RAMP_SHARE",
    "REACH",
    "ROUTER",
    "SPEND_PER_EMPLOYEE",
    "TOP9",
    "TOP50",
    "Reading",
    "comparison",
]

#: The gateway whose panels and headline prices the words below begin with.
ROUTER = "openrouter"
TOP9, TOP50 = "openrouter_tokens_weekly_top9", "openrouter_tokens_weekly"
MONTHLY, DAILY = "openrouter_tokens_monthly", "openrouter_tokens_day"
ENTERPRISE, RAMP_SHARE = "enterprise_llm_api_spend", "ramp_model_share"
RAMP_REACH = "ramp_business_subscriptions"
#: The markets of the second gateway, and what each counts.
GATEWAY = {"vercel_gateway_tokens": "tokens", "vercel_gateway_spend": "spend"}
#: Closed firms whose revenue is followed one by one; the rest of the closed tier is one small remainder.
#: Stated here and not read from the tables: each firm's share has a prior of its own, and Google DeepMind is
#: one of them although no table holds its revenue.
OTHER_CLOSED = "Other closed"
CLOSED_FIRMS = ("Anthropic", "Google DeepMind", "OpenAI", "xAI", OTHER_CLOSED)
#: Hosts of open weights with a published revenue, in the order in which press coverage picked them. Stated
#: here and not read from the tables: a firm whose name is spelt in another way would count as a new host.
HOSTS = ("Baseten", "Together AI")
#: Labs on company cards: the ratio of the first to the second is read. Which names are large enough is a
#: judgement about the series, so they are stated here.
LABS = ("Anthropic", "OpenAI")
RAMP, CENSUS = "US businesses on Ramp", "US employer firms"
SPEND_UNIT = "usd_per_employee_month"


@dataclass(frozen=True, slots=True)
class Reading:
    """What one observation looks for in a table.

    Attributes
    ----------
    name : str
        The observation, as ``docs/data.md`` and ``forkmodel data check`` call it.
    table : str
        Table it reads.
    words : dict of str to tuple of str
        Column and the words of which a row must have one; a word that ends in ``*`` stands for its beginning.
    """

    name: str
    table: str
    words: dict[str, tuple[str, ...]]

    def fits(self, frame: pd.DataFrame) -> dict[str, pd.Series]:
        """Return for each column which rows have one of its words."""
        return {column: _has(frame[column], words) for column, words in self.words.items()}

    def reads(self, frame: pd.DataFrame) -> pd.Series:
        """Return which rows the observation looks for; a mere bound is read only by who asks for bounds."""
        mask = pd.Series(True, index=frame.index)
        if "bound" in frame and "bound" not in self.words:
            mask &= frame["bound"].isna()
        for fit in self.fits(frame).values():
            mask &= fit
        return mask

    def rows(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the rows that the observation looks for."""
        return frame.loc[self.reads(frame)]


def _has(values: pd.Series, words: tuple[str, ...]) -> pd.Series:
    whole = values.isin([word for word in words if not word.endswith("*")])
    beginnings = tuple(word[:-1] for word in words if word.endswith("*"))
    return whole | values.fillna("").str.startswith(beginnings) if beginnings else whole


#: Readings that more than one observation or a rule on values needs; the others stand with their observation.
MODEL_SHARES = Reading(
    "model shares", "usage", {"market": (TOP50, TOP9), "level": ("model",), "unit": ("tokens",)}
)
OPEN_SHARE = Reading(
    "open share",
    "usage",
    {
        "market": (MONTHLY,),
        "level": ("access",),
        "unit": ("tokens",),
        "entity": ("open_weights", "closed", "unknown", "total"),
    },
)
REACH = Reading(
    "reach",
    "usage",
    {"market": (RAMP_REACH,), "level": ("developer",), "unit": ("share",), "entity": CLOSED_FIRMS},
)
ADOPTION_RAMP = Reading(
    "adoption, Ramp", "adoption", {"population": (RAMP,), "measure": ("share paying*",), "unit": ("share",)}
)
ADOPTION_CENSUS = Reading(
    "adoption, Census",
    "adoption",
    {"population": (CENSUS,), "measure": ("share using AI*",), "unit": ("share",)},
)
SPEND_PER_EMPLOYEE = Reading("spend per employee", "adoption", {"unit": (SPEND_UNIT,)})

#: Rows that are known and kept for comparison; nothing reads them, and nobody needs to be told.
COMPARISONS = (
    Reading("router usage restated", "usage", {"market": (TOP50, TOP9, DAILY, MONTHLY)}),
    Reading("downloads", "usage", {"market": ("hf_downloads_30d_top10", "hf_downloads_cumulative")}),
    Reading("small labs on company cards", "usage", {"market": (RAMP_SHARE,), "level": ("developer",)}),
    Reading("rest of a survey", "usage", {"market": (ENTERPRISE,), "entity": ("other",)}),
    Reading(
        "coding agents, a part of the gateway's traffic",
        "usage",
        {"market": ("vercel_gateway_coding_tokens", "vercel_gateway_coding_spend")},
    ),
    Reading("large firms' whole spend", "usage", {"market": ("enterprise_llm_spend_cio_survey",)}),
    Reading("users of assistants", "adoption", {"unit": ("users",)}),
    Reading(
        "special groups of the census",
        "adoption",
        {"population": ("US employment-weighted", "US firms with *")},
    ),
    Reading("plans of firms", "adoption", {"population": (CENSUS,), "measure": ("share expecting*",)}),
    Reading("sizes of markets", "revenue", {"developer": ("market: *",)}),
    Reading(
        "labs with open weights",
        "revenue",
        {"developer": ("MiniMax", "Mistral AI", "Moonshot AI", "Zhipu AI")},
    ),
)


def comparison(table: str, frame: pd.DataFrame) -> pd.Series:
    """Return which rows of a table are known and kept for comparison only."""
    mask = pd.Series(False, index=frame.index)
    for known in COMPARISONS:
        if known.table == table:
            mask |= known.reads(frame)
    return mask
