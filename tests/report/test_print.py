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


@pytest.fixture(scope="module")
def printed(paper):
    pdf = pytest.importorskip("pypdfium2", reason="pypdfium2 is not installed")
    document = pdf.PdfDocument(browser.print_pdf(paper, browser.find_chromium()))
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
    assert all(page.endswith(f"{place} / {len(pages)}") for place, page in enumerate(pages, 1))
    assert all("The AI fork: who ends up with the market? Data up to 31 July 2026" in p for p in pages[1:])
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
    """Every chart's unit and its last year stand on one page: as many of them there as in the page's source."""
    drawn = [
        re.sub(r"<[^>]+>", " ", body)
        for body in re.findall(r'<div class="plot">(<svg.*?</svg>)', paper, re.S)
    ]
    years = sum(body.split().count("2036") + body.split().count("2034") for body in drawn)
    found = sum(len(re.findall(r"\b(?:2034|2036)\b", page)) for page in words(printed))
    assert found >= years > 0
    height = min(page.get_height() for page in printed)
    for page in printed:
        for found in page.get_objects(max_depth=4):
            _, bottom, _, top = found.get_bounds()
            assert bottom >= -1 or top <= height + 1


def test_without_a_browser_the_next_command_is_named(content, tmp_path, monkeypatch):
    monkeypatch.setattr(browser.shutil, "which", lambda name: None)
    target = tmp_path / "report.pdf"
    for call in (lambda: check_report(target, None), lambda: write_report(content, target)):
        with pytest.raises(ForkModelError, match=r"sudo apt-get install chromium.*--to report\.html"):
            call()
    assert not target.exists()


def test_a_browser_that_fails_leaves_the_old_file(content, tmp_path, monkeypatch):
    monkeypatch.setattr("forkmodel.report.output.find_chromium", lambda: shutil.which("false"))
    target = tmp_path / "report.pdf"
    target.write_bytes(b"mine")
    with pytest.raises(ForkModelError, match="ended with status 1 and without a PDF"):
        write_report(content, target, ["provenance"])
    assert target.read_bytes() == b"mine"
    assert [path.name for path in tmp_path.iterdir()] == ["report.pdf"]
