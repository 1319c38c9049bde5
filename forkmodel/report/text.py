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
LAGS = {
    "lag_months_strict": "Strict: reached",
    "lag_months_tolerant": "Tolerant: reached or within 3 points",
}
PRICE_FRONTIER = "Of the frontier model"
API_SHARE = "Closed, via APIs"
HOSTS_NOTE = (
    "Hosts: two publish revenue, the rest is filled in by a prior over how such markets split, so the path "
    "is "
    "flat and wide."
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
    "priors": "Prior against posterior",
    "review": "Review of the fit",
    "provenance": "Provenance and sources",
    "limits": "What this report does not tell you",
}
INTROS = {
    "concentration": (
        "The Herfindahl-Hirschman index (HHI) is the sum of squared percentage shares: 10,000 for a "
        "monopoly, "
        "10,000 / n for n equal firms. Who counts as a firm, and whether tokens or money are counted, "
        "changes "
        "the answer, so six readings stand side by side on one scale. The cloud yardstick is the market for "
        "cloud infrastructure: Synergy Research Group's shares of the first quarter of 2026 give an HHI of "
        "about "
        "1,500 and a three-firm share of 63%."
    ),
    "capability": (
        "Capability is the latent ability behind public benchmark scores, on a scale where Claude 3.5 "
        "Sonnet is "
        "130 and GPT-5 is 150. The frontier of a tier is its best model released so far. The strict lag is "
        "the age of the oldest closed release whose level no open model has reached; the tolerant lag also "
        "counts an open model that is not clearly worse. Releases that nobody has caught yet stay in: "
        "leaving them out would make the lag look shorter than it is."
    ),
    "prices": (
        "List prices per million tokens, blended over input and output. The raw premium compares the two "
        "frontier models, so it contains the capability gap; the residual premium compares a closed and an "
        "open "
        "model of equal capability. They answer different questions and must not be read for one another. "
        "List is not paid: caching and discounts take a large part off, and money below is computed after "
        "them."
    ),
    "shares": (
        "Tokens and money disagree and both are right: open weights can carry most of a router's tokens and "
        "a "
        "small part of its dollars. OpenRouter is a developer-heavy, price-sensitive corner of the market; "
        "the "
        "enterprise panel is about what firms spend on APIs, business subscriptions about which labs firms "
        "pay."
    ),
    "revenue": (
        "Annualised revenue of the closed labs, and the hosted money earned with each developer's open "
        "weights. "
        "Points are published, leaked or estimated run-rates; they conflict with one another, and the bands "
        "say how far the model believes them."
    ),
    "value": (
        "The comparison of the two tiers turns on what value means, so there is never one number. Closed "
        "labs "
        "take all layers of their own tier; open money goes to hosts and integrators and, as royalties, to "
        "developers. Consumer surplus is what buyers would lose if that tier vanished and the other stayed, "
        "so "
        "the two tiers' surpluses do not add up to the market's."
    ),
    "elasticities": (
        "The percentage change in tokens when the price of an offer rises by one percent. Price variation "
        "that "
        "identifies this exists across the hosts of one open model; for closed models a handful of "
        "list-price "
        "changes is all there is, and no published data identify it."
    ),
    "adoption": "Share of US firms in the Ramp panel that pay for AI: a tech-forward panel, above the "
    "national level.",
    "priors": (
        "What the model believed before the data, and after. Grey bars are the prior's central 90%, coloured "
        "bars the posterior's, drawn on the prior's own scale (logarithmic where the prior spans more than a "
        "factor of ten). Contraction is the part of the prior's variance that the data removed; where it is "
        "small the result is a statement of the prior."
    ),
    "review": "Checks of the sampler and of the model against its data. The worst one decides the status.",
    "provenance": "What this page was made from. The same data, priors, seed and versions give the same "
    "numbers.",
}

WITHHELD_TITLE = "The review of this fit FAILED"
WITHHELD = (
    "The numbers below may be wrong and no conclusion is drawn from them. They are shown in grey so that the "
    "failure can be traced; the checks that failed, with advice, come first."
)
CAUTION_TITLE = "Some checks need a look"
NOSCRIPT = (
    "The charts need JavaScript, which is part of this file (nothing is loaded from the network). Without "
    "it, "
    "the numbers of every chart are in the table under it."
)
PRIOR_DRIVEN = "prior-driven"
PRIOR_DRIVEN_HELP = "The data moved this little: it is mostly a statement of the prior."
NO_PRIORS = "This fit brought no comparison of prior and posterior."
NO_REVIEW = "This fit was not reviewed."
NO_OBSERVED = "No observation is laid over these paths."
CONSTANT = "does not vary over time in this model, so its band is flat"

LIMITS = (
    "How price-sensitive buyers of closed models are. No published data identify it; the model carries a "
    "prior "
    "and a few price changes, and everything that rests on it (surplus, markups) inherits that.",
    "What closed labs' margins would be if they priced as textbook oligopolists. Where the fitted price "
    "sensitivity is below one, that theory implies a Lerner index above one, which no firm can have: prices "
    "there "
    "are not set by short-run sensitivity alone. Markups from this model are diagnostics, not estimates of "
    "profit.",
    "How much is spent on self-hosted open models, and on hosts that publish nothing. There is no census of "
    "the "
    "open stack; it is triangulated from a few hosts and routers.",
    "What Google earns from its models. It does not say, so its part of the closed tier is a prior.",
    "What the whole market does. OpenRouter is about one percent of spend and price-sensitive, Ramp is US "
    "firms, and the Menlo survey is made by an investor in Anthropic. The model gives each source its own "
    "bias, but a bias shared by all would go unseen.",
    "Whether concentration harms anybody. The 1,800 line comes from US merger guidelines and is meant for "
    "defined antitrust markets; here it is a yardstick and nothing more. The same holds for cloud.",
    "What happens if the model is wrong. Intervals are conditional on the model and on the data named above; "
    "they do not cover mistakes of structure, and published trend extrapolations of capability have kept "
    "only about half of what their 90% intervals promised.",
    "Anything after the data's last day. The paths end there unless a forecast is shown, and a forecast is "
    "marked as one.",
)


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


def closed_sentence(date: str, hhi: str, interval: str, firms: str) -> str:
    """State the closed tier's concentration."""
    return (
        f"Among closed labs by revenue the HHI is {hhi} ({HEADLINE:.0%} interval {interval}) in {date}, "
        "equal to about "
        f"{firms} equal-sized firms."
    )


def closed_context(above: str, above_cloud: str, falling: str | None, before: str | None) -> str:
    """Set the closed tier against the guideline, the cloud market and its own past."""
    text = (
        f"It is above {HIGHLY_CONCENTRATED:,.0f}, where US authorities call a market highly concentrated, "
        f"in {above}, "
        f"and above the cloud market's {CLOUD_HHI:,.0f} in {above_cloud}"
    )
    if falling is None:
        return text + "."
    return text + f"; it is lower than a year before ({before}) in {falling}."


def open_sentence(hosts: str | None, developers: str | None) -> str:
    """State the open tier's concentration by layer."""
    parts = []
    if hosts:
        parts.append(f"among the hosts that serve open weights the HHI is {hosts}")
    if developers:
        parts.append(f"among the developers whose weights they serve it is {developers}")
    return "In the open tier the answer depends on the layer: " + "; ".join(parts) + "."


def hosts_phrase(hhi: str, interval: str, firms: str, prior_driven: bool) -> str:
    """State the hosts' concentration, and whether the data say it."""
    source = ", mostly a statement of the prior because few hosts publish revenue" if prior_driven else ""
    return f"{hhi} ({interval}; about {firms} equal-sized hosts{source})"


def developers_phrase(hhi: str, interval: str) -> str:
    """State the open developers' concentration."""
    return f"{hhi} ({interval})"


def open_share_sentence(date: str, tokens: str, tokens_interval: str, money: str, money_interval: str) -> str:
    """Set the open share of tokens against that of money."""
    return (
        f"Open weights carry {tokens} ({tokens_interval}) of OpenRouter's tokens in {date}, but take {money} "
        f"({money_interval}) of the money there."
    )


def premium_sentence(residual: str, residual_interval: str, raw: str | None) -> str:
    """State the residual premium, and the raw one apart from it."""
    text = f"At equal capability a closed model lists at {residual} ({residual_interval}) an open one's price"
    if raw:
        text += f"; between the two frontiers, the capability gap included, the ratio is {raw}"
    return text + "."


def gap_sentence(gap: str, gap_interval: str, lag: str | None) -> str:
    """State how far and how long the open frontier is behind."""
    text = f"The open frontier is {gap} ({gap_interval}) index points behind the closed one"
    if lag:
        text += f", and the oldest closed release it has not reached is {lag} months old"
    return text + "."


def value_sentence(date: str, parts: str) -> str:
    """State the open tier's value over the closed tier's in every definition."""
    return f"Open value is {parts} of closed value in {date}, by definition of value."


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
    "hhi": "Dashed lines: 1,800, highly concentrated in the 2023 US merger guidelines, and the cloud market, "
    "about 1,500.",
    "concentration-ratios": "Dashed line in the three-firm panel: cloud infrastructure, 63%.",
    "open-share": "Points: observed shares; thin bars span the strict and generous classification of models. "
    "Where a market's points end, its path is the model's inference from the other markets and from prices.",
    "revenue": "Log scale.",
    "value": "Log scale, the same in all panels.",
    "layers": "Log scale.",
    "premium-raw": "Log scale; contains the capability gap.",
    "premium-residual": "Log scale; the capability gap is taken out.",
    "price": "Log scale.",
    "adoption": "Points: published shares of the panel.",
    "developer-shares": "The developers with the largest shares; all others are in the data, not in the "
    "chart.",
}
