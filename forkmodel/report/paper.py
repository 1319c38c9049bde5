"""The page as a document: charts are drawn, and what a screen folds away stands in annexes at its end."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any

from forkmodel.report import sections_text, text
from forkmodel.report.content import ReportContent
from forkmodel.report.layout import Figure
from forkmodel.report.overview import Section
from forkmodel.report.static import chart_svg

__all__ = ["Annex", "annexes", "on_paper"]

#: CSS pixels of a chart in a row of two and in a row of three, at A4 within the margins of ``print.css``.
IN_TWO, IN_THREE = 318, 206
#: CSS pixels of the height of a path.
HIGH = 92


@dataclass(frozen=True)
class Annex:
    """What a screen folds away under a section: its place, its anchor, its template.

    Attributes
    ----------
    of : str
        The section of the page that it belongs to.
    section : Section or None
        The charted section whose detail it is.
    """

    letter: str
    key: str
    of: str
    title: str
    template: str
    section: Section | None = None

    @property
    def name(self) -> str:
        """Return what the annex is called."""
        return text.annex(self.letter)


def annexes(content: ReportContent, shown: Collection[str], sections: Sequence[Section]) -> list[Annex]:
    """Return the annexes of the sections that are shown, in their order."""
    subjects, folds, detail = sections_text.SECTIONS, sections_text.FOLDS, sections_text.DETAIL
    charted = {section.key: section for section in sections}
    planned = [
        ("limits", "trust", folds["limits"], "limits.html"),
        ("claims-detail", "claims", detail["claims"], "claims_detail.html"),
        *((f"{key}-detail", key, text.more_charts(subjects[key]), "charted_detail.html") for key in charted),
        ("scenarios-detail", "scenarios", detail["scenarios"], "scenarios_detail.html"),
        ("watch-detail", "watch", subjects["watch"], "watch_detail.html"),
        ("review", "trust", folds["review"], "review.html"),
        ("backtest", "trust" if content.trust is not None else "", folds["backtest"], "backtest.html"),
        ("facts", "trust" if content.facts is not None else "", folds["facts"], "facts.html"),
        ("priors", "trust", folds["priors"], "priors.html"),
        ("provenance-detail", "provenance", folds["provenance"], "provenance_detail.html"),
    ]
    kept = [plan for plan in planned if plan[1] in shown]
    return [
        Annex(letter, key, of, title, template, charted.get(of))
        for letter, (key, of, title, template) in zip(ascii_uppercase, kept, strict=False)
    ]


def _width(figure: Figure, lead: bool) -> int:
    """Return the width of a figure's charts; alone in an overview a chart takes a third of the row."""
    in_three = len(figure.panels) <= 3 if lead else figure.columns == 3
    return IN_THREE if in_three else IN_TWO


def on_paper(content: ReportContent, shown: Collection[str], sections: Sequence[Section]) -> dict[str, Any]:
    """Return what the templates need for paper: every chart drawn, every fold open, the annexes.

    Parameters
    ----------
    content : ReportContent
        What to show.
    shown : collection of str
        The sections that are shown.
    sections : sequence of Section
        The charted ones among them.
    """
    drawn = {
        f"{figure.key}-{place}": chart_svg(panel.spec, f"{figure.key}-{place}", _width(figure, lead), HIGH)
        for section in sections
        for lead, group in ((True, section.lead), (False, section.detail))
        for figure in group
        for place, panel in enumerate(figure.panels)
    }
    added = annexes(content, shown, sections)
    return {
        "paper": True,
        "unfolded": " open",
        "drawn": drawn,
        "annexes": added,
        "annex_of": {annex.key: annex for annex in added},
    }
