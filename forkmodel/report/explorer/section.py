"""The explorer as a part of the page: its style, and a section that needs nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

import numpy as np
from markupsafe import Markup

from forkmodel.report.content import ReportContent
from forkmodel.report.embedded import script_json
from forkmodel.report.explorer import text
from forkmodel.report.explorer.block import block
from forkmodel.report.explorer.cards import ANY, Card, cards
from forkmodel.report.formatting import significant

__all__ = ["NOTHING", "Section", "section"]

#: Interval of the table that stands in for the explorer where scripts do not run.
INTERVAL = (0.1, 0.9)


@dataclass(frozen=True)
class Section:
    """Style sheet and body, both empty where there is nothing to explore."""

    style: Markup
    body: Markup


NOTHING = Section(Markup(""), Markup(""))


def _own(name: str) -> Markup:
    """Return a file of this package, which is trusted."""
    path = resources.files("forkmodel.report.explorer") / "templates" / name
    return Markup(path.read_text(encoding="utf-8"))  # noqa: S704


def _rows(found: list[Card]) -> list[tuple[str, str, str, str]]:
    """Return label, median, interval and unit of every column of the worlds without a scenario."""
    rows = []
    for card in found:
        first = next(iter(card.columns))[0]
        for (scenario, year, _), values in card.columns.items():
            if scenario == first:
                low, middle, high = np.quantile(values, [INTERVAL[0], 0.5, INTERVAL[1]])
                label = card.label if year == ANY else f"{card.label}, {year}"
                interval = f"{significant(low)} to {significant(high)}"
                rows.append((label, significant(middle), interval, card.unit))
    return rows


def section(content: ReportContent) -> Section:
    """Return the explorer of a report with a forecast; nothing where the review failed.

    Parameters
    ----------
    content : ReportContent
        What the report shows.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    if content.forecast is None or content.failed:
        return NOTHING
    found = cards(content)
    if not found:
        return NOTHING
    made = block(content.forecast, found)
    environment = Environment(
        loader=PackageLoader("forkmodel.report.explorer", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    body = environment.get_template("explorer.html").render(
        text=text,
        header=script_json(made.header),
        body=made.body,
        rows=_rows(found),
        script=_own("explorer.js"),
    )
    return Section(_own("explorer.css"), Markup(body))  # noqa: S704
