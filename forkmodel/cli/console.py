"""What the command line prints: tables and JSON on stdout, progress on stderr."""

from __future__ import annotations

import io
import os
import sys
import textwrap
import threading
import time
import warnings
from collections.abc import Iterable, Sequence
from shutil import get_terminal_size
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

from forkmodel.cli.terminal_width import column_widths, paragraph
from forkmodel.json_text import json_ready, json_text

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

__all__ = [
    "BarProgress",
    "LineProgress",
    "prepare_streams",
    "print_json",
    "print_table",
    "printable",
    "say",
    "show_progress",
]

#: Seconds between two lines where there is no terminal to draw a bar on.
LINE_SECONDS = 30.0

#: Wide enough for any table without a terminal (letters).
PAPER_WIDTH = 10_000

#: Stages of a run and what the reader sees.
STAGES = {
    "data": "Set up",
    "read": "Read fit",
    "compile": "Compile",
    "sample": "Sample",
    "stop": "Stop",
    "derive": "Review",
    "report": "Report",
    "fits": "Jobs",
    "score": "Score",
}


def print_json(document: object) -> None:
    """Print one JSON document on stdout; characters that stdout lacks are escaped, not replaced."""
    text = json_text(document)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json_text(document, only_ascii=True)
    sys.stdout.write(text)


def prepare_streams() -> None:
    """Make stdin, stdout and stderr usable whatever the environment: call once, before anything is printed.

    A stream that the caller closed swallows what is written, as ``/dev/null`` would. Characters that the
    encoding of a stream lacks are replaced. Warnings of libraries are not for readers of a command's output,
    unless Python was asked for them (``-W``, ``PYTHONWARNINGS``).
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            # The lowest free descriptor is the closed one: no data file may end up behind it.
            while (opened := os.open(os.devnull, os.O_RDWR)) < number:
                pass
            if opened > number:
                os.dup2(opened, number)
                os.close(opened)
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    if not sys.warnoptions:
        warnings.simplefilter("ignore")


def printable(text: str) -> str:
    """Return text without what would move the cursor or change colours: a terminal obeys such letters.

    Names in data come from elsewhere. Line ends stay; other letters that do not print are written as escapes.
    """
    if text.isprintable():
        return text
    return "".join(
        letter if letter.isprintable() or letter == "\n" else letter.encode("unicode_escape").decode()
        for letter in text
    )


def say(words: object, *, err: bool = False) -> None:
    """Print a line on stdout or stderr, with whatever names of data are in it made printable."""
    print(printable(str(words)), file=sys.stderr if err else sys.stdout)


def _cell(value: Any) -> str:
    value = json_ready(value)
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else printable(str(value))


def _left(seconds: float, fraction: float) -> str:
    """Return how long a stage goes on if it keeps its pace, in words."""
    rest = seconds * (1.0 - fraction) / fraction
    return f"about {rest:.0f} s left" if rest < 90.0 else f"about {rest / 60.0:.0f} min left"


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str | None = None) -> None:
    """Print a table on stdout; numbers stand on the right, missing values are blank.

    Without a terminal there is no width to keep to, and every row is one line. On a terminal a table wraps
    between words; one that has more columns than that allows is printed row by row, each a paragraph.

    Parameters
    ----------
    columns : sequence of str
        Headings.
    rows : iterable of sequences
        Cells, one per heading.
    title : str, optional
        Line above the table.
    """
    columns, cells = [printable(column) for column in columns], [list(row) for row in rows]
    texts = [[_cell(value) for value in row] for row in cells]
    numeric = [
        any(isinstance(json_ready(row[place]), int | float) for row in cells) for place in range(len(columns))
    ]
    if not sys.stdout.isatty():
        shown = _drawn(columns, texts, numeric, title, PAPER_WIDTH)
        sys.stdout.write("\n".join(line.rstrip() for line in shown.splitlines()).rstrip() + "\n")
        return
    width = get_terminal_size().columns
    widths = column_widths([columns, *texts], width)
    if widths is not None:
        sys.stdout.write(_drawn(columns, texts, numeric, title, width, widths))
        return
    head = [] if title is None else textwrap.wrap(printable(title), width)
    blocks = ["\n".join(head)] * bool(head) + [paragraph(columns, row, width) for row in texts]
    sys.stdout.write("\n\n".join(blocks) + "\n")


def _drawn(
    columns: Sequence[str],
    texts: Sequence[Sequence[str]],
    numeric: Sequence[bool],
    title: str | None,
    width: int,
    widths: Sequence[int | None] | None = None,
) -> str:
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    edges = widths is None
    table = Table(
        title=title and escape(printable(title)),
        box=box.SIMPLE,
        title_justify="left",
        show_edge=edges,
        pad_edge=edges,
    )
    for column, right, wanted in zip(columns, numeric, widths or [None] * len(columns), strict=True):
        justify: Literal["right", "left"] = "right" if right else "left"
        table.add_column(escape(column), justify=justify, overflow="fold", width=wanted)
    for row in texts:
        table.add_row(*map(escape, row))
    paper = Console(file=io.StringIO(), width=width, highlight=False)
    with paper.capture() as capture:
        paper.print(table)
    return capture.get()


class LineProgress:
    """Progress as plain lines on stderr: one per stage, and one every half minute within a long one.

    Called as ``progress(stage, fraction, message)``, from any thread.
    """

    def __init__(self) -> None:
        self._begin = self._stage_begin = time.monotonic()
        self._stage = ""
        self._line = ""
        self._fraction = 0.0
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._heart = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> Self:
        """Start the clock."""
        self._heart.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the lines."""
        self._over.set()
        self._heart.join()

    def __call__(self, stage: str, fraction: float, message: str = "") -> None:
        """Take the newest state; print it if it opens a stage."""
        share = f" {fraction:.0%}" if fraction > 0 else ""
        note = f": {printable(message)}" if message else ""
        with self._lock:
            self._line, self._fraction = f"{STAGES.get(stage, stage)}{share}{note}", fraction
            if stage != self._stage:
                self._stage, self._stage_begin = stage, time.monotonic()
                self._print()

    def _print(self) -> None:
        now = time.monotonic()
        going = 0.0 < self._fraction < 1.0 and now - self._stage_begin > LINE_SECONDS / 2
        rest = f" ({_left(now - self._stage_begin, self._fraction)})" if going else ""
        sys.stderr.write(f"{now - self._begin:5.0f} s  {self._line}{rest}\n")
        sys.stderr.flush()

    def _beat(self) -> None:
        while not self._over.wait(LINE_SECONDS):
            with self._lock:
                if self._line:
                    self._print()


class BarProgress:
    """Progress as one bar per stage on a terminal's stderr.

    Called as ``progress(stage, fraction, message)``, from any thread.
    """

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

        self._bars: Bars = Progress(
            TextColumn("{task.description:<9}"),
            BarColumn(bar_width=24),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[message]}", markup=False),
            console=Console(stderr=True),
        )
        self._stage = ""
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        """Start drawing."""
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the last bar, filled if all went well."""
        if kind is None:
            self._fill()
        self._bars.stop()

    def __call__(self, stage: str, fraction: float, message: str = "") -> None:
        """Draw the newest state; a stage that reports no fraction pulses."""
        message = printable(message)
        if stage != self._stage:
            # What was stopped did not come to its end.
            if stage != "stop":
                self._fill()
            self._stage = stage
            self._task = self._bars.add_task(STAGES.get(stage, stage), total=None, message=message)
        if self._task is not None:
            total = 1.0 if fraction > 0 else None
            self._bars.update(self._task, total=total, completed=fraction, message=message)

    def _fill(self) -> None:
        if self._task is not None:
            self._bars.update(self._task, total=1.0, completed=1.0)


def show_progress() -> BarProgress | LineProgress:
    """Return bars if stderr is a terminal, plain lines otherwise; use it as a context manager."""
    return BarProgress() if sys.stderr.isatty() else LineProgress()
