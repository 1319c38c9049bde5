"""The sections of the page: a finding, the charts that show it, and the detail behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from forkmodel.report import own_market, sections_text, trust
from forkmodel.report.content import ReportContent
from forkmodel.report.findings import Finding, finding
from forkmodel.report.layout import Figure
from forkmodel.report.outlook import outlook_figures
from forkmodel.report.sections import figures

__all__ = ["CHARTED", "Section", "charted", "spoken_of", "titled"]


@dataclass(frozen=True)
class Plan:
    """Which figures a section leads with, which stand in its detail, and which introductions explain them.

    Without a forecast a section leads with ``past``.
    """

    lead: tuple[str, ...]
    past: tuple[str, ...]
    detail: tuple[str, ...]
    intros: tuple[str, ...]


CHARTED = {
    "race": Plan(
        ("outlook-frontier", "outlook-gap", "outlook-lag"), ("frontier", "gap"), ("lag",), ("capability",)
    ),
    "price": Plan(
        ("outlook-price", "outlook-premium"), ("price", "premium-residual"), ("premium-raw",), ("prices",)
    ),
    "demand": Plan(
        ("outlook-open-share",),
        ("open-share",),
        ("developer-shares", "elasticity"),
        ("shares", "elasticities"),
    ),
    "spend": Plan(
        ("adoption", "outlook-api", "margins"), ("adoption",), ("revenue",), ("revenue", "adoption")
    ),
    "value": Plan(
        ("outlook-value-ratio",),
        ("value-ratio",),
        ("outlook-value", "value", "layers"),
        ("value",),
    ),
    "concentration": Plan(
        ("outlook-hhi",), ("hhi",), ("outlook-cr3", "concentration-ratios"), ("concentration",)
    ),
}


@dataclass(frozen=True)
class Section:
    """One charted section of the page."""

    key: str
    title: str
    sentences: list[str]
    lead: list[Figure]
    detail: list[Figure]
    intros: list[str]


def titled(content: ReportContent, key: str) -> Finding:
    """Return a section's finding; where there is none its subject is the title."""
    found = finding(content, key)
    return found if found.title else replace(found, title=sections_text.SECTIONS[key])


def spoken_of(content: ReportContent) -> dict[str, Plan]:
    """Return the charted sections that this content's tables tell something about."""
    return {
        key: plan
        for key, plan in CHARTED.items()
        if not all(name in content.left_out for name in plan.intros)
    }


def charted(content: ReportContent, wanted: Sequence[str] | None = None) -> list[Section]:
    """Return the charted sections, in the order of the page.

    Parameters
    ----------
    content : ReportContent
        What to show.
    wanted : sequence of str, optional
        Sections that are shown; all by default.
    """
    plans = {key: plan for key, plan in spoken_of(content).items() if wanted is None or key in wanted}
    if not plans:
        return []
    left_out = content.left_out
    groups = {name: group for name, group in figures(content).items() if name not in left_out}
    known = {figure.key: figure for group in groups.values() for figure in group}
    intros = sections_text.INTROS | ({} if content.router is None else own_market.INTROS)
    if content.forecast is not None:
        cautions = trust.notes(content)
        for figure in outlook_figures(content):
            known[figure.key] = replace(figure, caution=cautions.get(figure.key, ""))
    made = []
    for key, plan in plans.items():
        found = titled(content, key)
        lead = plan.lead if content.forecast is not None else plan.past
        rest = [*(name for name in plan.past if name not in lead), *plan.detail]
        made.append(
            Section(
                key,
                found.title,
                found.sentences,
                [known[name] for name in lead if name in known],
                [known[name] for name in rest if name in known],
                [intros[name] for name in plan.intros if name not in left_out],
            )
        )
    return made
