"""The future on the page: fans of paths, in the machinery that draws the past."""

from __future__ import annotations

from dataclasses import replace

from forkmodel.report import text
from forkmodel.report.bands import Rule
from forkmodel.report.content import ReportContent
from forkmodel.report.formatting import UNITS
from forkmodel.report.layout import Figure, Legend, LinePanel, line_figure
from forkmodel.report.others import cloud_points
from forkmodel.report.others_text import CLOUD_KEY, CLOUD_POINTS
from forkmodel.report.palette import access_colour, colour
from forkmodel.report.paths import Line, line, line_of

__all__ = ["outlook_figures"]

_SCOPES = {
    "closed": "closed",
    "all_developers": "neutral",
    "open_developers": "open",
    "open_hosts": "open",
}


def _both(future: ReportContent, name: str, **select: str) -> list[Line | None]:
    return [
        line(future, text.ACCESS[access], access_colour(access), name, access=access, **select)
        for access in text.ACCESS
    ]


def _access_legend() -> list[Legend]:
    return [Legend(label, access_colour(access)) for access, label in text.ACCESS.items()]


def _one(future: ReportContent, key: str, unit: str, panel: LinePanel, **more: float) -> Figure:
    return line_figure(future, key, UNITS[unit], [panel], columns=1, **more)  # type: ignore[arg-type]


def _concentration(future: ReportContent) -> list[Figure]:
    rules = (
        Rule(text.HIGHLY_CONCENTRATED, text.RULE_GUIDELINE),
        Rule(text.CLOUD_HHI, text.RULE_CLOUD, above=False),
    )
    hhi = line_figure(
        future,
        "outlook-hhi",
        UNITS["hhi"],
        [
            LinePanel(
                future.named(text.SCOPES[scope]),
                [line(future, "", colour(tone), "hhi", scope=scope)],
                points=(cloud := cloud_points(future.others, scope)),
                rules=rules[:1] if cloud else rules,
                prior_driven=future.rests_on_prior(scope),
            )
            for scope, tone in _SCOPES.items()
        ],
        columns=4,
        ceiling=10_000.0,
        note="" if future.others is None else CLOUD_POINTS,
    )
    if future.others is not None:
        hhi = replace(hhi, reading=f"{hhi.reading} {CLOUD_KEY}")
    three = LinePanel("", [line(future, "", colour("closed"), "cr3", scope="closed")])
    return [hhi, _one(future, "outlook-cr3", "share", three, ceiling=1.0)]


def _capability(future: ReportContent) -> list[Figure]:
    frontier = line_figure(
        future,
        "outlook-frontier",
        UNITS["index"],
        [LinePanel("", _both(future, "capability_frontier"))],
        legend=_access_legend(),
        columns=1,
    )
    gap = LinePanel("", [line(future, "", colour("accent"), "capability_gap")])
    lag = LinePanel("", [line(future, "", colour("accent"), "lag_months_strict")])
    return [frontier, _one(future, "outlook-gap", "points", gap), _one(future, "outlook-lag", "months", lag)]


def _prices(future: ReportContent) -> list[Figure]:
    level = future.attribute("price_fixed_capability", "index_level")
    price = line_figure(
        future,
        "outlook-price",
        UNITS["price"],
        [
            LinePanel(text.PRICE_FRONTIER, _both(future, "price_frontier")),
            LinePanel(text.fixed_capability(level), _both(future, "price_fixed_capability")),
        ],
        legend=_access_legend(),
        columns=2,
        one_scale=False,
    )
    parity = (Rule(1.0, text.RULE_PARITY),)
    premium = LinePanel("", [line(future, "", colour("closed"), "premium_residual")], rules=parity)
    return [price, _one(future, "outlook-premium", "ratio", premium)]


def _shares(future: ReportContent) -> Figure:
    wanted = (("openrouter", "tokens"), ("openrouter", "spend"), ("enterprise", "spend"))
    tones = {"tokens": "tokens", "spend": "money"}
    panels = [
        LinePanel(
            f"{future.named(text.MARKETS[market])}: {text.UNITS[unit].lower()}",
            [line(future, "", colour(tones[unit]), "open_share", market=market, unit=unit)],
        )
        for market, unit in wanted
    ]
    return line_figure(future, "outlook-open-share", UNITS["share"], panels, ceiling=1.0)


def _value(future: ReportContent) -> list[Figure]:
    levels = line_figure(
        future,
        "outlook-value",
        UNITS["usd"],
        [
            LinePanel(label, _both(future, "value", definition=key), prior_driven=future.rests_on_prior(key))
            for key, label in text.DEFINITIONS.items()
        ],
        legend=_access_legend(),
    )
    ratios = []
    for key, label in text.DEFINITIONS.items():
        opened = future.path("value", access="open", definition=key)
        closed = future.path("value", access="closed", definition=key)
        path = None
        if opened is not None and closed is not None:
            path = line_of(future, "", colour("accent"), "value", opened / closed)
        driven = future.rests_on_prior(key)
        ratios.append(LinePanel(label, [path], rules=(Rule(1.0, text.RULE_PARITY),), prior_driven=driven))
    unit = replace(UNITS["ratio"], axis=text.OPEN_OVER_CLOSED)
    api = LinePanel("", [line(future, "", colour("closed"), "api_share")])
    return [
        levels,
        line_figure(future, "outlook-value-ratio", unit, ratios),
        _one(future, "outlook-api", "share", api, ceiling=1.0),
    ]


def outlook_figures(content: ReportContent) -> list[Figure]:
    """Return the fan charts, or nothing without a forecast.

    Parameters
    ----------
    content : ReportContent
        What to show.
    """
    if content.forecast is None:
        return []
    # The same verbs read the worlds: history and future are one series.
    future = replace(content, history=content.forecast.worlds)
    return [
        *_concentration(future),
        *_value(future),
        *_capability(future),
        *_prices(future),
        _shares(future),
    ]
