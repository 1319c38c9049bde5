"""The page as a document: what a screen folds away or draws on demand stands on paper as it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from forkmodel.report.layout import Figure
from forkmodel.report.overview import Section
from forkmodel.report.static import chart_svg

__all__ = ["on_paper"]

#: CSS pixels of a chart in a row of two and in a row of three, at A4 within the margins of ``print.css``.
IN_TWO, IN_THREE = 318, 206


def _width(figure: Figure, lead: bool) -> int:
    """Return the width of a figure's charts; alone in an overview a chart takes a third of the row."""
    in_three = len(figure.panels) <= 3 if lead else figure.columns == 3
    return IN_THREE if in_three else IN_TWO


def on_paper(sections: Sequence[Section]) -> dict[str, Any]:
    """Return what the templates need for paper: every chart drawn, every fold open.

    Parameters
    ----------
    sections : sequence of Section
        The charted sections that are shown.
    """
    drawn = {
        f"{figure.key}-{place}": chart_svg(panel.spec, f"{figure.key}-{place}", _width(figure, lead))
        for section in sections
        for lead, group in ((True, section.lead), (False, section.detail))
        for figure in group
        for place, panel in enumerate(figure.panels)
    }
    return {"paper": True, "unfolded": " open", "drawn": drawn}
