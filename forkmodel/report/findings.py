"""What each section found: its title and its sentences, from the draws alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd

from forkmodel.report import claims_chart, claims_table, facts, findings_text, headline, text, trust
from forkmodel.report.content import ReportContent
from forkmodel.report.formatting import UNITS
from forkmodel.report.headline import Quantity, quantity
from forkmodel.report.intervals import Summary, sample_dims, summarise_draws

__all__ = ["Finding", "doubts", "finding", "side_of"]


@dataclass(frozen=True)
class Finding:
    """What a section says: a title made from numbers (empty where they are missing), and sentences."""

    title: str
    sentences: list[str] = field(default_factory=list)


def side_of(summary: Summary, line: float = 0.0) -> int:
    """Return 1 if the headline interval lies above a line, -1 if below, 0 if it holds the line."""
    low, high = summary.headline
    return 1 if low > line else -1 if high < line else 0


def _said(found: Quantity | Summary, unit: str) -> str:
    summary = found.summary if isinstance(found, Quantity) else found
    return f"{UNITS[unit].text(summary.median)} ({UNITS[unit].interval(summary.headline)})"


def _ratio(content: ReportContent, over: dict[str, str], under: dict[str, str]) -> Summary | None:
    """Return one value over another, draw by draw, at the last quarter known."""
    top, bottom = (quantity(content, "value", **select) for select in (over, under))
    if top is None or bottom is None:
        return None
    parts = (top.draws.drop_vars("time") / bottom.draws.drop_vars("time")).transpose(*sample_dims(top.draws))
    return summarise_draws(parts.to_numpy())


def _race(content: ReportContent) -> str:
    gap, lag = (quantity(content, name) for name in ("capability_gap", "lag_months_strict"))
    if gap is None:
        return ""
    unit, summary, side = UNITS["points"], gap.summary, side_of(gap.summary)
    low, high = summary.headline
    if side < 0:
        low, high = -high, -low
    middle = -summary.median if side < 0 else summary.median
    months = None if lag is None else _said(lag, "months")
    return findings_text.race_title(unit.text(middle), unit.interval((low, high)), side, months)


def _price(content: ReportContent) -> str:
    found = quantity(content, "premium_residual")
    if found is None:
        return ""
    unit, summary = UNITS["ratio"], found.summary
    return findings_text.ratio_title(
        unit.text(summary.median), unit.interval(summary.headline), side_of(summary, 1.0)
    )


def _demand(content: ReportContent) -> str:
    tokens = quantity(content, "open_share", market="openrouter", unit="tokens")
    money = quantity(content, "open_share", market="enterprise", unit="spend")
    above = None
    if tokens is not None and money is not None:
        above = float((tokens.draws.drop_vars("time") > money.draws.drop_vars("time")).mean())
    said = [None if found is None else _said(found, "share") for found in (tokens, money)]
    return findings_text.markets_title(said[0], said[1], above)


def _spend(content: ReportContent) -> str:
    closed, opened = (
        quantity(content, "value", access=access, definition="narrow") for access in ("closed", "open")
    )
    ratio = _ratio(
        content, {"access": "closed", "definition": "narrow"}, {"access": "open", "definition": "narrow"}
    )
    if closed is None or opened is None or ratio is None:
        return ""
    adoption = quantity(content, "adoption_firms")
    return findings_text.spend_title(
        _said(closed, "usd"),
        _said(opened, "usd"),
        side_of(ratio, 1.0),
        None if adoption is None else _said(adoption, "share"),
    )


def _value(content: ReportContent) -> str:
    said: list[tuple[str, int] | None] = []
    for definition in ("narrow", "broad"):
        ratio = _ratio(
            content,
            {"access": "open", "definition": definition},
            {"access": "closed", "definition": definition},
        )
        said.append(None if ratio is None else (_said(ratio, "share"), side_of(ratio, 1.0)))
    return findings_text.value_title(said[0], said[1])


def _concentration(content: ReportContent) -> str:
    tiers = []
    for scope, name in text.TIERS.items():
        found = quantity(content, "hhi", scope=scope)
        if found is not None:
            above = float((found.draws > text.HIGHLY_CONCENTRATED).mean())
            driven = content.rests_on_prior(scope)
            tiers.append((name, _said(found, "hhi"), above, driven))
    return findings_text.concentration_title(tiers)


def _claims(content: ReportContent) -> str:
    if content.forecast is None:
        return ""
    counted = claims_chart.tally(content)
    return findings_text.claims_title(*counted)


def _scenarios(content: ReportContent) -> str:
    if content.forecast is None or content.forecast.effects.empty:
        return ""
    effects = content.forecast.effects
    here = effects[(effects["date"] == claims_table.SHOWN_YEAR)]
    here = here[here["label"] == here["label"].iloc[0]] if len(here) else here
    if here.empty:
        return ""
    largest = max(here.to_dict("records"), key=lambda row: abs(float(row["median"])))
    unit = str(largest["unit"])
    most = (
        str(largest["scenario"]),
        f"{claims_table.signed(largest['median'], unit)} {unit}",
        claims_table.interval((largest["q10"], largest["q90"]), unit),
    )
    moved = claims_table.signed(largest["median"], unit) != "0"
    label = f"the {largest['label']}" if str(largest["label"]).startswith("HHI") else str(largest["label"])
    return findings_text.scenarios_title(
        here["scenario"].nunique(), claims_table.SHOWN_YEAR, most if moved else None, label
    )


#: Below this part of the variance, what evidence could settle of the verdict is called little.
LITTLE = 0.25


def _watch(content: ReportContent) -> str:
    if content.forecast is None:
        return ""
    table: pd.DataFrame = content.forecast.watchlist
    rows = table[(table["target"] == "joint") & (table["share"] >= claims_table.SMALLEST_SHARE)]
    if rows.empty:
        return findings_text.watch_title(None, small=True)
    best = rows.sort_values("rank").iloc[0]
    share = f"{100 * float(best['share']):.1f}%"
    return findings_text.watch_title((str(best["label"]), share), small=float(rows["share"].sum()) < LITTLE)


def _trust(content: ReportContent) -> str:
    return findings_text.trust_title(content.status, trust.ahead(content), trust.held(content))


_TITLES: dict[str, Callable[[ReportContent], str]] = {
    "claims": _claims,
    "race": _race,
    "price": _price,
    "demand": _demand,
    "spend": _spend,
    "value": _value,
    "concentration": _concentration,
    "scenarios": _scenarios,
    "watch": _watch,
    "trust": _trust,
}


def finding(content: ReportContent, key: str) -> Finding:
    """Return what a section found; nothing at all if the review failed.

    Parameters
    ----------
    content : ReportContent
        What to show.
    key : str
        Section of the page.
    """
    if content.failed or key not in _TITLES:
        return Finding("")
    sentences = [said for build in headline.SENTENCES.get(key, ()) if (said := build(content)) is not None]
    return Finding(_TITLES[key](content), sentences)


def doubts(content: ReportContent) -> str:
    """Say how many results no observation supports; empty where there is none."""
    found = facts.warnings(content)
    return findings_text.doubts(len(found)) if found else ""
