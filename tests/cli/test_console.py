"""Progress on terminals and in logs, tables and JSON."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys

import numpy as np
import pandas as pd

from forkmodel.cli import console
from forkmodel.cli.console import LineProgress, print_json, print_table
from forkmodel.json_text import json_ready

STEPS = """
import time
from forkmodel.cli.console import show_progress
with show_progress() as progress:
    progress("data", 0.0, "")
    for step in range(1, 4):
        progress("sample", step / 3, f"{step} of 3 steps")
        time.sleep(0.15)
"""


def test_a_log_gets_plain_lines():
    done = subprocess.run([sys.executable, "-c", STEPS], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    assert "Set up" in done.stderr
    assert "Sample 33%: 1 of 3 steps" in done.stderr
    assert "\x1b" not in done.stderr


def test_a_terminal_gets_bars():
    reader, writer = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100"}
    done = subprocess.run([sys.executable, "-c", STEPS], stderr=writer, env=environment, check=True)
    os.close(writer)
    shown = os.read(reader, 100_000).decode()
    os.close(reader)
    assert done.returncode == 0
    assert "Sample" in shown
    assert "3 of 3 steps" in shown
    assert "\x1b[" in shown


def test_long_stages_are_reported_again(capsys, monkeypatch):
    monkeypatch.setattr(console, "LINE_SECONDS", 0.02)
    with LineProgress() as progress:
        progress("compile", 0.0, "first run takes minutes")
        progress._over.wait(0.2)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) > 2
    assert all("Compile: first run takes minutes" in line for line in lines)


def test_json_has_no_numbers_that_json_lacks(capsys):
    document = {
        "nan": float("nan"),
        "array": np.array([1.0, np.inf]),
        "count": np.int64(3),
        "flag": np.bool_(True),
        "day": pd.Timestamp("2026-07-31"),
        "missing": pd.NaT,
    }
    print_json(document)
    assert json.loads(capsys.readouterr().out) == {
        "nan": None,
        "array": [1.0, None],
        "count": 3,
        "flag": True,
        "day": "2026-07-31",
        "missing": None,
    }
    assert json_ready((1, "a", None)) == [1, "a", None]


def test_tables_are_printed_whole_and_unwrapped(capsys):
    print_table(["name", "value"], [("long " * 60, 1.23456), ("[bold]text", None)], title="Title")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Title"
    assert any("long " * 59 in line and line.endswith("1.235") for line in lines)
    assert any("[bold]text" in line for line in lines)
    assert all(line == line.rstrip() for line in lines)


TABLE = """
from forkmodel.cli.console import print_table
rows = [(f"K{place}", "words that go on " * 6, "0.211 ± 0.009", 0.42) for place in range(3)]
print_table(["claim", "statement", "probability", "value"], rows)
"""


def test_a_table_keeps_its_figures_whole_on_a_terminal():
    reader, writer = pty.openpty()
    environment = {**os.environ, "TERM": "dumb", "COLUMNS": "80", "PYTHONIOENCODING": "utf-8"}
    subprocess.run([sys.executable, "-c", TABLE], stdout=writer, env=environment, check=True)
    os.close(writer)
    lines = os.read(reader, 100_000).decode().splitlines()
    os.close(reader)
    assert all(len(line) <= 80 for line in lines)
    assert sum("0.211 ± 0.009" in line for line in lines) == 3
    assert sum(line.count("words") for line in lines) == 18


def test_a_long_stage_says_what_is_left(capsys, monkeypatch):
    monkeypatch.setattr(console, "LINE_SECONDS", 0.05)
    with LineProgress() as progress:
        progress("sample", 0.5, "half of it")
        progress._over.wait(0.2)
    first, *later = capsys.readouterr().err.splitlines()
    assert "left" not in first
    assert later
    # Half of it took as long as the other half will.
    assert all(line.endswith("Sample 50%: half of it (about 0 s left)") for line in later)


def test_names_from_elsewhere_cannot_steer_a_terminal(capsys):
    print_table(["name"], [("a\x1b[31mb\x9b2J\u202ec\x07",)])
    shown = capsys.readouterr().out
    assert r"a\x1b[31mb\x9b2J\u202ec\x07" in shown
    assert all(letter.isprintable() or letter == "\n" for letter in shown)


def test_names_from_elsewhere_cannot_steer_a_terminal_in_json_either(capsys):
    named = {"name": "a\x1b[31mb\x9b2J\u202ec\x07", "and": "桦 é <b> =1+1"}
    print_json(named)
    shown = capsys.readouterr().out
    assert all(letter.isprintable() or letter == "\n" for letter in shown)
    assert "桦 é <b> =1+1" in shown
    assert json.loads(shown) == named
