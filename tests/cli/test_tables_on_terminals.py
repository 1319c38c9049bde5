"""Tables of every command that answers without a fit: whole in 80 columns, and one line a row in a pipe."""

from __future__ import annotations

import os
import re
import sys
import threading

import pytest

from forkmodel.cli.console import _cell, print_table
from forkmodel.cli.main import app
from forkmodel.cli.terminal_width import LONGEST_WORD
from forkmodel.package_files import SNAPSHOT

WIDTH = 80
#: Commands that print a table of what comes with the package.
COMMANDS = [
    ["claims"],
    ["doctor", "--fast"],
    ["data", "check", str(SNAPSHOT)],
    ["data", "import", "list"],
    ["data", "show"],
    *(["data", "show", table] for table in ("models", "scores", "prices", "usage", "revenue", "sources")),
    ["data", "show", "prices", "--model", "gpt-4.1", "--as-of", "2026-01-01"],
    ["priors", "show"],
    ["scenarios", "show"],
    ["scenarios", "levers"],
    ["shares", "examples/cloud"],
]


def on_a_terminal(print_it, monkeypatch):
    """Return what is shown on a terminal of 80 columns."""
    reader, writer = os.openpty()
    seen = []

    def listen():
        try:
            while part := os.read(reader, 65536):
                seen.append(part)
        except OSError:  # how Linux says that the other end is closed
            return

    listener = threading.Thread(target=listen)
    listener.start()
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    monkeypatch.setenv("TERM", "dumb")
    with open(writer, "w", encoding="utf-8") as terminal, monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", terminal)
        print_it()
    listener.join()
    os.close(reader)
    return b"".join(seen).decode().replace("\r\n", "\n")


def tables_of(words, monkeypatch):
    """Return headings, cells and title of each table that a command prints."""
    found = []
    for module in {name for name in sys.modules if name.startswith("forkmodel.cli.")}:
        if hasattr(sys.modules[module], "print_table"):
            monkeypatch.setattr(
                sys.modules[module], "print_table", lambda *args, **named: found.append((args, named))
            )
    app(words, standalone_mode=False)
    monkeypatch.undo()
    return [((args[0], [list(row) for row in args[1]], *args[2:]), named) for args, named in found]


@pytest.fixture(params=COMMANDS, ids=" ".join)
def tables(request, monkeypatch):
    found = tables_of(request.param, monkeypatch)
    assert found
    return found


def words_of(text):
    return re.findall(r"\S+", text)


def test_every_command_prints_tables_that_fit_and_lose_nothing(tables, monkeypatch, capsys):
    for args, named in tables:
        shown = on_a_terminal(lambda args=args, named=named: print_table(*args, **named), monkeypatch)
        assert max(map(len, shown.splitlines())) <= WIDTH
        capsys.readouterr()
        print_table(*args, **named)
        piped = capsys.readouterr().out
        rows = [line for line in piped.splitlines() if line.strip()]
        title = named.get("title") or (args[2] if len(args) > 2 else None)
        # Title, headings and a rule stand above the rows.
        assert len(rows) == len(args[1]) + 2 + bool(title)
        # No word is broken but those that are longer than a column can be; no empty column needs a heading.
        empty = {name for place, name in enumerate(args[0]) if not any(_cell(row[place]) for row in args[1])}
        words = words_of(piped.replace("─", ""))
        short = [word for word in words if len(word) <= LONGEST_WORD and word not in empty]
        on_screen = set(words_of(shown))
        missing = [word for word in short if word not in on_screen and f"{word}:" not in on_screen]
        assert not missing


def test_more_columns_than_fit_become_a_paragraph_a_row(monkeypatch):
    columns = ["name", *(f"a_long_heading_{place}" for place in range(8)), "statement"]
    rows = [
        [f"row-{row}", *(row / 10 + place for place in range(8)), "words that go on " * 8] for row in (1, 2)
    ]
    shown = on_a_terminal(lambda: print_table(columns, rows, title="Title"), monkeypatch)
    title, first, second = shown.strip().split("\n\n")
    assert title == "Title"
    assert first.splitlines()[0] == "name: row-1"
    assert "a_long_heading_7: 7.1" in first
    assert "a_long_heading_7: 7.2" in second
    assert second.count("words") == 8
