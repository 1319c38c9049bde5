"""What a page about another market leaves out, and why: nothing is said of what its tables do not tell."""

from __future__ import annotations

from collections.abc import Mapping

from forkmodel.data.panel import Panel

__all__ = ["DROPPED_LIMITS", "INTROS", "SUBTITLE", "TITLE", "left_out", "rests_on"]

#: What is told of a market, by the introductions of the page.
SUBJECTS: Mapping[str, str] = {
    "capability": "Capability: frontiers, gap and lag",
    "prices": "Prices and the premium",
    "shares": "Shares: tokens and money",
    "enterprise": "Enterprise money",
    "revenue": "Revenue",
    "value": "Value in three definitions",
    "elasticities": "Price elasticities",
    "adoption": "Adoption",
}
#: What each subject rests on; one row of one of them is enough for it to be spoken of.
RESTS_ON: Mapping[str, tuple[str, ...]] = {
    "capability": ("scores",),
    "prices": ("prices",),
    "shares": ("model_shares", "access_shares", "developer_days", "money_shares", "gateway_shares"),
    "enterprise": ("money_shares",),
    "revenue": ("revenue",),
    "value": ("revenue", "host_revenue"),
    "elasticities": ("model_shares",),
    "adoption": ("adoption",),
}
#: The subject of every quantity that is one subject's alone.
QUANTITIES: Mapping[str, str] = {
    "capability_frontier": "capability",
    "capability_gap": "capability",
    "lag_months_strict": "capability",
    "lag_months_tolerant": "capability",
    "premium_residual": "prices",
    "premium_raw": "prices",
    "elasticity_own": "elasticities",
    "value": "value",
    "adoption_firms": "adoption",
}
#: The subject of a concentration, by scope, and of an open share, by market.
SCOPES = {"closed": "revenue", "open_hosts": "value"}
MARKETS = {"openrouter": "shares", "enterprise": "enterprise"}
#: Sections about the bundled market, its thesis and its critics.
ABOUT_THE_BUNDLED: Mapping[str, str] = {
    "claims": "Claims",
    "scenarios": "scenarios",
    "watch": "what to measure next",
    "buyer": "what a buyer, an investor and a regulator want to know",
    "investor": "",
    "regulator": "",
    "explorer": "",
    "backtest": "how well such forecasts have done",
    "facts": "the posterior against cited facts",
}
NO_ROWS = (
    "{title}. The tables hold no row about it, so the model has only its priors there, which were written "
    "for the bundled market."
)
NOT_ASKED = (
    "{titles}. They are about the market of the bundled tables: its thesis, its past forecasts and the "
    "figures that others published of it."
)
TITLE = "Who ends up with the market?"
SUBTITLE = (
    "A market of one's own under the model of closed and open-weight AI. What its tables do not tell rests "
    "on priors that were written for the bundled market."
)
#: Sections whose first words name sources that only the bundled tables hold.
INTROS = {
    "capability": "Capability is the latent ability behind benchmark scores, on a nominal scale.",
    "shares": "Tokens and money disagree and both are right: where open weights are cheaper, their part of "
    "money is smaller than their part of tokens.",
    "adoption": "Share of firms that pay.",
}
#: Limits that are about sources of the bundled tables.
DROPPED_LIMITS = ("google", "coverage", "sensitivity")


def rests_on(name: str, select: Mapping[str, str]) -> str | None:
    """Return the subject that a quantity belongs to; None if it rests on all data.

    Parameters
    ----------
    name : str
        Variable of the history.
    select : mapping of str
        Its coordinates.
    """
    if "scope" in select:
        return SCOPES.get(select["scope"])
    if "market" in select:
        return MARKETS.get(select["market"])
    return QUANTITIES.get(name)


def left_out(panel: Panel) -> dict[str, str]:
    """Return why each subject and section that is left out is not there; empty for the bundled market.

    Parameters
    ----------
    panel : Panel
        What the fit was conditioned on.
    """
    if panel.catalogue.names.bundled:
        return {}
    size = {source.name: panel.rows[source.name].sizes for source in panel.observations}
    unseen = [key for key, names in RESTS_ON.items() if not any(sum(size[name].values()) for name in names)]
    said = {key: NO_ROWS.format(title=SUBJECTS[key]) for key in unseen}
    about = ", ".join(filter(None, ABOUT_THE_BUNDLED.values()))
    return said | dict.fromkeys(ABOUT_THE_BUNDLED, NOT_ASKED.format(titles=about))
