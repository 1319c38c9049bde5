"""What the report says about other markets; numbers come in already written."""

from __future__ import annotations

from collections.abc import Mapping

TITLE = "Other markets"
CLOUD_INTRO = (
    "Cloud infrastructure is the market that claims name as the yardstick, and it was never one number: "
    "shares that Synergy Research Group's reports name, by the last report of each year that names three "
    "leaders. The HHI runs from the squares of named firms alone to what it would be if everybody else "
    "were as large as the smallest named."
)
CLOUD_POINTS = (
    "Diamonds in the panel of closed labs: cloud infrastructure in the same quarters, with the range that "
    "its reports leave."
)
CLOUD_KEY = "Diamonds: cloud infrastructure."
CLOUD_COLUMNS = ("Quarter", "Firms named", "HHI", "Three largest")
RATES_INTRO = (
    "Base rates: of other markets that were once about as concentrated (HHI within a quarter of today's "
    "median, three-firm share within a tenth), how many were where a claim says this one will be. Browsers "
    "on six continents and in the world, and cloud infrastructure, 2014 to 2026. Quarters of one market "
    "overlap and markets of one kind move together, so the interval counts only spans that do not: few. A "
    "base rate is what to believe before looking at this market, not a forecast of it."
)
RATES_COLUMNS = ("Claim", "Event", "Markets like it", "After one year", "After five years")
EVENTS = {
    "C2": "three-firm share above 80%",
    "C3": "HHI from 1,200 to 1,900",
    "C9": "HHI below 1,000",
}
#: Quarters ahead, and the forecast without a model, of which the report speaks.
FAR_AHEAD, BAR = (9, 16), "median of four"
NEVER_SEEN = "no market like it on record for so long"


def cloud_point(quarter: str, low: str, high: str) -> str:
    """Name a quarter of the cloud and its HHI."""
    return f"cloud infrastructure, {quarter}: {span(low, high)}"


def span(low: str, high: str) -> str:
    """Write a range."""
    return f"{low} to {high}"


def alike(level: str, starts: int, markets: int) -> str:
    """Say which starts count."""
    quarters = "quarter" if starts == 1 else "quarters"
    return f"about {level}: {starts} {quarters} in {markets} {'market' if markets == 1 else 'markets'}"


def came(part: str, low: str, high: str, windows: int) -> str:
    """Say how often an event came, and how sure that is."""
    return f"{part} (95% interval {low} to {high}; {windows} separate {'span' if windows == 1 else 'spans'})"


def foreseen(measure: str, skill: Mapping[str, float], covered: float, n: int) -> str:
    """Say how well a model of share dynamics would have forecast other markets."""
    side = "smaller" if skill["value"] > 0.0 else "larger"
    ends = sorted(abs(100.0 * skill[end]) for end in ("low", "high"))
    crossing = skill["low"] < 0.0 < skill["high"]
    ends_said = f"90% interval {ends[0]:.0f} to {ends[1]:.0f}%"
    width = "the 90% interval includes no difference" if crossing else ends_said
    apart, inside = abs(100.0 * skill["value"]), 100.0 * covered
    return (
        "A model of share dynamics, fitted to these markets as they were known, would have forecast "
        f"{measure} {FAR_AHEAD[0]} to {FAR_AHEAD[1]} quarters ahead with an error (CRPS) {apart:.0f}% {side} "
        f"than the {BAR} simple forecasts ({width}), with {inside:.0f}% of outcomes inside its 90% intervals "
        f"({n:,} forecasts that overlap)."
    )
