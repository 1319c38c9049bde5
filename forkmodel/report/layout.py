"""The parts a report is made of, ready to render."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from forkmodel.report import text
from forkmodel.report.bands import Point, Rule, band_chart
from forkmodel.report.content import ReportContent
from forkmodel.report.dots import dot_chart
from forkmodel.report.formatting import Unit, day_label, join
from forkmodel.report.paths import Dot, Line, Table, dot_csv, dot_table, line_csv, line_table
from forkmodel.report.scales import dot_domain, line_domain

__all__ = ["DotPanel", "Figure", "Legend", "LinePanel", "Panel", "dot_figure", "line_figure"]


@dataclass(frozen=True)
class Panel:
    """One chart with its heading."""

    title: str
    unit: str
    spec: dict[str, Any]
    swatch: str | None = None
    prior_driven: bool = False


@dataclass(frozen=True)
class Legend:
    """One entry of a figure's legend: a name with a colour, or a shape of observed points."""

    label: str
    colour: str
    shape: str = "band"


@dataclass(frozen=True)
class Figure:
    """A titled group of panels with caption, numbers and flags.

    Attributes
    ----------
    key : str
        Anchor on the page.
    missing : str
        What of the figure is not available, as a sentence; empty if all of it is there.
    prior_driven : bool
        Whether the figure is mostly a statement of the prior.
    csv : str
        The figure's numbers.
    reading : str
        The caption in one line, for the overview.
    caution : str
        What the backtest says against forecasts of it; empty if nothing.
    """

    key: str
    title: str
    caption: str
    panels: list[Panel] = field(default_factory=list)
    legend: list[Legend] = field(default_factory=list)
    table: Table | None = None
    csv: str = ""
    missing: str = ""
    prior_driven: bool = False
    columns: int = 3
    reading: str = ""
    caution: str = ""


@dataclass(frozen=True)
class LinePanel:
    """What goes into one panel of paths; lines that are not available are None."""

    title: str
    lines: Sequence[Line | None]
    points: list[Point] = field(default_factory=list)
    rules: tuple[Rule, ...] = ()
    swatch: str | None = None
    prior_driven: bool = False


@dataclass(frozen=True)
class DotPanel:
    """What goes into one panel of dots; dots that are not available are None."""

    title: str
    dots: Sequence[Dot | None]
    rules: tuple[Rule, ...] = ()


def _caption(content: ReportContent, key: str, kind: str, draws: int) -> str:
    note = text.FIGURE_NOTES.get(key, "")
    said = (note, text.caption(kind, draws, day_label(content.vintage)), text.source(key))
    return " ".join(part for part in said if part)


def _told(label: str, period: str, unit: Unit, found: Line | Dot) -> str:
    summary = found.summary() if isinstance(found, Line) else found.summary
    name = f"{label}: " if label else ""
    return f"{name}{unit.text(summary.median)} (80% interval {unit.interval(summary.headline)}) in {period}"


def _empty(key: str, title: str, missing: list[str], prior_driven: bool) -> Figure:
    sentence = text.not_available(join([m for m in missing if m] or [title.lower()]))
    return Figure(key, title, "", missing=sentence, prior_driven=prior_driven)


def line_figure(
    content: ReportContent,
    key: str,
    unit: Unit,
    panels: Sequence[LinePanel],
    *,
    legend: Sequence[Legend] = (),
    columns: int = 3,
    height: int = 150,
    ceiling: float | None = None,
    one_scale: bool = True,
    prior_driven: bool = False,
    note: str = "",
) -> Figure:
    """Build a figure of paths.

    Parameters
    ----------
    content : ReportContent
        The report's content.
    key : str
        Key of the figure in :mod:`forkmodel.report.text`.
    unit : Unit
        Unit of all panels.
    panels : sequence of LinePanel
        Panels; those without any available line are named as missing.
    one_scale : bool
        Whether all panels share their vertical scale.
    ceiling : float, optional
        Largest value the scale may show (1 for a share).
    """
    title = text.FIGURES[key]
    kept = [(panel, [path.drawn(unit.log) for path in panel.lines if path is not None]) for panel in panels]
    kept = [(panel, [path for path in lines if len(path.frame)]) for panel, lines in kept]
    missing = [panel.title for panel, lines in kept if not lines]
    kept = [(panel, lines) for panel, lines in kept if lines]
    if not kept:
        return _empty(key, title, missing, prior_driven)
    every = [path for _, lines in kept for path in lines]
    first = min(path.frame["at"].iloc[0] for path in every)
    last = max(content.vintage, *(path.frame["at"].iloc[-1] for path in every))
    built = []
    for panel, lines in kept:
        shown = [point for point in panel.points if first <= point.date <= last]
        scaled = [(panel, lines)] if not one_scale else kept
        include = [r.value for p, _ in scaled for r in p.rules] + [
            q.value for p, _ in scaled for q in p.points if first <= q.date <= last
        ]
        domain = line_domain([path for _, group in scaled for path in group], unit, tuple(include), ceiling)
        told = "; ".join(_told(path.label, str(path.frame["period"].iloc[-1]), unit, path) for path in lines)
        spec = band_chart(
            lines,
            unit,
            domain=domain,
            span=(first, last),
            description=text.alt_text(panel.title or title, told),
            height=height,
            rules=panel.rules,
            points=shown,
            vintage=content.vintage,
        )
        built.append(Panel(panel.title, unit.axis, spec, panel.swatch, panel.prior_driven))
    pairs = [(panel.title, path) for panel, lines in kept for path in lines]
    draws = min(int(path.frame["draws"].min()) for path in every)
    return Figure(
        key,
        title,
        " ".join(part for part in (_caption(content, key, "path", draws), note) if part),
        built,
        list(legend),
        line_table(pairs, unit),
        line_csv(pairs),
        text.not_available(join(missing)) if missing else "",
        prior_driven,
        min(columns, len(built)),
        text.reading("path", draws, text.source(key)),
    )


def dot_figure(
    content: ReportContent,
    key: str,
    unit: Unit,
    panels: Sequence[DotPanel],
    *,
    legend: Sequence[Legend] = (),
    columns: int = 3,
    one_scale: bool = True,
    include: tuple[float, ...] = (),
    prior_driven: bool = False,
    note: str = "",
) -> Figure:
    """Build a figure of quantities at their last known time; parameters as in :func:`line_figure`."""
    title = text.FIGURES[key]
    kept = [(panel, [dot for dot in panel.dots if dot is not None]) for panel in panels]
    missing = [panel.title for panel, dots in kept if not dots]
    kept = [(panel, dots) for panel, dots in kept if dots]
    if not kept:
        return _empty(key, title, missing, prior_driven)
    built = []
    for panel, dots in kept:
        scaled = [dot for _, group in kept for dot in group] if one_scale else dots
        told = "; ".join(_told(" ".join(dict.fromkeys((d.row, d.label))), d.period, unit, d) for d in dots)
        spec = dot_chart(
            dots,
            unit,
            domain=dot_domain(scaled, unit, include),
            description=text.alt_text(panel.title or title, told),
            rules=panel.rules,
        )
        built.append(Panel(panel.title, unit.axis, spec))
    pairs = [(panel.title, dot) for panel, dots in kept for dot in dots]
    periods = join(list(dict.fromkeys(dot.period for _, dot in pairs)))
    draws = min(dot.summary.draws for _, dot in pairs)
    parts = (f"In {periods}.", _caption(content, key, "dot", draws), note)
    return Figure(
        key,
        title,
        " ".join(part for part in parts if part),
        built,
        list(legend),
        dot_table(pairs, unit),
        dot_csv(pairs),
        text.not_available(join(missing)) if missing else "",
        prior_driven,
        min(columns, len(built)),
        text.reading("dot", draws, text.source(key)),
    )
