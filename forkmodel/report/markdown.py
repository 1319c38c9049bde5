"""The report as Markdown: findings, claims and readers' tables, without charts."""

from __future__ import annotations

from collections.abc import Sequence

from forkmodel.report import claims_chart, claims_table, opening, own_market, sections_text, text, trust_tiles
from forkmodel.report.asked import Asked
from forkmodel.report.content import ReportContent
from forkmodel.report.findings import doubts
from forkmodel.report.formatting import day_label
from forkmodel.report.overview import spoken_of, titled
from forkmodel.report.readers import readers

__all__ = ["render_markdown"]


def _safe(words: str) -> str:
    """Return words that Markdown takes for words."""
    for mark in ("\\", "|", "<", "*", "_", "`", "["):
        words = words.replace(mark, "\\" + mark)
    return " ".join(words.split())


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [columns, ["---"] * len(columns), *rows]
    return ["| " + " | ".join(map(_cell, line)) + " |" for line in lines] + [""]


def _cell(words: str) -> str:
    return words if words == "---" else _safe(words)


def _top(content: ReportContent) -> list[str]:
    """Return title, verdict, and today's markets."""
    title = text.TITLE if content.router is None else own_market.TITLE
    lines = [f"# {title}", "", text.draws_line(content.draws, day_label(content.vintage)), ""]
    if content.failed:
        lines += [f"**{text.WITHHELD_TITLE}.** {text.WITHHELD_ANSWER}", ""]
        failing = [check for check in content.review.get("checks", []) if check["status"] == content.status]
        return lines + [f"- {_safe(check['name'])}: {_safe(check['advice'])}" for check in failing] + [""]
    found = opening.verdict(content)
    if found is not None:
        lines += [f"**{_safe(found.statement)}** {_safe(found.title)}", "", f"{text.CHANGES_TITLE}:", ""]
        lines += [f"- {_safe(said)}" for said in (*found.changes, found.knowing)] + [""]
    if said := doubts(content):
        lines += [f"{_safe(said)}.", ""]
    rows = [
        [market.title, row.label, text.ACCESS[access], f"{middle} ({ends})"]
        for market in opening.markets(content)
        for row in market.rows
        for access, middle, ends in row.numbers
    ]
    return [*lines, *_table(("Today", "What", "Access", "Median (80% interval)"), rows)]


def _claims(content: ReportContent) -> list[str]:
    names = claims_table.sides(content)
    lines = [f"## {_safe(titled(content, 'claims').title)}", ""]
    for group in claims_chart.claim_groups(content):
        rows = [[row.id, f"{row.statement} {row.event}", *row.chances] for row in group.claims]
        lines += _table((group.title, "Claim and event", *map(text.side, names)), rows)
    return lines


def render_markdown(content: ReportContent, wanted: Sequence[str] | None = None) -> str:
    """Return the report as Markdown.

    Parameters
    ----------
    content : ReportContent
        What to show.
    wanted : sequence of str, optional
        Sections below the verdict; all by default.
    """

    def asked_for(key: str) -> bool:
        return key not in content.left_out and (wanted is None or key in wanted)

    lines = _top(content)
    if content.failed:
        return "\n".join(lines)
    if content.forecast is not None and asked_for("claims"):
        lines += _claims(content)
    future = () if content.forecast is None else ("scenarios", "watch")
    for key in (*spoken_of(content), *future):
        if asked_for(key):
            found = titled(content, key)
            lines += [f"## {_safe(found.title)}", "", *(f"{_safe(said)}\n" for said in found.sentences)]
    for reader in readers(content):
        if asked_for(reader.key):
            lines += [f"## {sections_text.SECTIONS[reader.key]}: {_safe(reader.title)}", ""]
            for table in reader.tables:
                rows = [[name, *map(_said, cells)] for name, cells in table.rows]
                lines += _table((table.title, *table.columns), rows)
    if asked_for("trust"):
        lines += [f"## {_safe(titled(content, 'trust').title)}", ""]
        lines += [f"- {label}: {_safe(said)}" for label, said, _ in trust_tiles.tiles(content)] + [""]
    return "\n".join(lines)


def _said(cell: object) -> str:
    # Drawings say nothing in text.
    return cell.text if isinstance(cell, Asked) else cell if type(cell) is str else ""
