"""What leaves the package: the page as a file, the headline numbers as JSON, one picture as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from forkmodel.errors import ForkModelError, did_you_mean
from forkmodel.report import text
from forkmodel.report.bands import band_chart
from forkmodel.report.browser import find_chromium, print_pdf
from forkmodel.report.content import ReportContent
from forkmodel.report.formatting import UNITS
from forkmodel.report.headline import HEADLINES, quantity
from forkmodel.report.intervals import INTERVALS, Summary, summarise_draws
from forkmodel.report.palette import CHART_CONFIG, access_colour, resolve
from forkmodel.report.paths import line
from forkmodel.report.scales import Rule, line_domain
from forkmodel.report.sections_text import OPENING, SECTIONS
from forkmodel.report.templating import check_templates
from forkmodel.whole_files import write_whole

__all__ = ["check_report", "check_sections", "headline_figure", "summary_json", "write_report"]

#: How the names of a Markdown file and of a printed report end.
MARKDOWN, PRINTED = ".md", ".pdf"
#: Years whose last quarter is summarised.
FORECAST_YEARS = (2028, 2031, 2036)
#: Further quantities of ``summary.json``: key, variable, coordinates.
_MORE = {
    "hhi_openrouter_tokens": ("hhi", {"scope": "openrouter_tokens"}),
    "hhi_openrouter_spend": ("hhi", {"scope": "openrouter_spend"}),
    "hhi_all_developers": ("hhi", {"scope": "all_developers"}),
    "effective_firms_closed": ("effective_firms", {"scope": "closed"}),
    "capability_frontier_closed": ("capability_frontier", {"access": "closed"}),
    "capability_frontier_open": ("capability_frontier", {"access": "open"}),
    "lag_months_tolerant": ("lag_months_tolerant", {}),
    "premium_raw": ("premium_raw", {}),
    "adoption_firms": ("adoption_firms", {}),
    **{
        f"value_{access}_{definition}": ("value", {"access": access, "definition": definition})
        for access in text.ACCESS
        for definition in text.DEFINITIONS
    },
}


def check_sections(sections: Sequence[str] | None) -> None:
    """Refuse a section that no report has.

    Raises
    ------
    ForkModelError
        If there is no such section; the message names those that there are.
    """
    known = [name for name in SECTIONS if name != OPENING]
    for name in sections or ():
        if name not in known:
            raise ForkModelError(
                f"there is no section {name!r}. {did_you_mean(name, known)} Sections: {', '.join(known)}."
            )


def check_report(
    path: str | Path | None, sections: Sequence[str] | None, templates: str | Path | None = None
) -> None:
    """Refuse what cannot be written, before minutes are spent on what would stand in it.

    Parameters
    ----------
    path : str or Path, optional
        The file wanted; None for charts alone.
    sections : sequence of str, optional
        Sections below the first screen.
    templates : str or Path, optional
        A folder of templates.

    Raises
    ------
    ForkModelError
        If there is no such section, a template is wrong or of no use here, or no browser prints.
    """
    check_sections(sections)
    kind = None if path is None else Path(path).suffix.lower()
    if templates is not None:
        if kind in (MARKDOWN, None):
            raise ForkModelError(
                "templates are for HTML and PDF; Markdown and figures are written without any."
            )
        check_templates(Path(templates))
    if kind == PRINTED:
        find_chromium()


def write_report(
    content: ReportContent,
    path: str | Path,
    sections: Sequence[str] | None = None,
    *,
    templates: str | Path | None = None,
) -> None:
    """Write the page, whole or not at all.

    Parameters
    ----------
    content : ReportContent
        What to show.
    path : str or Path
        The file; replaced only once the new page is complete. Markdown if its name ends in ``.md``, printed
        by a Chromium of this machine if it ends in ``.pdf``.
    sections : sequence of str, optional
        Sections below the first screen; all by default.
    templates : str or Path, optional
        A folder of templates that take the place of the package's of the same name, for HTML and PDF.

    Raises
    ------
    ForkModelError
        If there is no such section, a template is wrong, or no browser is here that prints.
    """
    target = Path(path)
    folder = None if templates is None else Path(templates)
    check_report(target, sections, folder)
    kind = target.suffix.lower()
    if kind == MARKDOWN:
        from forkmodel.report.markdown import render_markdown

        write_whole(target, render_markdown(content, sections))
        return
    from forkmodel.report.page import render

    page = render(content, sections, folder=folder, paper=kind == PRINTED)
    write_whole(target, print_pdf(page, find_chromium()) if kind == PRINTED else page)


def summary_json(content: ReportContent) -> dict[str, Any]:
    """Return the headline numbers with their intervals, as plain JSON.

    Returns
    -------
    dict
        ``headline`` by key: ``median``, ``interval_50``, ``interval_80``, ``interval_95``, ``draws``,
        ``period``, ``unit``; ``review``; ``withheld`` (whether the review failed, so that nothing may be
        concluded); with a forecast ``forecast`` (headline numbers in the last quarter of some years),
        ``claims`` and ``watchlist``, unless withheld; ``facts``, the posterior beside what others have
        observed, unless withheld; and provenance with ``seconds`` per stage.
    """
    paths = HEADLINES | _MORE
    headline = {}
    for key, (name, select) in paths.items():
        found = quantity(content, name, **select)
        if found is None:
            continue
        summary = found.summary
        headline[key] = {
            **_numbers(summary),
            "period": found.date,
            "unit": str(content.attribute(name, "unit") or ""),
        }
    future = {} if content.forecast is None or content.failed else _future(content)
    compared = {} if content.facts is None or content.failed else {"facts": content.facts}
    provenance = {key: value for key, value in content.provenance.items() if key != "sources"}
    return {
        "withheld": content.failed,
        "headline": headline,
        "review": dict(content.review),
        **future,
        **compared,
        **provenance,
    }


def _numbers(summary: Summary) -> dict[str, Any]:
    """Return median, intervals and number of draws under the names of ``summary.json``."""
    ends = {f"interval_{mass * 100:.0f}": list(summary.intervals[mass]) for mass in INTERVALS}
    return {"median": summary.median, **ends, "draws": summary.draws}


def _future(content: ReportContent) -> dict[str, Any]:
    """Return headline quantities of the forecast by year, and the judged ledger."""
    assert content.forecast is not None  # noqa: S101 - the caller checks; narrows the type
    worlds = content.forecast.worlds
    times = pd.DatetimeIndex(worlds["time"].to_numpy())
    paths = HEADLINES | _MORE
    found: dict[str, dict[str, Any]] = {}
    for key, (name, select) in paths.items():
        if name not in worlds:
            continue
        for year in FORECAST_YEARS:
            # A year is summarised by its last quarter; one that the horizon cuts short has none.
            inside = np.flatnonzero((times.year == year) & (times.quarter == 4))
            if len(inside):
                summary = summarise_draws(worlds[name].sel(select).isel(time=int(inside[-1])).to_numpy())
                if summary is not None:
                    found.setdefault(key, {})[str(year)] = _numbers(summary)
    return {
        "forecast": {**content.forecast.settings, "headline": found},
        "claims": content.forecast.claims,
        "watchlist": content.forecast.watchlist.to_dict("records"),
    }


def headline_figure(content: ReportContent) -> str:
    """Return concentration of closed labs and of the open tier over time as a static SVG.

    Parameters
    ----------
    content : ReportContent
        What to show.

    Returns
    -------
    str
        SVG in light colours; empty bands are left out.
    """
    import vl_convert

    unit = UNITS["hhi"]
    scopes = (("closed", "closed"), ("open_hosts", "open"), ("open_developers", "open"))
    found = [
        (content.named(text.SCOPES[scope]), line(content, "", access_colour(access), "hhi", scope=scope))
        for scope, access in scopes
    ]
    lines = [(title, path) for title, path in found if path is not None]
    rule = Rule(text.HIGHLY_CONCENTRATED, text.RULE_GUIDELINE)
    domain = line_domain([path for _, path in lines], unit, (rule.value,), 10_000.0)
    charts = []
    datasets: dict[str, Any] = {}
    ends = [day for _, path in lines for day in (path.frame["at"].iloc[0], path.frame["at"].iloc[-1])]
    for title, path in lines:
        span = (min(ends), max(ends))
        chart = band_chart(
            [path], unit, domain=domain, span=span, description=title, height=210, width=270, rules=(rule,)
        )
        # Vega-Lite looks for named data at the top only; left in a panel, every panel would be empty.
        datasets |= chart.pop("datasets", {})
        chart.pop("$schema", None)
        charts.append({**chart, "title": {"text": title, "fontSize": 12}})
    page = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "config": {**CHART_CONFIG, "background": "#ffffff"},
        "title": {"text": text.PICTURE_TITLE, "subtitle": text.picture_note(content.draws), "offset": 14},
        "datasets": datasets,
        "hconcat": charts,
        "resolve": {"scale": {"color": "independent"}},
        "padding": 14,
        "spacing": 28,
    }
    return str(vl_convert.vegalite_to_svg(resolve(page)))
