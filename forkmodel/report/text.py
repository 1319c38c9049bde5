"""The words of the report: names, titles, captions, verdicts and caveats. Numbers come in already written.

What stands at the head of the sections is in ``sections_text``; the sections on facts and on trust have
theirs in ``facts_text`` and ``trust_text``.
"""

from __future__ import annotations

import re

from forkmodel.report.intervals import DRAWN, HEADLINE

TITLE = "The AI fork: who ends up with the market?"
HIGHLY_CONCENTRATED = 1800.0
CLOUD_HHI = 1500.0
CLOUD_CR3 = 0.63
RULE_GUIDELINE = "1,800"
RULE_CLOUD = "cloud"

#: The bundled market's router; labels below leave a place for its name or that of another market's.
ROUTER = "OpenRouter"
SCOPES = {
    "closed": "Closed labs, by revenue",
    "open_developers": "Open-weight developers, by hosted money",
    "open_hosts": "Hosts of open weights, by revenue",
    "all_developers": "All developers, by money",
    "openrouter_tokens": "Developers on {router}, by tokens",
    "openrouter_spend": "Developers on {router}, by money",
}
SHORT_SCOPES = {
    "closed": "Closed labs",
    "open_developers": "Open developers",
    "open_hosts": "Open hosts",
    "all_developers": "All developers",
    "openrouter_tokens": "{router}, tokens",
    "openrouter_spend": "{router}, money",
}
#: Tiers whose concentration the page's titles state.
TIERS = {
    "closed": "closed labs",
    "open_developers": "developers of open weights",
    "open_hosts": "hosts of open weights",
}
MARKETS = {
    "openrouter": "{router}",
    "enterprise": "Enterprise API",
    "business_subscriptions": "Business subscriptions",
}
ACCESS = {"closed": "Closed", "open": "Open weights"}
UNITS = {"tokens": "Tokens", "spend": "Money"}
DEFINITIONS = {
    "narrow": "Narrow: hosted inference revenue",
    "broad": "Broad: plus self-hosting, tuning and integration",
    "welfare": "Welfare: broad plus consumer surplus",
}
RATIOS = {"cr1": "Largest", "cr3": "Three largest", "cr4": "Four largest"}
RULE_CLOUD_CR3 = "cloud infrastructure, 63% (Synergy)"
RULE_PARITY = "1×: the same"
#: Between this own-price elasticity and zero, a price set on demand alone has no optimum.
UNIT_ELASTIC = -1.0
RULE_UNIT_ELASTIC = "−1: unit elastic"
LAGS = {
    "lag_months_strict": "Strict: reached",
    "lag_months_tolerant": "Tolerant: reached or within 3 points",
}
PRICE_FRONTIER = "Of the frontier model"
API_SHARE = "Closed, via APIs"
HOSTS_NOTE = (
    "Hosts: two publish revenue, the rest is filled in by a prior over how such markets split, so the path "
    "is flat and wide."
)
PICTURE_TITLE = "Concentration (HHI): closed labs by revenue, hosts of open weights, open-weight developers"
PROVENANCE = {
    "data_vintage": "Data vintage",
    "data_hash": "Hash of the tables",
    "prior_set": "Priors",
    "prior_hash": "Hash of the priors",
    "blocks": "Blocks",
    "seed": "Seed",
    "chains": "Chains",
    "draws": "Draws per chain",
    "tune": "Warm-up steps per chain",
}
PROVENANCE_GROUPS = {"seconds": "Seconds per stage", "versions": "Versions"}
#: Title, variable and market of the panels that compare developers.
DEVELOPER_PANELS = (
    ("{router}: tokens", "token_share", "openrouter"),
    ("{router}: money", "spend_share", "openrouter"),
    ("Enterprise API: money", "spend_share", "enterprise"),
    ("Business subscriptions: payers", "spend_share", "business_subscriptions"),
)
OPEN_OVER_CLOSED = "open / closed"
LAYERS = {"developer": "Developers", "host": "Hosts", "integrator": "Integrators"}
SEGMENTS = {"frontier": "Frontier buyers", "threshold": "Good-enough buyers"}
BLOCKS = {
    "capability": "Capability",
    "price": "Price",
    "choice": "Choice",
    "adoption": "Adoption",
    "spend": "Spend and revenue",
    "value": "Value and the open stack",
}
BLOCK_NOTES = {
    "spend": (
        "The labs' parts of closed revenue are logits up to a common constant. Data cannot pin that "
        "constant, so the contraction of each part understates what the data say about the shares themselves."
    ),
}
KINDS = {"audited": "square", "reported": "circle", "leaked": "diamond", "estimate": "triangle-up"}

WITHHELD_TITLE = "The review of this fit FAILED"
WITHHELD = (
    "The numbers below may be wrong and no conclusion is drawn from them. They are shown in grey so that "
    "the failure can be traced; the checks that failed, with advice, come first."
)
FAILED_FIGURE = "The review of this fit FAILED: these numbers may be wrong, and nothing follows from them."
BETTER_INFORMED = "more parameters, about which the data say more"
NUMBERS_OF = "Numbers of the chart:"
WITHHELD_ANSWER = (
    "Withheld, because the review of this fit failed. The charts and tables below show what was computed."
)
CAUTION_TITLE = "Some checks need a look"
NOSCRIPT = (
    "The charts need JavaScript, which is part of this file (nothing is loaded from the network). Without "
    "it, the numbers of every chart are in the table under it."
)
PRIOR_DRIVEN = "prior-driven"
PRIOR_DRIVEN_HELP = "The data moved this little: it is mostly a statement of the prior."
NO_PRIORS = "This fit brought no comparison of prior and posterior."
NO_REVIEW = "This fit was not reviewed."


def draws_line(draws: int, vintage: str) -> str:
    """Say what all figures rest on."""
    return (
        f"All numbers are posterior medians with {HEADLINE:.0%} equal-tailed intervals from {draws:,} draws, "
        f"conditional on the model and on data up to {vintage}."
    )


def vintage(day: str) -> str:
    """Say in the margin of every printed page how old its data are."""
    return f"Data up to {day}"


#: Said on paper only.
CONTENTS, ANNEXES = "Contents", "Annexes"
ON_PAPER = (
    "The numbers behind every chart, and the worlds to explore, are not printed: the report as HTML holds "
    "them, and `forkmodel report FIT --figures DIR` writes every chart with its numbers as CSV."
)


def more_charts(subject: str) -> str:
    """Head the annex of a charted section."""
    return f"{subject}: how to read, more charts"


def annex(letter: str) -> str:
    """Name an annex."""
    return f"Annex {letter}"


def _bands() -> str:
    return " and ".join(f"{100 * mass:.0f}" for mass in DRAWN) + "%"


def picture_note(draws: int) -> str:
    """Say how to read the static picture."""
    return f"Posterior median with {_bands()} intervals from {draws:,} draws; 10,000 is a monopoly."


def caption(kind: str, draws: int, vintage: str) -> str:
    """Say how to read a chart's bands and what it is conditional on."""
    mark = "Line: posterior median; bands" if kind == "path" else "Dot: posterior median; bars"
    return (
        f"{mark}: {_bands()} equal-tailed intervals, from {draws:,} draws. "
        f"Conditional on the model and on data up to {vintage}."
    )


def reading(kind: str, draws: int, source: str) -> str:
    """Say the same in one line."""
    return (
        f"{'Line: median; bands' if kind == 'path' else 'Dot: median; bars'}: {_bands()}. {draws:,} draws, "
        f"conditional on the model. {source}"
    )


def source(key: str) -> str:
    """Name the tables that a figure rests on."""
    tables = FIGURE_TABLES.get(key.removeprefix("outlook-"), ())
    if not tables:
        return ""
    how = "Simulated from a fit to" if key.startswith("outlook-") else "Fitted to"
    return f"{how} the table{'s' if len(tables) > 1 else ''} {', '.join(tables)}."


def fixed_capability(level: object) -> str:
    """Name the panel of prices at one level of capability."""
    return f"At capability {float(str(level)):.0f}" if level is not None else "At fixed capability"


def observed(day: str, value: str) -> str:
    """Describe an observed point."""
    return f"{value}, {day}"


def published(day: str, value: str, kind: str) -> str:
    """Describe a published revenue figure."""
    return f"{value} a year, {day}, {kind}"


def not_available(names: str) -> str:
    """Say that part of a figure is missing from the fit."""
    return f"Not available in this fit: {names}."


def alt_text(title: str, parts: str) -> str:
    """Describe a chart to a reader who cannot see it."""
    return f"{title}. {parts}" if parts else title


FIGURES = {
    "outlook-hhi": "HHI to 2036",
    "outlook-cr3": "Share of the three largest closed labs",
    "outlook-value": "Value by access",
    "outlook-value-ratio": "Open value as a multiple of closed value",
    "outlook-api": "Closed revenue sold through APIs",
    "outlook-frontier": "Capability frontier by access",
    "outlook-gap": "Gap between the frontiers",
    "outlook-lag": "Strict lag of the open frontier",
    "outlook-price": "List price",
    "outlook-premium": "Residual premium: closed over open at equal capability",
    "outlook-open-share": "Open-weight share of tokens and of money",
    "hhi": "HHI by scope",
    "concentration-ratios": "Share of the largest one, three and four firms",
    "frontier": "Capability frontier by access",
    "gap": "Gap between the frontiers",
    "lag": "Lag of the open frontier",
    "price": "List price",
    "premium-raw": "Raw premium: closed frontier over open frontier",
    "premium-residual": "Residual premium: closed over open at equal capability",
    "open-share": "Open-weight share of tokens and of money",
    "developer-shares": "Shares by developer",
    "revenue": "Annual revenue by developer",
    "value": "Value by access",
    "value-ratio": "Open value as a multiple of closed value",
    "layers": "Who is paid, within the broad definition",
    "margins": "Gross margin, and revenue sold through APIs",
    "elasticity": "Own-price elasticity of an average token",
    "adoption": "Share of firms paying for AI",
}
#: Tables of the data that a figure rests on; their publishers stand under Provenance.
FIGURE_TABLES = {
    **dict.fromkeys(("frontier", "gap", "lag"), ("scores", "models")),
    **dict.fromkeys(("price", "premium", "premium-raw", "premium-residual"), ("prices", "scores", "models")),
    **dict.fromkeys(("open-share", "developer-shares", "elasticity"), ("usage", "prices")),
    **dict.fromkeys(("revenue", "hhi", "cr3", "concentration-ratios", "layers"), ("revenue", "usage")),
    **dict.fromkeys(("value", "value-ratio"), ("revenue", "usage", "structure")),
    **dict.fromkeys(("margins", "api"), ("structure",)),
    "adoption": ("adoption",),
}
FIGURE_NOTES = {
    "outlook-value": "Log scale, the same in all panels; bands that run beyond it are cut.",
    "outlook-value-ratio": "Log scale.",
    "outlook-price": "Log scale; the two panels have scales of their own.",
    "outlook-premium": "Log scale; the capability gap is taken out.",
    "outlook-hhi": "Dashed lines: 1,800, highly concentrated in the 2023 US merger guidelines, and the cloud "
    "market, about 1,500.",
    "outlook-lag": "Zero where an open model is the best of all.",
    "hhi": "Dashed lines: 1,800, highly concentrated in the 2023 US merger guidelines, and the cloud market, "
    "about 1,500. Readings start near 10,000 where the data hold one or two developers with a model on "
    "offer.",
    "concentration-ratios": "Dashed line in the three-firm panel: cloud infrastructure, 63%.",
    "open-share": "Points: observed shares; thin bars span the strict and generous classification of models. "
    "Where a market's points end, its path is the model's inference from the other markets and from prices.",
    "revenue": "Log scale. For developers of open weights: what hosts earn with their models, not the "
    "developer's own revenue.",
    "frontier": "The scale is pinned to two models, at 130 and 150, so a band closes where one of them is "
    "the frontier: all levels are relative to those two.",
    "lag": "The lag jumps from one release to the next, so few values are possible and the median can lie on "
    "the end of an interval.",
    "value-ratio": "Log scale.",
    "elasticity": "Dashed line: −1. To the right of it demand is inelastic, and a markup set on demand alone "
    "would mean a Lerner index above one.",
    "value": "Log scale, the same in all panels.",
    "layers": "Log scale.",
    "premium-raw": "Log scale; contains the capability gap.",
    "premium-residual": "Log scale; the capability gap is taken out.",
    "price": "Log scale.",
    "adoption": "Points: published shares of the panel.",
    "developer-shares": "The developers with the largest shares; all others are in the data, not in the "
    "chart.",
}


WITHHELD_CELL = "withheld"
WITHHELD_CLAIMS = "The review of the fit FAILED, so no probability is stated."
NOT_COMPUTED = "not computed"
NO_EFFECT = "none"
CLAIM_COLUMNS = ("Claim", "What is said, and the event")
CLAIM_REMARK = "Remarks"
CLAIM_GROUPS = {"supports": "The thesis", "against": "Its critics"}
SIDES = {"reference": "Reference", "skeptic": "Skeptic", "advocate": "Advocate"}
BASELINE_NOTE = "Median of the baseline:"


def side(name: str) -> str:
    """Name a prior set."""
    return SIDES.get(name, name)


def bound(size: float, *, high: bool) -> str:
    """Say that every world or none agreed, which a finite number of draws can only bound."""
    size = max(size, 0.001)
    return f"> {1.0 - size:.3f}" if high else f"< {size:.3f}"


def mover(meaning: str, positive: bool) -> str:
    """Say which way a parameter goes with an event."""
    return f"{meaning} ({'more likely' if positive else 'less likely'} the larger it is)"


def moved_by(names: str) -> str:
    """Say what goes with an event from world to world."""
    return f"Moved by: {names}."


def not_diagnostic(why: str) -> str:
    """Mark a claim that cannot tell the sides apart."""
    return f"not diagnostic: {why}"


def watched_title(target: str) -> str:
    """Head the list of one event."""
    return "The joint verdict" if target == "joint" else f"Claim {target}"


#: Colours of the prior sets.
SIDE_COLOURS = {"reference": "ink", "skeptic": "tokens", "advocate": "money"}
#: What claims are about, and the variables by which that is told; those named first in an event decide.
CLAIM_TOPICS = {
    "The race": ("capability_gap", "capability_frontier", "lag_months_strict", "lag_months_tolerant"),
    "Price and premium": ("premium_residual", "premium_raw", "premium_scarcity", "price_frontier"),
    "Demand": ("segment_spend", "open_share", "switching", "open_spend_behind_frontier", "elasticity_own"),
    "Concentration": ("hhi", "cr1", "cr3", "cr4", "top3_unchanged", "leader_changed"),
    "Value and who is paid": ("value", "value_layer", "lab_value", "gross_margin"),
    "How models are sold": ("api_share", "api_delay_months", "category_elasticity", "adoption_firms"),
}
OTHER_TOPIC = "Other"


def today(holds: bool) -> str:
    """Say whether an event holds at the data's end."""
    return "holds today" if holds else "not so today"


#: Parts of the joint verdict in words; another verdict shows its events as they are written.
VERDICT_PARTS = {
    "cr3.closed[2031] > 0.8": "Three closed labs take over 80% of closed revenue in 2031",
    "value.open.broad[2036] > value.closed.broad[2036]": "Open is worth more than closed in 2036",
    "hhi.open_hosts[2031] < 1000": "Hosts stay distributed in 2031, HHI below 1,000",
    "premium_residual[2031] >= 0.8 * premium_residual[2026]": "The premium keeps four fifths to 2031",
}
MARKET_ROWS = {"enterprise": "Enterprise money", "openrouter": "Router tokens"}
VALUE_ROWS = {"narrow": "Hosted models", "broad": "All spent on them"}
PICTURE_PARTS = {
    "size": "Who serves it: part of each market",
    "concentration": "Concentration: HHI (dashed: 1,800)",
    "value": "Value: USD a year, log scale",
}
#: Quantities whose changes under scenarios the overview shows; all others stand in the detail.
EFFECTS_SHOWN = ("HHI of closed labs", "Hosted open revenue", "Open share of enterprise money")
MORE = "more"
CHANGES_TITLE = "What would change the verdict"
MARKETS_TITLE = "The two markets of today"
BASELINE_BETTER = "a baseline did better"
TODAY_KEY = "Probability today"
TODAY_NOTE = "Hollow squares: probability today."
AGAINST = "critics"
AGAINST_HELP = "Speaks against the thesis."
SCENARIO = "Scenario"
WATCH_NOTE = (
    "Part of the verdict's variance that would be settled if this were known exactly; one number from all "
    "draws, conditional on the model."
)


def claims_note(draws: int) -> str:
    """Say how to read the dots of the claims."""
    return (
        f"Share of {draws:,} worlds, conditional on the model; bars: 95% Monte Carlo intervals; dashed: half."
    )


def effects_note(draws: int) -> str:
    """Say how to read the strips of scenarios."""
    return (
        f"Difference from the baseline in the last quarter of 2031, world by world: median and 80% interval. "
        f"{draws:,} paired worlds a scenario, conditional on the model. Simulated from a fit to all tables."
    )


def markets_note(draws: int, date: str) -> str:
    """Say how to read the picture of today's markets."""
    return (
        f"{date}. Dot: median; bars: {_bands()}; numbers: median and 80% interval. {draws:,} draws, "
        "conditional on the model. Fitted to the tables usage, revenue, structure."
    )


def provenance_line(draws: int, vintage: str, priors: str) -> str:
    """Say in one line what the page was made from."""
    under = f" under the priors “{priors}”" if priors else ""
    return f"Made from tables up to {vintage} and {draws:,} posterior draws{under}."


LATER = "later"
ASK = "Ask for each number"


def chance_with_error(probability: float, room: float, draws: int) -> str:
    """Write a probability in percent with the half width of its Monte Carlo interval."""
    if probability in (0.0, 1.0):
        size = 100 * max(1.0 / max(draws, 1), 0.001)
        return f"> {100 - size:.1f}%" if probability else f"< {size:.1f}%"
    digits = 0 if 0.0995 <= probability < 0.99 else 1
    return f"{100 * probability:.{digits}f}% ± {max(100 * room, 0.1):.1f}"


READER_MORE = "More tables"


def reader_note(draws: int) -> str:
    """Say what a reader's answers rest on."""
    return (
        f"Medians with 80% intervals; probabilities with 95% Monte Carlo error. {draws:,} worlds, "
        "conditional on the model and its priors."
    )


def compact(money: str) -> str:
    """Shorten the words of large sums, and name the size of an interval's ends once where it is the same."""
    short = money.replace(" trillion", "tn").replace(" billion", "bn").replace(" million", "m")
    return re.sub(r"(\$[\d.,]+)(tn|bn|m) to (\$[\d.,]+\2)", r"\1 to \3", short)
