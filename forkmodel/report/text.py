"""Every sentence of the report: titles, captions, verdicts and caveats. Numbers come in already written."""

from __future__ import annotations

from forkmodel.report.intervals import HEADLINE, INTERVALS

TITLE = "The AI fork: who ends up with the market?"
SUBTITLE = (
    "Closed frontier labs sell the best model at a premium; open-weight models sell good-enough capability "
    "through many hosts. This report says how concentrated each side is, and how sure the data let us be."
)
HIGHLY_CONCENTRATED = 1800.0
CLOUD_HHI = 1500.0
CLOUD_CR3 = 0.63
RULE_GUIDELINE = "1,800"
RULE_CLOUD = "cloud"

SCOPES = {
    "closed": "Closed labs, by revenue",
    "open_developers": "Open-weight developers, by hosted money",
    "open_hosts": "Hosts of open weights, by revenue",
    "all_developers": "All developers, by money",
    "openrouter_tokens": "Developers on OpenRouter, by tokens",
    "openrouter_spend": "Developers on OpenRouter, by money",
}
SHORT_SCOPES = {
    "closed": "Closed labs",
    "open_developers": "Open developers",
    "open_hosts": "Open hosts",
    "all_developers": "All developers",
    "openrouter_tokens": "OpenRouter, tokens",
    "openrouter_spend": "OpenRouter, money",
}
MARKETS = {
    "openrouter": "OpenRouter",
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
    ("OpenRouter: tokens", "token_share", "openrouter"),
    ("OpenRouter: money", "spend_share", "openrouter"),
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

SECTIONS = {
    "answer": "The answer in short",
    "concentration": "Concentration",
    "capability": "Capability: frontiers, gap and lag",
    "prices": "Prices and the premium",
    "shares": "Shares: tokens and money",
    "revenue": "Revenue",
    "value": "Value in three definitions",
    "elasticities": "Price elasticities",
    "adoption": "Adoption",
    "outlook": "The next ten years",
    "claims": "Claims of the thesis and of its critics",
    "scenarios": "What scenarios change",
    "watch": "What to measure next",
    "trust": "How well such forecasts have done",
    "facts": "Posterior against what has been observed",
    "priors": "Prior against posterior",
    "review": "Review of the fit",
    "provenance": "Provenance and sources",
    "limits": "What this report does not tell you",
}
#: Sections that only a report with a forecast has.
FUTURE_SECTIONS = ("outlook", "claims", "scenarios", "watch")
INTROS = {
    "outlook": (
        "From every posterior draw the market is simulated quarter by quarter: one world per draw, "
        "with entry, exit and dated shocks. The dashed vertical line is the end of the data. Bands widen "
        "because the worlds differ, and they are conditional on the model and on its priors for what no "
        "table informs; a wrong model would not show in them. Medians of different charts need not come "
        "from one world."
    ),
    "claims": (
        "Each claim is an event whose threshold and horizon were fixed with the data of this vintage. The "
        "probability is the share of worlds in which it holds, with its Monte Carlo error, under three sets "
        "of priors: a careful reader's, a skeptic's and an advocate's of the thesis. A claim that is already "
        "true today, or true or false on every side, cannot tell the sides apart and is marked."
    ),
    "scenarios": (
        "Each scenario is run on the same worlds as the baseline, with the same random numbers, so the "
        "difference in a world is what the scenario does in it. Shown for the last quarter of 2031: the "
        "median difference and the 80% interval of differences."
    ),
    "watch": (
        "How much sharper the probability of an event would become if one group of unknowns were known "
        "exactly: the expected fall of the squared error, as a part of the event's variance. It ranks "
        "evidence by what it would settle; the rest is chance that nobody can know today, or interaction "
        "that an additive regression does not see."
    ),
    "trust": (
        "The model was fitted to what was known on five days from June 2025 to June 2026, under priors "
        "stripped of what they owe to later months, and its forecasts were scored on what came next. The "
        "score is the CRPS, the mean distance between forecast and outcome with the forecast's spread "
        "counted in; smaller is better. Skill is the part of the best baseline's score that the model "
        "saves. The best of five baselines is picked for each quantity after the fact, which no forecaster "
        "can do, so zero skill is not a poor result and a negative one means: for this quantity over a "
        "year, use the baseline. Outcomes of neighbouring quarters are not independent, so few of these "
        "numbers are sure."
    ),
    "concentration": (
        "The Herfindahl-Hirschman index (HHI) is the sum of squared percentage shares: 10,000 for a "
        "monopoly, 10,000 / n for n equal firms. Who counts as a firm, and whether tokens or money are "
        "counted, changes the answer, so six readings stand side by side on one scale. The cloud yardstick "
        "is the market for cloud infrastructure: Synergy Research Group's shares of the first quarter of "
        "2026 give an HHI of about 1,500 and a three-firm share of 63%."
    ),
    "capability": (
        "Capability is the latent ability behind public benchmark scores, on a scale where Claude 3.5 "
        "Sonnet is 130 and GPT-5 is 150. The frontier of a tier is its best model released so far. The "
        "strict lag is the age of the oldest closed release whose level no open model has reached; the "
        "tolerant lag also counts an open model that is not clearly worse. Releases that nobody has caught "
        "yet stay in: leaving them out would make the lag look shorter than it is."
    ),
    "prices": (
        "List prices per million tokens, blended over input and output. The raw premium compares the two "
        "frontier models, so it contains the capability gap; the residual premium compares a closed and an "
        "open model of equal capability. They answer different questions and must not be read for one "
        "another. List is not paid: caching and discounts take a large part off, and money below is "
        "computed after them."
    ),
    "shares": (
        "Tokens and money disagree and both are right: open weights are cheaper, so their part of a "
        "router's dollars is smaller than their part of its tokens. OpenRouter is a developer-heavy, "
        "price-sensitive corner of the market; the enterprise panel is about what firms spend on APIs, "
        "business subscriptions about which labs firms pay."
    ),
    "revenue": (
        "Annualised revenue of the closed labs, and the hosted money earned with each developer's open "
        "weights. Points are published, leaked or estimated run-rates; they conflict with one another, and "
        "the bands say how far the model believes them."
    ),
    "value": (
        "The comparison of the two tiers turns on what value means, so there is never one number. Closed "
        "labs take all layers of their own tier; open money goes to hosts and integrators and, as "
        "royalties, to developers. Consumer surplus is what buyers would lose if that tier vanished and the "
        "other stayed, so the two tiers' surpluses do not add up to the market's."
    ),
    "elasticities": (
        "The percentage change in tokens when the price of an offer rises by one percent. Price variation "
        "that bears on this directly exists across the hosts of one open model; closed models have a "
        "handful of list-price changes. The rest is learnt by comparing models of different price, which "
        "holds only as far as the model's control for unobserved quality does: a narrow interval here is "
        "not proof of identification."
    ),
    "adoption": "Share of US firms in the Ramp panel that pay for AI: a tech-forward panel, above the "
    "national level.",
    "priors": (
        "What the model believed before the data, and after. Grey bars are the prior's central 90%, "
        "coloured bars the posterior's with its median; each row has a scale of its own that spans both "
        "(logarithmic where the prior spans more than a factor of ten). Contraction is the part of the "
        "prior's variance that the data removed. Below 50% a parameter is marked prior-driven: the result "
        "is mostly a statement of the prior."
    ),
    "review": "Checks of the sampler and of the model against its data. The worst one decides the status.",
    "provenance": "What this page was made from. The same data, priors, seed and versions give the same "
    "numbers.",
}

WITHHELD_TITLE = "The review of this fit FAILED"
WITHHELD = (
    "The numbers below may be wrong and no conclusion is drawn from them. They are shown in grey so that "
    "the failure can be traced; the checks that failed, with advice, come first."
)
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

LIMITS = {
    "sensitivity": (
        "How price-sensitive buyers of closed models are. No published data identify it cleanly: the "
        "interval comes from a prior, a few list-price changes, and comparisons between models that hold "
        "only as far as the control for unobserved quality does. Everything that rests on it (surplus, "
        "markups) inherits that."
    ),
    "markups": (
        "What closed labs' margins would be if they priced as textbook oligopolists. Where demand is "
        "inelastic (own-price elasticity between −1 and 0), that theory implies a Lerner index above one, "
        "which no firm can have: prices there are not set by short-run sensitivity alone. Markups from this "
        "model are diagnostics, not estimates of profit."
    ),
    "self-hosting": (
        "How much is spent on self-hosted open models, and on hosts that publish nothing. There is no "
        "census of the open stack; it is triangulated from a few hosts and routers."
    ),
    "google": (
        "What Google earns from its models. It does not say, so its part of the closed tier is a prior."
    ),
    "coverage": (
        "What the whole market does. OpenRouter is about one percent of spend and price-sensitive, Ramp is "
        "US firms, and the Menlo survey is made by an investor in Anthropic. The model gives each source "
        "its own bias, but a bias shared by all would go unseen."
    ),
    "harm": (
        "Whether concentration harms anybody. The 1,800 line comes from US merger guidelines and is meant "
        "for defined antitrust markets; here it is a yardstick and nothing more. The same holds for cloud."
    ),
    "structure": (
        "What happens if the model is wrong. Intervals are conditional on the model and on the data named "
        "above. The backtest says how such intervals did within a year; nothing says how they do in ten."
    ),
    "future": (
        "Anything after the data's last day. The paths end there unless a forecast is shown, and a forecast "
        "is marked as one."
    ),
}


def draws_line(draws: int, vintage: str) -> str:
    """Say what all figures rest on."""
    return (
        f"All numbers are posterior medians with {HEADLINE:.0%} equal-tailed intervals from {draws:,} draws, "
        f"conditional on the model and on data up to {vintage}."
    )


def picture_note(draws: int) -> str:
    """Say how to read the static picture."""
    masses = ", ".join(f"{100 * mass:.0f}" for mass in INTERVALS)
    return f"Posterior median with {masses}% intervals from {draws:,} draws; 10,000 is a monopoly."


def caption(kind: str, draws: int, vintage: str) -> str:
    """Say how to read a chart's bands and what it is conditional on."""
    masses = [f"{100 * mass:.0f}" for mass in INTERVALS]
    levels = ", ".join(masses[:-1]) + f" and {masses[-1]}%"
    mark = "Line: posterior median; bands" if kind == "path" else "Dot: posterior median; bars"
    return (
        f"{mark}: {levels} equal-tailed intervals, from {draws:,} draws. "
        f"Conditional on the model and on data up to {vintage}."
    )


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


CARDS = {
    "hhi_closed": ("Closed labs, HHI by revenue", "10,000 is a monopoly"),
    "hhi_open_hosts": ("Hosts of open weights, HHI", "by revenue"),
    "hhi_open_developers": ("Open-weight developers, HHI", "by hosted money"),
    "open_share_tokens": ("Open share of tokens", "on OpenRouter"),
    "open_share_spend": ("Open share of money", "on OpenRouter"),
    "premium_residual": ("Residual premium", "closed over open price at equal capability"),
    "lag_months_strict": ("Strict lag of open, months", "age of the oldest closed release not reached"),
    "capability_gap": ("Capability gap", "index points, closed minus open"),
}

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
