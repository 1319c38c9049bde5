"""What a page about another market leaves out, and why: nothing is said of what its tables do not tell."""

from __future__ import annotations

from collections.abc import Mapping

from forkmodel.data.panel import Panel

__all__ = ["DROPPED_LIMITS", "INTROS", "SUBTITLE", "TITLE", "left_out"]

#: What each section rests on; one row of one of them is enough for it to be shown.
RESTS_ON: Mapping[str, tuple[str, ...]] = {
    "capability": ("scores",),
    "prices": ("prices",),
    "shares": ("model_shares", "access_shares", "developer_days", "money_shares", "gateway_shares"),
    "revenue": ("revenue",),
    "value": ("revenue", "host_revenue"),
    "elasticities": ("model_shares",),
    "adoption": ("adoption",),
}
#: Sections about the bundled market, its thesis and its critics.
ABOUT_THE_BUNDLED = ("claims", "scenarios", "watch", "trust", "facts")
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


def left_out(panel: Panel, titles: Mapping[str, str]) -> dict[str, str]:
    """Return why each section that is left out is not there, by section; empty for the bundled market.

    Parameters
    ----------
    panel : Panel
        What the fit was conditioned on.
    titles : mapping of str
        Headings by section.
    """
    if panel.catalogue.names.bundled:
        return {}
    size = {source.name: panel.rows[source.name].sizes for source in panel.observations}
    unseen = [key for key, names in RESTS_ON.items() if not any(sum(size[name].values()) for name in names)]
    said = {key: NO_ROWS.format(title=titles[key]) for key in unseen}
    about = ", ".join(titles[key] for key in ABOUT_THE_BUNDLED)
    return said | dict.fromkeys(ABOUT_THE_BUNDLED, NOT_ASKED.format(titles=about))
