"""Put the parts on one page: a single HTML file that loads nothing from the network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from forkmodel.report import (
    claims_chart,
    claims_table,
    explorer,
    facts_text,
    opening,
    others,
    others_text,
    own_market,
    scenario_chart,
    sections_text,
    text,
    trust,
    trust_tiles,
)
from forkmodel.report import facts as cited
from forkmodel.report.content import FAIL, PASS, ReportContent
from forkmodel.report.embedded import script_json
from forkmodel.report.findings import doubts
from forkmodel.report.formatting import day_label, significant
from forkmodel.report.frames import claims_csv, effects_csv, watch_csv
from forkmodel.report.headline import limits, sentences
from forkmodel.report.overview import CHARTED, Section, charted, spoken_of, titled
from forkmodel.report.palette import CHART_CONFIG, COLOURS
from forkmodel.report.paper import on_paper
from forkmodel.report.parameters import parameter_groups
from forkmodel.report.readers import readers
from forkmodel.report.templating import fill, sheet, templates

__all__ = ["render"]


#: Makes the bundled renderer available to the page's own script.
_EXPOSE = "window.vegaEmbed = vegaEmbed;"


@cache
def _vega() -> str:
    """Return Vega, Vega-Lite and Vega-Embed as one script, from the installed package."""
    import vl_convert

    return str(vl_convert.javascript_bundle(snippet=_EXPOSE))


def _variables(place: int) -> str:
    return "".join(f"--{name}:{pair[place]};" for name, pair in COLOURS.items())


def _style(sheets: str, failed: bool, paper: bool) -> Markup:
    """Return the style sheet with the colours of both schemes; a failed fit is drawn in grey."""
    grey = ".figure .plot,.figure .key{filter:grayscale(1);opacity:.75}" if failed else ""
    light = f":root{{color-scheme:{'light' if paper else 'light dark'};{_variables(0)}}}"
    dark = "" if paper else f"@media (prefers-color-scheme:dark){{:root{{{_variables(1)}}}}}"
    # A page on paper is light whatever the screen was.
    printed = f"@media print{{:root{{{_variables(0)}}}}}"
    return Markup(light + dark + printed + sheets + grey)  # noqa: S704


def _on_screen(sections: Sequence[Section], script: str) -> Mapping[str, Any]:
    """Return what the templates need for a screen: charts as data, and the script that draws them."""
    specs = {
        f"{figure.key}-{place}": panel.spec
        for section in sections
        for figure in (*section.lead, *section.detail)
        for place, panel in enumerate(figure.panels)
    }
    return {
        "paper": False,
        "unfolded": "",
        "specs": script_json(specs),
        "config": script_json(CHART_CONFIG),
        "vega": Markup(_vega().replace("</script", "<\\/script")),  # noqa: S704
        "loader": Markup(script),  # noqa: S704
    }


def _checks(content: ReportContent) -> list[dict[str, Any]]:
    order = {FAIL: 0, "REVIEW": 1, PASS: 2}
    checks = [
        {
            **check,
            "value": f"{float(check['value']):.3g}",
            "threshold": f"{float(check['threshold']):.3g}",
        }
        for check in content.review.get("checks", [])
    ]
    return sorted(checks, key=lambda check: order.get(check["status"], 1))


def _sources(content: ReportContent) -> list[dict[str, str]]:
    table = content.provenance.get("sources")
    if not isinstance(table, pd.DataFrame):
        return []
    wanted = ["publisher", "title", "url", "licence", "attribution"]
    known = table.reindex(columns=wanted)
    filled = known.astype(object).where(known.notna(), "")
    rows = [{str(key): str(value) for key, value in row.items()} for row in filled.to_dict("records")]
    for row in rows:
        # Only addresses a browser may follow become links; anything else stays text.
        row["link"] = row["url"] if row["url"].startswith(("https://", "http://")) else ""
    return rows


def _provenance(content: ReportContent) -> list[tuple[str, str]]:
    """Return provenance as rows of a table."""
    known = content.provenance
    rows = [
        (label, ", ".join(map(str, known[key])) if isinstance(known[key], list | tuple) else str(known[key]))
        for key, label in text.PROVENANCE.items()
        if known.get(key) is not None
    ]
    for key in ("seconds", "versions"):
        inner = known.get(key) or {}
        if inner:
            said = [f"{name} {significant(v) if key == 'seconds' else v}" for name, v in inner.items()]
            rows.append((text.PROVENANCE_GROUPS[key], ", ".join(said)))
    return rows


def _shown(content: ReportContent, readers: set[str], wanted: Sequence[str] | None) -> dict[str, str]:
    """Return the sections that this content fills, with their subjects."""
    drawn = spoken_of(content)
    return {
        key: title
        for key, title in sections_text.SECTIONS.items()
        if (content.forecast is not None or key not in sections_text.FUTURE_SECTIONS)
        and key not in content.left_out
        and (key in drawn or key not in CHARTED)
        and (key in readers or key not in sections_text.READERS)
        and (wanted is None or key in wanted)
    }


def _future(content: ReportContent) -> dict[str, Any]:
    """Return what the sections on the future show; nothing without a forecast, or for another market."""
    if content.forecast is None or "claims" in content.left_out:
        return {}
    return {
        "names": claims_table.sides(content),
        "claims_found": titled(content, "claims"),
        "claim_groups": claims_chart.claim_groups(content),
        "undiagnostic": claims_chart.undiagnostic(content),
        "claims_csv": claims_csv(content),
        "future": claims_table,
        "scenarios_found": titled(content, "scenarios"),
        "effect_columns": scenario_chart.effect_columns(content),
        "effect_rows": scenario_chart.effect_rows(content),
        "effects_csv": effects_csv(content),
        "watch_found": titled(content, "watch"),
        "watched": claims_table.watched(content),
        "watch_csv": watch_csv(content),
    }


def render(
    content: ReportContent,
    wanted: Sequence[str] | None = None,
    *,
    folder: Path | None = None,
    paper: bool = False,
) -> str:
    """Return the page.

    Parameters
    ----------
    content : ReportContent
        What to show.
    wanted : sequence of str, optional
        Sections below the first screen; all by default.
    folder : Path, optional
        Templates that take the place of the package's of the same name.
    paper : bool
        Whether the page is to be printed: without scripts, details at its end.

    Returns
    -------
    str
        HTML that needs no other file and no network.
    """
    environment = templates(folder)
    sections = charted(content, wanted)
    read = [reader for reader in readers(content) if wanted is None or reader.key in wanted]
    shown = _shown(content, {reader.key for reader in read}, wanted)
    worlds = explorer.section(content) if "explorer" in shown and not paper else explorer.NOTHING
    if not worlds.body:
        shown.pop("explorer", None)
    own = content.router is not None
    sheets = sheet(environment, "page.css") + (sheet(environment, "print.css") if paper else "")
    return fill(
        environment,
        "print.html" if paper else "page.html",
        text=text,
        heading=own_market.TITLE if own else text.TITLE,
        subtitle=own_market.SUBTITLE if own else "",
        sections_text=sections_text,
        content=content,
        checks=_checks(content),
        vintage=text.vintage(day_label(content.vintage)),
        draws_line=text.draws_line(content.draws, day_label(content.vintage)),
        sentences=sentences(content),
        titles={key: title for key, title in shown.items() if key != sections_text.OPENING},
        shown=shown,
        title=titled(content, "demand").title,
        verdict=opening.verdict(content),
        markets=opening.markets(content),
        markets_csv=opening.markets_csv(content),
        markets_note=text.markets_note(content.draws, day_label(content.vintage)),
        doubts=doubts(content),
        warnings=cited.warnings(content),
        charted=sections,
        readers=read,
        **_future(content),
        trust_found=titled(content, "trust"),
        tiles=trust_tiles.tiles(content),
        trust=trust,
        cited=cited,
        facts_text=facts_text,
        others=others,
        others_text=others_text,
        groups=parameter_groups(content),
        provenance=_provenance(content),
        provenance_line=text.provenance_line(
            content.draws, day_label(content.vintage), str(content.provenance.get("prior_set", ""))
        ),
        sources=_sources(content),
        limits=limits(content),
        explorer=worlds.body,
        style=_style(sheets, content.failed, paper) + worlds.style,
        **(
            on_paper(content, shown, sections)
            if paper
            else _on_screen(sections, sheet(environment, "charts.js"))
        ),
    )
