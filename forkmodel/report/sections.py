"""Which figures each section shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from forkmodel.report import text
from forkmodel.report.bands import Point, Rule
from forkmodel.report.content import ReportContent
from forkmodel.report.formatting import UNITS, day_label
from forkmodel.report.layout import DotPanel, Figure, Legend, LinePanel, dot_figure, line_figure
from forkmodel.report.others import cloud_points
from forkmodel.report.others_text import CLOUD_POINTS
from forkmodel.report.palette import access_colour, colour, developer_colour
from forkmodel.report.paths import Line, latest_dot, line, line_of

__all__ = ["SECTION_FIGURES", "figures"]

#: Developers shown one by one; the rest stay in the history.
SHOWN_DEVELOPERS = 9
SHOWN_REVENUES = 6
#: A developer below this share of a market is not drawn.
SMALLEST_SHARE = 0.005
_SCOPE_COLOURS = {
    "closed": colour("closed"),
    "open_developers": colour("open"),
    "open_hosts": colour("open"),
    "all_developers": colour("neutral"),
    "openrouter_tokens": colour("tokens"),
    "openrouter_spend": colour("money"),
}


def _both(content: ReportContent, name: str, **select: str) -> list[Line | None]:
    """Return the path of each access class."""
    return [
        line(content, text.ACCESS[access], access_colour(access), name, access=access, **select)
        for access in text.ACCESS
    ]


def _access_legend() -> list[Legend]:
    return [Legend(label, access_colour(access)) for access, label in text.ACCESS.items()]


def concentration(content: ReportContent) -> list[Figure]:
    """Return HHI by scope over time, and concentration ratios now."""
    rules = (
        Rule(text.HIGHLY_CONCENTRATED, text.RULE_GUIDELINE),
        Rule(text.CLOUD_HHI, text.RULE_CLOUD, above=False),
    )
    hhi = line_figure(
        content,
        "hhi",
        UNITS["hhi"],
        [
            LinePanel(
                content.named(label),
                [line(content, "", _SCOPE_COLOURS[scope], "hhi", scope=scope)],
                points=(cloud := cloud_points(content.others, scope)),
                rules=rules[:1] if cloud else rules,
                prior_driven=content.rests_on_prior(scope),
            )
            for scope, label in text.SCOPES.items()
        ],
        ceiling=10_000.0,
        note=f"{text.HOSTS_NOTE} {CLOUD_POINTS}" if content.others is not None else text.HOSTS_NOTE,
    )
    ratios = dot_figure(
        content,
        "concentration-ratios",
        UNITS["share"],
        [
            DotPanel(
                text.RATIOS[name],
                [
                    latest_dot(content, content.named(label), "", _SCOPE_COLOURS[scope], name, scope=scope)
                    for scope, label in text.SHORT_SCOPES.items()
                ],
                rules=(Rule(text.CLOUD_CR3, text.RULE_CLOUD_CR3),) if name == "cr3" else (),
            )
            for name in text.RATIOS
        ],
        include=(0.0, 1.0),
    )
    return [hhi, ratios]


def capability(content: ReportContent) -> list[Figure]:
    """Return frontiers, gap and lags."""
    frontier = line_figure(
        content,
        "frontier",
        UNITS["index"],
        [LinePanel("", _both(content, "capability_frontier"))],
        legend=_access_legend(),
        columns=1,
        height=280,
    )
    gap = line_figure(
        content,
        "gap",
        UNITS["points"],
        [LinePanel("", [line(content, "", colour("accent"), "capability_gap")])],
        columns=1,
    )
    lag = line_figure(
        content,
        "lag",
        UNITS["months"],
        [LinePanel(title, [line(content, "", colour("accent"), name)]) for name, title in text.LAGS.items()],
        columns=2,
    )
    return [frontier, gap, lag]


def prices(content: ReportContent) -> list[Figure]:
    """Return list prices at the frontier and at fixed capability, and both premiums apart."""
    level = content.attribute("price_fixed_capability", "index_level")
    fixed = text.fixed_capability(level)
    panels = [
        LinePanel(text.PRICE_FRONTIER, _both(content, "price_frontier")),
        LinePanel(fixed, _both(content, "price_fixed_capability")),
    ]
    price = line_figure(content, "price", UNITS["price"], panels, legend=_access_legend(), columns=2)
    parity = (Rule(1.0, text.RULE_PARITY),)
    raw = [LinePanel("", [line(content, "", colour("neutral"), "premium_raw")], rules=parity)]
    residual = [LinePanel("", [line(content, "", colour("closed"), "premium_residual")], rules=parity)]
    return [
        price,
        line_figure(content, "premium-residual", UNITS["ratio"], residual, columns=1),
        line_figure(content, "premium-raw", UNITS["ratio"], raw, columns=1),
    ]


def _points(content: ReportContent, key: str, say: Callable[[pd.Series], str]) -> list[Point]:
    frame = content.observed.get(key)
    if frame is None:
        return []
    points = []
    for _, row in frame.iterrows():
        bounds = None
        if "low" in frame and np.isfinite([row["low"], row["high"]]).all():
            bounds = (float(row["low"]), float(row["high"]))
        shape = text.KINDS.get(str(row.get("kind", "")), "circle")
        points.append(Point(pd.Timestamp(row["date"]), float(row["value"]), say(row), shape, bounds))
    return points


def shares(content: ReportContent) -> list[Figure]:
    """Return open shares over time against observation, and developers' shares now."""
    unit = UNITS["share"]

    def say(row: pd.Series) -> str:
        return text.observed(day_label(pd.Timestamp(row["date"])), unit.text(row["value"]))

    observed = {
        ("openrouter", "tokens"): _points(content, "open_share", say),
        ("enterprise", "spend"): _points(content, "enterprise_open_share", say),
    }
    panels = []
    for market in ("openrouter", "enterprise"):
        for kind, label in text.UNITS.items():
            path = line(content, "", colour(_KIND_COLOURS[kind]), "open_share", market=market, unit=kind)
            points = observed.get((market, kind), [])
            panels.append(
                LinePanel(f"{content.named(text.MARKETS[market])}: {label.lower()}", [path], points)
            )
    opened = line_figure(content, "open-share", unit, panels, columns=2, ceiling=1.0)
    by_developer = dot_figure(
        content,
        "developer-shares",
        unit,
        [
            DotPanel(
                content.named(title),
                [
                    latest_dot(
                        content, name, "", developer_colour(name), variable, market=market, developer=name
                    )
                    for name in _largest(content, variable, SHOWN_DEVELOPERS, market=market)
                ],
            )
            for title, variable, market in text.DEVELOPER_PANELS
        ],
        columns=2,
        include=(0.0,),
    )
    return [opened, by_developer]


_KIND_COLOURS = {"tokens": "tokens", "spend": "money"}


def _largest(content: ReportContent, name: str, count: int, **select: str) -> list[str]:
    """Return the developers with the largest posterior median in the last known quarter."""
    latest = content.latest(name, **select)
    if latest is None:
        return []
    median = latest[1].median([dim for dim in latest[1].dims if dim != "developer"])
    order = median.fillna(0.0).sortby(median, ascending=False)
    floor = SMALLEST_SHARE * float(order.sum())
    return [
        str(label) for label in order["developer"].to_numpy() if float(order.sel(developer=label)) > floor
    ][:count]


def revenue(content: ReportContent) -> list[Figure]:
    """Return revenue by developer with the published figures over it."""
    unit = UNITS["usd"]
    panels = []
    for name in _largest(content, "revenue", SHOWN_REVENUES):
        table = content.observed.get("revenue", pd.DataFrame(columns=["developer"]))
        own = table[table["developer"] == name]
        points = [
            Point(
                pd.Timestamp(row["date"]),
                float(row["value"]),
                text.published(
                    day_label(pd.Timestamp(row["date"])), unit.text(row["value"]), str(row["kind"])
                ),
                text.KINDS.get(str(row["kind"]), "circle"),
            )
            for _, row in own.iterrows()
        ]
        path = line(content, "", developer_colour(name), "revenue", developer=name)
        panels.append(LinePanel(name, [path], points))
    drawn = {point.shape for panel in panels for point in panel.points}
    kinds = [Legend(kind, colour("ink"), shape) for kind, shape in text.KINDS.items() if shape in drawn]
    return [line_figure(content, "revenue", unit, panels, legend=kinds)]


def value(content: ReportContent) -> list[Figure]:
    """Return value by definition, open over closed, layers, and margins."""
    levels = line_figure(
        content,
        "value",
        UNITS["usd"],
        [
            LinePanel(
                label, _both(content, "value", definition=key), prior_driven=content.rests_on_prior(key)
            )
            for key, label in text.DEFINITIONS.items()
        ],
        legend=_access_legend(),
    )
    ratios = []
    for key, label in text.DEFINITIONS.items():
        opened = content.path("value", access="open", definition=key)
        closed = content.path("value", access="closed", definition=key)
        path = None
        if opened is not None and closed is not None:
            path = line_of(content, "", colour("accent"), "value", opened / closed)
        rests = content.rests_on_prior(key)
        ratios.append(LinePanel(label, [path], rules=(Rule(1.0, text.RULE_PARITY),), prior_driven=rests))
    layers = [
        LinePanel(label, [line(content, "", access_colour("open"), "value_layer", access="open", layer=key)])
        for key, label in text.LAYERS.items()
    ]
    margins = [
        latest_dot(content, text.ACCESS[access], "", access_colour(access), "gross_margin", access=access)
        for access in text.ACCESS
    ]
    margins.append(latest_dot(content, text.API_SHARE, "", access_colour("closed"), "api_share"))
    driven = content.is_prior_driven("value.broad_ratio", "value.margin_closed", "value.margin_open")
    return [
        levels,
        line_figure(content, "value-ratio", replace(UNITS["ratio"], axis=text.OPEN_OVER_CLOSED), ratios),
        line_figure(content, "layers", UNITS["usd"], layers, prior_driven=driven),
        dot_figure(
            content,
            "margins",
            UNITS["share"],
            [DotPanel("", margins)],
            include=(0.0, 1.0),
            columns=1,
            prior_driven=driven,
        ),
    ]


def elasticities(content: ReportContent) -> list[Figure]:
    """Return own-price elasticities by segment and access."""
    panels = [
        DotPanel(
            label,
            [
                latest_dot(
                    content,
                    text.ACCESS[access],
                    "",
                    access_colour(access),
                    "elasticity_own",
                    segment=segment,
                    access=access,
                )
                for access in text.ACCESS
            ],
            rules=(Rule(-1.0, text.RULE_UNIT_ELASTIC),),
        )
        for segment, label in text.SEGMENTS.items()
    ]
    driven = content.is_prior_driven("choice.price_frontier", "choice.price_threshold_extra")
    return [
        dot_figure(
            content,
            "elasticity",
            UNITS["elasticity"],
            panels,
            columns=2,
            include=(-1.0, 0.0),
            prior_driven=driven,
        )
    ]


def adoption(content: ReportContent) -> list[Figure]:
    """Return adoption by firms with the published shares over it."""
    unit = UNITS["share"]
    points = _points(
        content,
        "adoption_firms",
        lambda row: text.observed(day_label(pd.Timestamp(row["date"])), unit.text(row["value"])),
    )
    path = line(content, "", colour("accent"), "adoption_firms")
    return [line_figure(content, "adoption", unit, [LinePanel("", [path], points)], columns=1, ceiling=1.0)]


SECTION_FIGURES: dict[str, Callable[[ReportContent], list[Figure]]] = {
    "concentration": concentration,
    "capability": capability,
    "prices": prices,
    "shares": shares,
    "revenue": revenue,
    "value": value,
    "elasticities": elasticities,
    "adoption": adoption,
}


def figures(content: ReportContent) -> dict[str, list[Figure]]:
    """Return the figures of every section, in the order of the report."""
    return {key: build(content) for key, build in SECTION_FIGURES.items()}
