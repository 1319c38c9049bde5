"""The printed report: a document with every section in it, nothing cut, and whole or not there at all."""

from __future__ import annotations

import re
import shutil

import pytest
from explorer_worlds import HOSTILE, explored

from forkmodel.errors import ForkModelError
from forkmodel.report import browser, check_report, write_report
from forkmodel.report.page import render
from forkmodel.report.sections_text import SECTIONS

needs_browser = pytest.mark.skipif(
    not any(shutil.which(name) for name in browser.NAMES), reason="no Chromium on this machine"
)


@pytest.fixture(scope="module")
def content(synthetic):
    return explored(synthetic)[0]


@pytest.fixture(scope="module")
def paper(content):
    return render(content, paper=True)


def marked(paper: str) -> tuple[str, int]:
    """Return the page with a number at the top and at the foot of each chart, and how many there are."""
    parts = re.split(r'(?<=<div class="plot">)(<svg.*?)(</svg>)', paper, flags=re.S)
    for place in range(1, len(parts), 3):
        height = re.search(r' height="(\d+)"', parts[place])[1]
        for name, y in (("top", 0), ("foot", height)):
            parts[place] += f'<text x="99" y="{y}" font-size="2">{name}{place // 3}.</text>'
    return "".join(parts), len(parts) // 3


@pytest.fixture(scope="module")
def printed(paper):
    pdf = pytest.importorskip("pypdfium2", reason="pypdfium2 is not installed")
    document = pdf.PdfDocument(browser.print_pdf(marked(paper)[0], browser.find_chromium()))
    yield document
    document.close()


def words(document) -> list[str]:
    return [" ".join(page.get_textpage().get_text_range().split()) for page in document]


def test_paper_holds_every_section_and_runs_no_script(paper):
    for key in SECTIONS:
        assert (f'id="{key}"' in paper) is (key != "explorer")
    assert "<script" not in paper
    assert HOSTILE not in paper
    assert "data:text/csv" not in paper
    assert "prefers-color-scheme" not in paper
    inner = set(re.findall(r'href="#([\w-]+)"', paper))
    assert inner <= set(re.findall(r'id="([\w-]+)"', paper))


def test_every_chart_is_drawn_and_described(paper, content):
    places = re.findall(r'<div class="plot">(<svg[^>]*>)?', paper)
    assert len(places) > 40
    assert all('aria-label="' in place for place in places)
    # Drawings on one page share a name space: what one refers to must be its own.
    names = re.findall(r'id="([^"]+)"', paper)
    assert len(names) == len(set(names))


def test_only_the_sections_asked_for_are_printed(content):
    some = render(content, ["buyer", "price"], paper=True)
    assert re.findall(r'<section class="annex" id="([\w-]+)"', some) == ["price-detail"]
    assert '<section id="claims"' not in some
    assert '<section id="buyer"' in some


@needs_browser
def test_the_document_has_numbered_pages_and_all_its_parts(printed):
    pages = words(printed)
    assert 12 <= len(pages) <= 40
    assert all(f"{place} / {len(pages)} " in page for place, page in enumerate(pages, 1))
    head = "The AI fork: who ends up with the market? Data up to 31 July 2026"
    assert [page.startswith(head) for page in pages] == [False] + [True] * (len(pages) - 1)
    whole = " ".join(pages)
    for part in (
        "Contents",
        "The race",
        "For a buyer",
        "Annex A. What this report does not tell you",
        "Sources",
    ):
        assert part in whole
    assert "Explore the worlds" not in whole
    # No page but the last is left almost empty.
    assert min(len(page) for page in pages[:-1]) > 200


@needs_browser
def test_no_chart_is_cut_by_the_end_of_a_page(printed, paper):
    pages = words(printed)
    for chart in range(marked(paper)[1]):
        places = [[mark in page for page in pages] for mark in (f"top{chart}.", f"foot{chart}.")]
        assert places[0] == places[1]
        assert sum(places[0]) == 1


def test_without_a_browser_the_next_command_is_named(content, tmp_path, monkeypatch):
    monkeypatch.setattr(browser.shutil, "which", lambda name: None)
    target = tmp_path / "report.pdf"
    for call in (lambda: check_report(target, None), lambda: write_report(content, target)):
        with pytest.raises(ForkModelError, match=r"sudo apt-get install chromium.*--to report\.html"):
            call()
    assert not target.exists()


def test_a_browser_that_fails_leaves_the_old_file(content, tmp_path, monkeypatch):
    monkeypatch.setattr(browser.shutil, "which", lambda name: "/bin/false")
    target = tmp_path / "report.pdf"
    target.write_bytes(b"mine")
    with pytest.raises(ForkModelError, match="ended with status 1 and without a PDF"):
        write_report(content, target, ["provenance"])
    assert target.read_bytes() == b"mine"
    assert [path.name for path in tmp_path.iterdir()] == ["report.pdf"]
