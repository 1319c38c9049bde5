"""Every chart of the report as a file: a drawing, its numbers, and a list of them all."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from forkmodel.report import claims_chart, claims_table, opening, scenario_chart, text
from forkmodel.report.content import ReportContent
from forkmodel.report.drawing import Row, draw_figure, draw_rows
from forkmodel.report.findings import finding
from forkmodel.report.formatting import day_label
from forkmodel.report.frames import claims_csv, effects_csv
from forkmodel.report.overview import charted
from forkmodel.report.palette import colour
from forkmodel.whole_files import staged_files

__all__ = ["FIGURES_INDEX", "FIGURE_NAMES", "write_figures"]

FIGURES_INDEX = "figures.json"
#: Pictures of strips, which are no figures of a charted section.
STRIPS = ("markets", "claims", "scenarios")
#: Of probabilities.
AXIS = ("0", "50%", "100%")
#: Names of all drawings that there can be; they do not change.
FIGURE_NAMES = (*STRIPS, *text.FIGURES)


@dataclass(frozen=True)
class Drawn:
    """One chart: its name and section, what is said of it, its drawing and its numbers."""

    name: str
    section: str
    title: str
    caption: str
    svg: str
    csv: str


def _both() -> list[tuple[str, str, str]]:
    return [(label, colour(access), "band") for access, label in text.ACCESS.items()]


def _warning(content: ReportContent) -> str:
    return text.FAILED_FIGURE if content.failed else ""


def _markets(content: ReportContent) -> Drawn:
    note = f"{_warning(content)} {text.markets_note(content.draws, day_label(content.vintage))}".lstrip()
    rows = []
    for market in opening.markets(content):
        rows.append(Row(market.title))
        for row in market.rows:
            said = "; ".join(f"{middle} ({ends})" for _, middle, ends in row.numbers)
            tag = f" ({text.PRIOR_DRIVEN})" if row.prior_driven else ""
            rows.append(Row(f"{row.label}{tag}", row.drawing, said))
    found = finding(content, "demand").title
    title = text.MARKETS_TITLE if content.failed or not found else found
    return Drawn(
        "markets", "answer", title, note, draw_rows(title, _both(), rows, note), opening.markets_csv(content)
    )


def _claims(content: ReportContent) -> Drawn:
    assert content.forecast is not None  # noqa: S101 - the caller checks; narrows the type
    names = claims_table.sides(content)
    entries = [(text.side(name), colour(text.SIDE_COLOURS.get(name, "neutral")), "circle") for name in names]
    rows = []
    for group in claims_chart.claim_groups(content):
        rows.append(Row(group.title))
        for claim in group.claims:
            rows.append(
                Row(f"{claim.id} {claim.statement} ({claim.event})", claim.drawing, " · ".join(claim.chances))
            )
    note = f"{text.claims_note(content.forecast.settings['draws'])} {text.TODAY_NOTE}"
    title = finding(content, "claims").title
    return Drawn(
        "claims", "claims", title, note, draw_rows(title, entries, rows, note, AXIS), claims_csv(content)
    )


def _scenarios(content: ReportContent) -> Drawn:
    assert content.forecast is not None  # noqa: S101 - the caller checks; narrows the type
    found = scenario_chart.effect_rows(content)
    rows = []
    for place, column in enumerate(scenario_chart.effect_columns(content)):
        rows.append(Row(f"{column.label}, {column.unit} ({text.BASELINE_NOTE} {column.baseline})"))
        for row in found:
            middle, span, drawing = row.cells[place]
            rows.append(Row(f"{row.scenario}: {row.meaning}", drawing, f"{middle} ({span})"))
    note = text.effects_note(content.forecast.settings["draws"])
    title = finding(content, "scenarios").title
    return Drawn(
        "scenarios", "scenarios", title, note, draw_rows(title, [], rows, note), effects_csv(content)
    )


def _drawn(content: ReportContent, wanted: Sequence[str] | None) -> Iterator[Drawn]:
    """Draw what the page shows, in its order."""

    def asked_for(key: str) -> bool:
        return key not in content.left_out and (wanted is None or key in wanted)

    if wanted is None and opening.markets(content):
        yield _markets(content)
    future = content.forecast is not None and not content.failed
    if future and asked_for("claims"):
        yield _claims(content)
    for section in charted(content, wanted):
        for figure in (*section.lead, *section.detail):
            if figure.panels:
                parts = (_warning(content), figure.caption, figure.caution)
                caption = " ".join(part for part in parts if part)
                yield Drawn(
                    figure.key,
                    section.key,
                    figure.title,
                    caption,
                    draw_figure(figure, _warning(content)),
                    figure.csv,
                )
    if future and asked_for("scenarios"):
        yield _scenarios(content)


def write_figures(
    content: ReportContent, folder: str | Path, wanted: Sequence[str] | None = None
) -> list[str]:
    """Write every chart of the page as SVG and its numbers as CSV, all or none.

    Parameters
    ----------
    content : ReportContent
        What to show. If the review failed, charts are drawn as on the page, and no claim is.
    folder : str or Path
        Where to; drawings of an earlier report that this one lacks are removed, other files stay.
    wanted : sequence of str, optional
        Sections whose charts are wanted; all, and the picture of the first screen, by default.

    Returns
    -------
    list of str
        Names of the charts, as ``figures.json`` lists them with title, section and caption.
    """
    names = [f"{name}.{kind}" for name in FIGURE_NAMES for kind in ("svg", "csv")]
    listed = []
    with staged_files(Path(folder), [*names, FIGURES_INDEX]) as waiting:
        for drawn in _drawn(content, wanted):
            files = {"svg": f"{drawn.name}.svg", "csv": f"{drawn.name}.csv"}
            for kind, name in files.items():
                (waiting / name).write_text(getattr(drawn, kind), encoding="utf-8")
            said_of = {key: value for key, value in asdict(drawn).items() if key not in files}
            listed.append({**said_of, **files, "draws": content.draws})
        index = {"vintage": f"{content.vintage:%Y-%m-%d}", "review": content.status, "figures": listed}
        (waiting / FIGURES_INDEX).write_text(
            json.dumps(index, ensure_ascii=False, indent=1), encoding="utf-8"
        )
    return [str(entry["name"]) for entry in listed]
