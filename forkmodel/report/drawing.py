"""One figure as a drawing that stands alone: title, key, panels with their units, and the caption."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from forkmodel.report import text
from forkmodel.report.layout import Figure
from forkmodel.report.palette import COLOURS, STATIC_FONT, light
from forkmodel.report.static import chart_svg
from forkmodel.report.templating import fill, templates

__all__ = ["Row", "draw_figure", "draw_rows"]

#: Pixels: the whole drawing, its margin, and the space between two panels.
WIDTH, MARGIN, GAP = 960, 24, 24
#: Pixels of a strip and its place between label and numbers.
STRIP, STRIP_AT, NUMBERS_AT = 320, 430, 770
#: Mean width of a letter, as a part of the size of the type; wide enough for every usual font.
LETTER = 0.52
#: Shapes of a key, ten pixels wide.
SHAPES = {
    "band": "M0,0h14v10h-14z",
    "circle": "M5,0a5,5 0 1 0 .01,0z",
    "square": "M0,0h10v10h-10z",
    "diamond": "M5,-1l6,6l-6,6l-6,-6z",
    "triangle-up": "M5,0l5,10h-10z",
}


@dataclass(frozen=True)
class Row:
    """One row of strips: what it is, its drawing, and its numbers; without a drawing a heading."""

    label: str
    drawing: Markup | None = None
    numbers: str = ""


@dataclass(frozen=True)
class _Words:
    """One line of type."""

    x: float
    y: float
    size: int
    words: str
    bold: bool = False
    colour: str = COLOURS["ink"][0]


@dataclass
class _Canvas:
    """What was put on the drawing so far; ``y`` is where it ends."""

    y: float = MARGIN
    lines: list[_Words] = field(default_factory=list)
    keys: list[dict[str, Any]] = field(default_factory=list)
    drawings: list[dict[str, Any]] = field(default_factory=list)

    def write(
        self, words: str, size: int, *, x: float = MARGIN, width: float = WIDTH - 2 * MARGIN, **look: Any
    ) -> float:
        """Write words in as many lines as they need from ``y`` on, and return where they end."""
        y = self.y
        for line in textwrap.wrap(words, max(int(width / (size * LETTER)), 8), break_on_hyphens=False):
            y += size * 1.35
            self.lines.append(_Words(round(x, 1), round(y - size * 0.3, 1), size, line, **look))
        return y

    def finish(self, title: str, told: str, caption: str, style: str = "") -> str:
        """Write the caption under everything, and return the drawing."""
        self.y = self.write(caption, 11, colour=COLOURS["muted"][0]) + MARGIN
        return fill(
            templates(),
            "figure.svg",
            width=WIDTH,
            height=round(self.y),
            title=title,
            told=told,
            font=STATIC_FONT,
            style=Markup(style),  # noqa: S704 - the package's own
            lines=self.lines,
            keys=self.keys,
            drawings=self.drawings,
        )


def _heading(title: str, entries: Sequence[tuple[str, str, str]]) -> _Canvas:
    """Return a drawing that begins with title and key; entries are label, colour and shape."""
    canvas = _Canvas()
    canvas.y = canvas.write(title, 18, bold=True) + 8
    x = float(MARGIN)
    for label, colour, shape in entries:
        canvas.keys.append({"x": x, "y": canvas.y + 2, "path": SHAPES[shape], "colour": light(colour)})
        canvas.lines.append(_Words(x + 20, canvas.y + 11, 12, label))
        x += 40 + len(label) * 12 * LETTER
    canvas.y += 22 if entries else 0
    return canvas


def _height(body: str) -> float:
    found = re.search(r'<svg[^>]* height="([\d.]+)"', body)
    return float(found[1]) if found else 0.0


def draw_figure(figure: Figure, warning: str = "") -> str:
    """Return a figure of the page as SVG in light colours.

    Parameters
    ----------
    figure : Figure
        One with panels.
    warning : str
        What stands before everything else that is said of it.
    """
    entries = [(entry.label, entry.colour, entry.shape) for entry in figure.legend]
    canvas = _heading(
        f"{figure.title} ({text.PRIOR_DRIVEN})" if figure.prior_driven else figure.title, entries
    )
    width = (WIDTH - 2 * MARGIN - GAP * (figure.columns - 1)) / figure.columns
    for first in range(0, len(figure.panels), figure.columns):
        row = figure.panels[first : first + figure.columns]
        tops = []
        for place, panel in enumerate(row):
            x = MARGIN + place * (width + GAP)
            driven = f" ({text.PRIOR_DRIVEN})" if panel.prior_driven else ""
            tops.append(canvas.write(panel.title + driven, 12, x=x, width=width, bold=True))
        top = max(tops)
        ends = []
        for place, panel in enumerate(row):
            x = MARGIN + place * (width + GAP)
            canvas.lines.append(_Words(x, top + 14, 11, panel.unit, colour=COLOURS["muted"][0]))
            body = chart_svg(panel.spec, f"{figure.key}-{first + place}", int(width))
            canvas.drawings.append({"x": x, "y": top + 20, "body": body})
            ends.append(top + 20 + _height(body))
        canvas.y = max(ends) + 14
    told = " ".join(str(panel.spec["description"]) for panel in figure.panels)
    marked = figure.prior_driven or any(panel.prior_driven for panel in figure.panels)
    driven = (
        f"{text.PRIOR_DRIVEN.capitalize()}: {text.PRIOR_DRIVEN_HELP[:1].lower()}{text.PRIOR_DRIVEN_HELP[1:]}"
    )
    driven = driven if marked else ""
    caption = " ".join(
        part for part in (warning, driven, figure.caption, figure.caution, figure.missing) if part
    )
    return canvas.finish(figure.title, told, caption)


#: How strips look; the page says the same in its style sheet.
STRIP_STYLE = (
    ".strip{overflow:visible}.strip line,.strip circle{stroke:currentColor;fill:currentColor}"
    ".strip .bar{stroke-width:3.4;opacity:.38}.strip .b1{stroke-width:5;opacity:.6}"
    ".strip circle{stroke:#ffffff;stroke-width:1}.strip .rail{stroke:var(--line);stroke-width:1}"
    ".strip .rule{stroke:var(--yardstick);stroke-dasharray:3 3;stroke-width:1;opacity:.7}"
    ".strip .today{fill:none;stroke:var(--yardstick);stroke-width:1.3}"
)


def draw_rows(
    title: str,
    entries: Sequence[tuple[str, str, str]],
    rows: Sequence[Row],
    caption: str,
    axis: Sequence[str] = (),
) -> str:
    """Return a picture of strips, one row a label, as SVG in light colours.

    Parameters
    ----------
    title : str
        What it shows.
    entries : sequence of tuple
        The key: label, colour and shape.
    rows : sequence of Row
        From the top down.
    caption : str
        Unit, source, draws and what the numbers are conditional on.
    axis : sequence of str
        What stands over the strips at even distances, from end to end, where all have one scale.
    """
    canvas = _heading(title, entries)
    for place, words in enumerate(axis):
        x = STRIP_AT + place * STRIP / (len(axis) - 1) - len(words) * 11 * LETTER / 2
        canvas.lines.append(_Words(round(x, 1), canvas.y + 11, 11, words, colour=COLOURS["muted"][0]))
    for row in rows:
        if not row.drawing:
            canvas.y += 8
            canvas.y = canvas.write(row.label, 13, bold=True) + 4
            continue
        inside = str(row.drawing).replace('width="100%"', f'width="{STRIP}"', 1)
        canvas.drawings.append(
            {"x": STRIP_AT, "y": canvas.y, "body": Markup(light(inside))}  # noqa: S704 - the package's own
        )
        ends = (
            canvas.write(row.label, 11, width=STRIP_AT - MARGIN - 20),
            canvas.write(row.numbers, 11, x=NUMBERS_AT, width=WIDTH - MARGIN - NUMBERS_AT),
            canvas.y + _height(str(row.drawing)),
        )
        canvas.y = max(ends) + 4
    told = " ".join(f"{row.label}: {row.numbers}." for row in rows if row.numbers)
    canvas.y += 8
    return canvas.finish(title, told, caption, light(STRIP_STYLE))
