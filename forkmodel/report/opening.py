"""The first screen: the verdict, what would change it, and the two markets of today in one picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from forkmodel.report import claims_chart, claims_table, findings_text, text
from forkmodel.report.asked import asked
from forkmodel.report.content import ReportContent
from forkmodel.report.formatting import UNITS, Unit, join
from forkmodel.report.headline import quantity
from forkmodel.report.intervals import HEADLINE, Summary, summarise_draws
from forkmodel.report.paths import Dot, dot_csv
from forkmodel.report.strips import Bar, Scale, strip

__all__ = ["Market", "MarketRow", "Verdict", "markets", "markets_csv", "verdict"]

#: Evidence named on the first screen.
NAMED = 3


@dataclass(frozen=True)
class Verdict:
    """The joint verdict: its title, the claim, its probability by prior set, and what would change it."""

    title: str
    statement: str
    rows: list[tuple[str, str, str]]
    drawing: Markup
    changes: list[str]
    knowing: str


@dataclass(frozen=True)
class MarketRow:
    """One reading of today's market: closed, open or both, in numbers and as a drawing."""

    label: str
    numbers: list[tuple[str, str, str]]
    drawing: Markup
    prior_driven: bool


@dataclass(frozen=True)
class Market:
    """Readings in one unit."""

    title: str
    rows: list[MarketRow]


def verdict(content: ReportContent) -> Verdict | None:
    """Return the joint verdict; None without a forecast, for another market, and if the review failed."""
    if content.forecast is None or content.failed or "claims" in content.left_out:
        return None
    joint = content.forecast.claims["joint"]
    names = claims_table.sides(content)
    found = [
        (text.side(name), float(joint["probability"][name]), claims_table.percent_text(joint, name))
        for name in names
        if joint["probability"].get(name) is not None
    ]
    return Verdict(
        title=findings_text.verdict_title(found, str(joint["horizon"])),
        statement=str(joint["statement"]),
        rows=[
            (
                text.side(name),
                claims_table.error_text(joint, name),
                text.SIDE_COLOURS.get(name, "neutral"),
            )
            for name in names
        ],
        drawing=claims_chart.probability_strip(joint, names),
        changes=_changes(content, str(joint["expression"])),
        knowing=_knowing(content),
    )


def _changes(content: ReportContent, expression: str) -> list[str]:
    """Say of every part of the verdict how often it holds, and what the verdict is among those worlds."""
    assert content.forecast is not None  # noqa: S101 - the caller checks; narrows the type
    said: list[tuple[float, str]] = []
    worlds = content.forecast.worlds
    for part in expression.split(" and "):
        alone, then = asked(worlds, part), asked(worlds, f"P({expression} | {part})")
        # A part that is no condition by itself, or that too few worlds meet, is not spoken of.
        if alone is not None and then is not None:
            words = text.VERDICT_PARTS.get(part, part)
            said.append((alone.probability, findings_text.part_title(words, alone.text, then.text)))
    # The part that holds least often is what stands most in the way.
    return [sentence for _, sentence in sorted(said)]


def _knowing(content: ReportContent) -> str:
    assert content.forecast is not None  # noqa: S101 - the caller checks; narrows the type
    table = content.forecast.watchlist
    rows = table[(table["target"] == "joint") & (table["share"] >= claims_table.SMALLEST_SHARE)]
    best = rows.sort_values("rank").head(NAMED)
    return findings_text.worth_knowing(
        [(str(row["label"]).lower(), f"{100 * float(row['share']):.1f}%") for row in best.to_dict("records")]
    )


def _closed_part(content: ReportContent, market: str, unit: str) -> list[tuple[str, Summary, str]]:
    """Return the closed and the open part of a market at its last known quarter."""
    found = quantity(content, "open_share", market=market, unit=unit)
    if found is None:
        return []
    closed = summarise_draws(1.0 - found.draws.to_numpy())
    return [] if closed is None else [("closed", closed, found.date), ("open", found.summary, found.date)]


def _values(content: ReportContent, definition: str) -> list[tuple[str, Summary, str]]:
    found = [
        (access, quantity(content, "value", access=access, definition=definition)) for access in text.ACCESS
    ]
    return [(access, each.summary, each.date) for access, each in found if each is not None]


def _tier(content: ReportContent, scope: str) -> list[tuple[str, Summary, str]]:
    found = quantity(content, "hhi", scope=scope)
    access = "closed" if scope == "closed" else "open"
    return [] if found is None else [(access, found.summary, found.date)]


type _Readings = list[tuple[str, list[tuple[str, Summary, str]], bool]]


def _readings(content: ReportContent) -> list[tuple[str, str, _Readings, Sequence[float]]]:
    """Return title, unit, rows and yardsticks of every part of the picture."""
    hosts = content.rests_on_prior("open_hosts")
    broad = content.rests_on_prior("broad")
    shares: _Readings = [
        (text.MARKET_ROWS["enterprise"], _closed_part(content, "enterprise", "spend"), False),
        (text.MARKET_ROWS["openrouter"], _closed_part(content, "openrouter", "tokens"), False),
    ]
    tiers: _Readings = [
        (content.named(text.SHORT_SCOPES[scope]), _tier(content, scope), hosts and scope == "open_hosts")
        for scope in text.TIERS
    ]
    values: _Readings = [
        (text.VALUE_ROWS["narrow"], _values(content, "narrow"), False),
        (text.VALUE_ROWS["broad"], _values(content, "broad"), broad),
    ]
    parts = [
        (text.PICTURE_PARTS["size"], "share", shares, (0.5,)),
        (text.PICTURE_PARTS["concentration"], "hhi", tiers, (text.HIGHLY_CONCENTRATED,)),
        (text.PICTURE_PARTS["value"], "usd", values, ()),
    ]
    return [(title, unit, [row for row in rows if row[1]], rules) for title, unit, rows, rules in parts]


def _scale(unit: Unit, name: str, summaries: Sequence[Summary]) -> Scale:
    ends = [end for summary in summaries for end in summary.headline]
    if name == "share":
        return Scale(0.0, 1.0)
    return (
        Scale(min(ends) / 1.5, max(ends) * 1.5, log=True) if unit.log else Scale(0.0, max(max(ends), 5000.0))
    )


def markets(content: ReportContent) -> list[Market]:
    """Return the picture of today's two markets: size, concentration and value, closed against open."""
    drawn = []
    for title, name, rows, rules in _readings(content):
        if not rows:
            continue
        unit = UNITS[name]
        scale = _scale(unit, name, [summary for _, found, _ in rows for _, summary, _ in found])
        made = []
        for label, found, driven in rows:
            numbers = [
                (access, text.compact(unit.text(s.median)), text.compact(unit.interval(s.headline)))
                for access, s, _ in found
            ]
            bars = [Bar(s.median, [s.headline, s.intervals[0.5]], access) for access, s, _ in found]
            told = join(
                [f"{text.ACCESS[a]} {middle} ({ends}, {HEADLINE:.0%})" for a, middle, ends in numbers]
            )
            made.append(MarketRow(label, numbers, strip(bars, scale, f"{label}: {told}", rules), driven))
        drawn.append(Market(title, made))
    return drawn


def markets_csv(content: ReportContent) -> str:
    """Return the numbers of the picture as CSV."""
    return dot_csv(
        [
            (title, Dot(label, text.ACCESS[access], "", date, summary))
            for title, _, rows, _ in _readings(content)
            for label, found, _ in rows
            for access, summary, date in found
        ]
    )
