"""A reader's templates take the place of the package's, do nothing but show, and fail by file and line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from forkmodel.errors import ForkModelError, TemplateFileError
from forkmodel.report import check_report, write_report
from forkmodel.report.templating import fill, templates

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "report-template"
HEAD = '{% extends "forkmodel/page.html" %}\n\n'


def block(words: str) -> str:
    return f"{HEAD}{{% block header %}}{words}{{% endblock %}}\n"


@pytest.fixture
def page(synthetic, tmp_path):
    """Write a page with one template of one's own."""

    def written(body: str, name: str = "page.html") -> str:
        folder = tmp_path / "templates"
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(body, encoding="utf-8")
        write_report(synthetic, tmp_path / "report.html", ["provenance"], templates=folder)
        return (tmp_path / "report.html").read_text(encoding="utf-8")

    return written


def test_the_example_of_the_docs_works(synthetic, tmp_path):
    write_report(synthetic, tmp_path / "report.html", ["provenance"], templates=EXAMPLE)
    body = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Ministry of Economic Affairs" in body
    assert "<h1>The AI fork: who ends up with the market?</h1>" in body
    assert "#004d40" in body
    assert "All numbers are posterior medians" in body


def test_text_stays_escaped_and_the_package_can_be_extended(page):
    body = page(block("<p id='mine'>{{ super() }}{{ sources[0].publisher }}</p>"))
    assert "<p id='mine'><header>" in body
    assert "A &lt;b&gt;bold&lt;/b&gt; publisher</p>" in body


def test_a_style_sheet_can_be_replaced(page):
    assert "body{margin:7px}" in page("body{margin:7px}", "page.css")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("{% if %}", "Expected an expression"),
        ("{{ nothing.here }}", "'nothing' is undefined"),
        ('{% include "logo.html" %}', "there is no template logo.html"),
        ("{{ 1 // 0 }}", "ZeroDivisionError"),
        ("{{ ''.__class__.__mro__ }}", "may not do this"),
        ("{{ content.history.to_netcdf(path) }}", "is undefined|may not do this"),
        ("{{ content.prior_posterior.to_csv('x.csv') }}", "may not do this"),
        ("{{ text.re.compile('a') }}", "may not do this"),
        ("{{ trust.np.save('x', 1) }}", "may not do this|has no attribute"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_line(page, tmp_path, words, said):
    with pytest.raises(TemplateFileError, match=said) as raised:
        page(block(words))
    assert f"{tmp_path / 'templates' / 'page.html'}, line 3: " in str(raised.value)
    assert len(str(raised.value)) < 400
    assert not (tmp_path / "report.html").exists()


def test_what_is_missing_is_said(tmp_path):
    target = tmp_path / "page.html"
    with pytest.raises(TemplateFileError, match="there is no folder"):
        check_report(target, None, tmp_path / "none")
    with pytest.raises(TemplateFileError, match="has the name of a template"):
        check_report(target, None, tmp_path)
    (tmp_path / "pgae.html").write_text("x", encoding="utf-8")
    with pytest.raises(TemplateFileError, match=r"Did you mean 'page\.html'"):
        check_report(target, None, tmp_path)
    with pytest.raises(ForkModelError, match="Markdown"):
        check_report(tmp_path / "page.md", None, EXAMPLE)


def test_a_template_reaches_no_other_folder(tmp_path):
    folder = tmp_path / "templates"
    folder.mkdir()
    (tmp_path / "secret.html").write_text("secret", encoding="utf-8")
    (folder / "page.html").write_text('{% include "../secret.html" %}', encoding="utf-8")
    with pytest.raises(TemplateFileError, match=r"page\.html, line 1: there is no template"):
        fill(templates(folder), "page.html")


def test_every_block_and_file_of_the_docs_is_there():
    """What the page on templates names is what the package's templates have."""
    own = Path(templates().get_template("page.html").filename).parent
    said = (
        (EXAMPLE.parents[1] / "docs" / "report.md")
        .read_text(encoding="utf-8")
        .split("## Your own template")[1]
    )
    blocks = set(re.findall(r"`block ([a-z]+)`", said))
    bodies = [(own / name).read_text(encoding="utf-8") for name in ("page.html", "print.html")]
    assert blocks == {name for body in bodies for name in re.findall(r"{% block (\w+) %}", body)}
    files = set(re.findall(r"`([a-z_]+\.(?:html|css))`", said))
    assert files <= {path.name for path in own.iterdir()}
