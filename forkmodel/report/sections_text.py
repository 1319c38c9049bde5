"""What the report says at the head of every section, and what it says it cannot tell."""

from __future__ import annotations

__all__ = ["FUTURE_SECTIONS", "INTROS", "LIMITS", "SECTIONS"]

#: The first screen, which every report has.
OPENING = "answer"
#: Subjects of the sections, which stand in the navigation, and as titles where nothing was found.
SECTIONS = {
    "answer": "The answer in short",
    "claims": "Claims",
    "race": "The race",
    "price": "Price and premium",
    "demand": "Demand",
    "spend": "Spend and adoption",
    "value": "Value",
    "concentration": "Concentration",
    "scenarios": "Scenarios",
    "watch": "What to measure next",
    "buyer": "For a buyer",
    "investor": "For an investor",
    "regulator": "For a regulator",
    "explorer": "Explore the worlds",
    "trust": "How far to trust it",
    "provenance": "Provenance",
}
#: Sections that only a report with a forecast has.
FUTURE_SECTIONS = ("claims", "scenarios", "watch", "explorer")
#: Sections for one reader each.
READERS = ("buyer", "investor", "regulator")
FOLDS = {
    "limits": "What this report does not tell you",
    "review": "Review of the fit, check by check",
    "backtest": "How well such forecasts have done: backtest and retrospective forecast",
    "facts": "Posterior against every cited fact",
    "priors": "Prior against posterior, parameter by parameter",
    "provenance": "Versions, hashes, and every source with its licence",
}
DETAIL = {
    "claims": "Every claim: event, probability with error, what moves it",
    "charted": "Detail: how to read it, more charts, all numbers",
    "scenarios": "Every scenario and quantity",
    "watch": "The list for every event",
    "undiagnostic": "Claims that tell nothing, because they hold today or because every side agrees",
}
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
        "counted in; smaller is better. Skill is the part of the bar's score that the model saves. The bar "
        "was named in advance: the median of last value, damped trend, exponential smoothing and, for "
        "shares, smoothing of log ratios. Negative skill means: for this quantity over a year, use simple "
        "baselines. Intervals come from a bootstrap of whole quarters; outcomes of neighbouring quarters are "
        "not independent, so few of these numbers are sure."
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
