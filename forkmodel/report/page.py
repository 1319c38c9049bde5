"""Put the parts on one page: a single HTML file that loads nothing from the network."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import Any

import pandas as pd
from markupsafe import Markup

from forkmodel.report import claims_table, facts_text, others, others_text, sections_text, text, trust
from forkmodel.report import facts as cited
from forkmodel.report.content import FAIL, PASS, ReportContent
from forkmodel.report.formatting import day_label, significant
from forkmodel.report.headline import cards, limits, sentences
from forkmodel.report.layout import Figure
from forkmodel.report.outlook import outlook_figures
from forkmodel.report.palette import CHART_CONFIG, COLOURS
from forkmodel.report.parameters import parameter_groups
from forkmodel.report.sections import figures

__all__ = ["render"]


#: Makes the bundled renderer available to the page's own script.
_EXPOSE = "window.vegaEmbed = vegaEmbed;"


@cache
def _vega() -> str:
    """Return Vega, Vega-Lite and Vega-Embed as one script, from the installed package."""
    import vl_convert

    return str(vl_convert.javascript_bundle(snippet=_EXPOSE))


def _script_json(value: object) -> Markup:
    """Return JSON that cannot close the script element it stands in."""
    body = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(body.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))  # noqa: S704


def _style(failed: bool) -> Markup:
    """Return the style sheet with the colours of both schemes; a failed fit is drawn in grey."""

    def variables(place: int) -> str:
        return "".join(f"--{name}:{pair[place]};" for name, pair in COLOURS.items())

    sheet = (resources.files("forkmodel.report") / "templates" / "page.css").read_text(encoding="utf-8")
    grey = ".figure .plot,.figure .key{filter:grayscale(1);opacity:.75}" if failed else ""
    head = f":root{{color-scheme:light dark;{variables(0)}}}"
    dark = f"@media (prefers-color-scheme:dark){{:root{{{variables(1)}}}}}"
    # A page on paper is light whatever the screen was.
    paper = f"@media print{{:root{{{variables(0)}}}}}"
    return Markup(head + dark + paper + sheet + grey)  # noqa: S704


def _csv_link(body: str) -> str:
    return "data:text/csv;base64," + base64.b64encode(body.encode()).decode()


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


def _cautioned(figures: list[Figure], notes: dict[str, str]) -> list[Figure]:
    """Return figures with what the backtest says of their quantities under them."""
    return [
        replace(figure, caption=f"{figure.caption} {notes[figure.key]}") if figure.key in notes else figure
        for figure in figures
    ]


def render(content: ReportContent) -> str:
    """Return the page.

    Parameters
    ----------
    content : ReportContent
        What to show.

    Returns
    -------
    str
        HTML that needs no other file and no network.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("forkmodel.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["csv_link"] = _csv_link
    sections = figures(content)
    if content.forecast is not None:
        sections["outlook"] = _cautioned(outlook_figures(content), trust.notes(content))
    specs = {
        f"{figure.key}-{place}": panel.spec
        for group in sections.values()
        for figure in group
        for place, panel in enumerate(figure.panels)
    }
    return environment.get_template("page.html").render(
        text=text,
        sections_text=sections_text,
        content=content,
        checks=_checks(content),
        draws_line=text.draws_line(content.draws, day_label(content.vintage)),
        cards=[] if content.failed else cards(content),
        sentences=sentences(content),
        titles={
            key: title
            for key, title in sections_text.SECTIONS.items()
            if (content.forecast is not None or key not in sections_text.FUTURE_SECTIONS)
            and (content.trust is not None or key != "trust")
            and (content.facts is not None or key != "facts")
        },
        future=claims_table,
        trust=trust,
        cited=cited,
        facts_text=facts_text,
        others=others,
        others_text=others_text,
        sections=sections,
        groups=parameter_groups(content),
        provenance=_provenance(content),
        sources=_sources(content),
        limits=limits(content),
        style=_style(content.failed),
        specs=_script_json(specs),
        config=_script_json(CHART_CONFIG),
        vega=Markup(_vega().replace("</script", "<\\/script")),  # noqa: S704
        loader=Markup(  # noqa: S704
            (resources.files("forkmodel.report") / "templates" / "charts.js").read_text(encoding="utf-8")
        ),
    )
