"""Names that other media would obey: markup, formulas, escapes of a terminal. Nothing obeys them anywhere."""

from __future__ import annotations

import base64
import csv
import html
import io
import json
import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import invented
import pytest
from typer.testing import CliRunner

import forkmodel as fm
from forkmodel.cli.console import print_table, printable, say
from forkmodel.cli.main import app
from forkmodel.data.read import check_data
from forkmodel.errors import DataError
from forkmodel.fit import Fit
from forkmodel.inference.verdict import PASS, Check, Review
from forkmodel.report.assemble import report_content
from forkmodel.report.embedded import script_json
from forkmodel.report.markdown import render_markdown
from forkmodel.report.page import render

SCRIPT = "<script>alert(1)</script>"
BREAK_OUT = "\"'></script><img src=x onerror=alert(1)>"
FORMULA = "=cmd|' /C calc'!A0"
LONG = "Ж" * 400
#: Developer: access, models, price; the first two are closed.
LABS = {
    SCRIPT: ("closed", 3, 4.0),
    FORMULA: ("closed", 2, 3.0),
    BREAK_OUT: ("closed", 2, 2.5),
    f"@x {{{{ 7*7 }}}} [red]{LONG}": ("open_weights", 3, 0.5),
    "+1 | ${x} `b` 日本": ("open_weights", 2, 0.4),
}
ROUTER = "=1+<b>Netz</b>"
PASSED = Review((Check("made up", PASS, 1.0, 1.0, ""),))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = invented.write(tmp_path_factory.mktemp("hostile"), LABS, months=4, router=ROUTER)
    for name in ("prices", "sources"):
        text = (place / f"{name}.csv").read_text(encoding="utf-8")
        (place / f"{name}.csv").write_text(
            text.replace("Hostia", "<i>Hostia</i>").replace("Invented rows", SCRIPT), encoding="utf-8"
        )
    return place


@pytest.fixture(scope="module")
def fit(folder):
    return fm.ForkModel(fm.read_data(folder)).prior(draws=110)


@pytest.fixture(scope="module")
def content(fit):
    return report_content(fit.result)


class Elements(HTMLParser):
    """The elements of a page as a browser sees them, and the text between them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: dict[str, int] = {}
        self.handlers: list[str] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags[tag] = self.tags.get(tag, 0) + 1
        self.handlers += [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data):
        self.words.append(data)


@pytest.fixture(scope="module")
def page(content):
    return render(content)


def test_a_page_holds_names_as_text(page):
    found = Elements(page)
    # Specifications, configuration, renderer and loader.
    assert found.tags["script"] == 4
    assert not {"img", "b"} & set(found.tags)
    assert found.handlers == []
    words = "".join(found.words)
    for name in (ROUTER, SCRIPT):
        assert name in words
    (specs,) = re.findall(r'<script type="application/json" id="specs">(.*?)</script>', page, flags=re.S)
    assert SCRIPT in json.dumps(json.loads(specs))


def test_no_download_holds_a_formula(page):
    links = re.findall(r"data:text/csv;base64,([A-Za-z0-9+/=]+)", html.unescape(page))
    assert len(links) > 3
    tables = [csv.reader(io.StringIO(base64.b64decode(link).decode())) for link in links]
    check_cells([cell for table in tables for row in table for cell in row])


def check_cells(cells):
    assert any(FORMULA in cell for cell in cells)
    assert [cell for cell in cells if re.match(r"[=+@]|-(?!\d)", cell)] == []


def test_markdown_takes_names_for_words(content):
    assert not re.search(r"(?<!\\)<(script|img|b|i)\b", render_markdown(content))


def test_an_explorer_cannot_be_left_by_a_name():
    kept = script_json({SCRIPT: [BREAK_OUT, "\u2028", FORMULA]})
    assert "<" not in kept
    assert json.loads(kept) == {SCRIPT: [BREAK_OUT, "\u2028", FORMULA]}


def test_every_command_prints_names_and_obeys_none(folder, fit, tmp_path):
    file, again = tmp_path / "fit.nc", tmp_path / "again"
    Fit(replace(fit.result, review=PASSED)).save(file)
    for words in (
        ("data", "check", folder),
        ("data", "diff", "snapshot", folder),
        ("data", "show", folder, "models"),
        ("query", file, "hhi.openrouter_tokens[2028-Q1] > 100"),
        ("merger", file, "--firms", f"{SCRIPT},{FORMULA}", "--market", "openrouter_tokens"),
        ("forecast", file, "--out", tmp_path / "forecast.nc", "--horizon", "2029"),
    ):
        done = CliRunner().invoke(app, list(map(str, words)))
        assert done.exit_code == 0, (words, done.output, done.exception)
        check_printable(done.output)
    fm.write_data(fm.read_data(folder), again)
    cells = []
    for path in again.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as rows:
            cells += [cell for row in csv.reader(rows) for cell in row]
    check_cells(cells)


def check_printable(text):
    assert [letter for letter in text if not letter.isprintable() and letter != "\n"] == []


@pytest.mark.parametrize("mark", ["\x1b[31m", "\u202e", "\x07", "a\nb", "\u2028"])
def test_names_that_a_terminal_obeys_are_refused_and_shown_as_escapes(mark, tmp_path):
    labs = {f"Aur{mark}ora": ("closed", 2, 4.0), "Cirrus": ("open_weights", 2, 0.5)}
    place = invented.write(tmp_path / "mine", labs, months=2)
    assert check_data(place)
    done = CliRunner().invoke(app, ["data", "check", str(place)])
    assert done.exit_code == 2
    check_printable(done.output)


def test_lines_titles_headings_and_cells_are_printable(capsys):
    bad = "a\x1b[31mb\u202ec"
    say(bad)
    say(bad, err=True)
    print_table([bad, "x"], [[bad, 1.0]], title=bad)
    done = capsys.readouterr()
    for said in (done.out, done.err):
        assert "\x1b" not in said
        assert "\u202e" not in said
        assert printable(bad) in said


def test_shares_of_firms_of_such_names(tmp_path):
    cloud = Path(__file__).parents[1] / "examples" / "cloud"
    shutil.copytree(cloud, tmp_path / "cloud")
    table = tmp_path / "cloud" / "structure.csv"
    text = table.read_text(encoding="utf-8").replace(",AWS,", ",'=1+<b>AWS</b>,")
    table.write_text(text.replace("Google", "\x1b[31mGoogle"), encoding="utf-8")
    refused = CliRunner().invoke(app, ["shares", str(tmp_path / "cloud")])
    assert isinstance(refused.exception, DataError)
    table.write_text(text, encoding="utf-8")
    done = CliRunner().invoke(app, ["shares", str(tmp_path / "cloud"), "--draws", "50", "--json"])
    assert "=1+<b>AWS</b>" in json.loads(done.stdout)["firms"]
