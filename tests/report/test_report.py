"""The report is one page that needs nothing else, says what the draws say, and knows when to say nothing."""

from __future__ import annotations

import dataclasses
import json
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from forkmodel.errors import ForkModelError
from forkmodel.pipeline import report
from forkmodel.report import headline_figure, summary_json, write_report
from forkmodel.report.formatting import UNITS, chance, percent, significant
from forkmodel.report.headline import sentences
from forkmodel.report.intervals import summarise, summarise_draws
from forkmodel.report.opening import markets
from forkmodel.report.sections import figures
from forkmodel.report.text import PICTURE_PARTS

VOID = {"meta", "link", "br", "hr", "img", "input"}


class Page(HTMLParser):
    """Collect links, ids and text; complain about tags that do not close."""

    def __init__(self, body: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(body)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.links += [value for key, value in found.items() if key in ("href", "src") and value]
        self.ids += [found["id"]] if "id" in found else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not self.open or self.open[-1] not in ("script", "style"):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module")
def content(quick_fit):
    return quick_fit.report_content()


@pytest.fixture(scope="module")
def passed(content):
    """The same content as if every check had passed, so that conclusions are drawn."""
    return dataclasses.replace(content, review={"status": "PASS", "checks": []})


@pytest.fixture
def page(tmp_path):
    def render(content) -> Page:
        path = tmp_path / "report.html"
        write_report(content, path)
        return Page(path.read_text(encoding="utf-8"))

    return render


def test_the_page_is_whole_and_loads_nothing(page, passed, tmp_path):
    found = page(passed)
    assert found.open == []
    assert len(found.ids) == len(set(found.ids))
    outward = [link for link in found.links if not link.startswith(("#", "data:"))]
    # Sources are links for the reader to follow; nothing is fetched.
    sources = set(passed.provenance["sources"]["url"].dropna())
    sources |= {fact["url"] for fact in passed.facts["facts"] if fact["url"]}
    assert set(outward) <= sources
    body = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<script src" not in body
    assert "@import" not in body
    assert len(body) < 4_000_000
    inner = [link[1:] for link in found.links if link.startswith("#")]
    assert set(inner) <= set(found.ids)


def test_it_opens_with_concentration_in_both_tiers(page, passed):
    said = sentences(passed)
    assert "closed labs" in said[0]
    assert "open tier" in said[1]
    shown = page(passed).text
    assert shown.index(said[0][:60]) < shown.index("Herfindahl-Hirschman")
    draws = f"{passed.draws:,} draws"
    assert draws in shown


def test_numbers_in_summary_are_quantiles_of_the_draws(content):
    summary = summary_json(content)
    draws = content.history["hhi"].sel(scope="closed", time="2026-07-01").to_numpy().ravel()
    found = summary["headline"]["hhi_closed"]
    assert found["median"] == pytest.approx(np.median(draws))
    assert found["interval_80"] == pytest.approx(np.quantile(draws, [0.1, 0.9]))
    assert found["draws"] == len(draws)
    json.dumps(summary)
    assert summary["withheld"] is content.failed
    assert summary["data_hash"] == content.provenance["data_hash"]


def test_a_failed_review_withholds_every_conclusion(page, content):
    checks = [
        {"name": "R-hat", "status": "FAIL", "value": 1.4, "threshold": 1.01, "advice": "Sample longer."},
        {"name": "ESS", "status": "PASS", "value": 900.0, "threshold": 400.0, "advice": "Enough."},
    ]
    failed = dataclasses.replace(content, review={"status": "FAIL", "checks": checks})
    assert sentences(failed) == []
    text = page(failed).text
    assert "FAILED" in text
    assert text.index("Sample longer.") < text.index("The answer in short")
    assert "Among closed labs by revenue" not in text
    assert summary_json(failed)["withheld"] is True


def test_prior_driven_parameters_are_named(page, passed):
    text = page(passed).text
    driven = passed.prior_posterior.query("prior_driven")
    assert len(driven) > 0
    assert text.count("prior-driven") >= len(driven)
    assert "value.margin_closed" in text


def test_every_figure_has_numbers_behind_it(passed):
    for group in figures(passed).values():
        for figure in group:
            assert figure.panels, figure.key
            assert figure.table is not None
            rows = figure.csv.strip().splitlines()
            assert rows[0].startswith("panel,series,period,median")
            assert len(rows) == 1 + len(figure.table.rows)
            for panel in figure.panels:
                assert panel.spec["description"]
                assert "NaN" not in json.dumps(panel.spec)


def test_bands_hold_one_another(passed):
    frame = summarise(passed.history["hhi"].sel(scope="closed"))
    order = ["low_95", "low_80", "low_50", "median", "high_50", "high_80", "high_95"]
    assert (frame[order].diff(axis=1).iloc[:, 1:] >= 0).all().all()


def test_missing_parts_are_named_not_fatal(page, passed):
    bare = dataclasses.replace(
        passed,
        history=passed.history[["hhi", "effective_firms"]],
        prior_posterior=pd.DataFrame(columns=passed.prior_posterior.columns),
        observed={},
    )
    text = page(bare).text
    assert "Not available in this fit" in text
    assert "no comparison of prior and posterior" in text
    assert [market.title for market in markets(bare)] == [PICTURE_PARTS["concentration"]]


def test_hostile_names_stay_text(page, passed):
    sources = passed.provenance["sources"].copy()
    sources.loc[sources.index[0], "publisher"] = "</script><script>alert(1)</script>"
    sources.loc[sources.index[0], "url"] = "javascript:alert(1)"
    evil = dataclasses.replace(passed, provenance={**passed.provenance, "sources": sources})
    found = page(evil)
    assert "javascript:alert(1)" not in found.links
    assert "</script><script>alert(1)" in found.text


def test_the_picture_is_a_static_drawing_with_colours_in_it(passed):
    drawing = headline_figure(passed)
    assert drawing.startswith("<svg")
    assert "var(--" not in drawing
    assert "NaN" not in drawing
    assert "10,000 is a monopoly" in drawing


def test_writing_leaves_an_existing_page_alone_if_it_fails(tmp_path, passed):
    path = tmp_path / "report.html"
    path.write_text("mine", encoding="utf-8")
    broken = dataclasses.replace(passed, prior_posterior=pd.DataFrame({"block": ["price"]}))
    with pytest.raises(KeyError):
        write_report(broken, path)
    assert path.read_text(encoding="utf-8") == "mine"
    assert [item.name for item in tmp_path.iterdir()] == ["report.html"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (9.97, "10"), (0.012345, "0.012"), (1234.5, "1,200"), (-3.21, "−3.2"), (np.nan, "n/a")],
)
def test_significant_digits(value, text):
    assert significant(value) == text


def test_units_write_what_a_reader_expects():
    assert UNITS["hhi"].text(3585.2) == "3,600"
    assert UNITS["usd"].text(1.42e11) == "$140 billion"
    assert percent(0.0712) == "7.1%"
    assert percent(0.7) == "70%"
    assert chance(1.0) == "more than 99% of draws"
    assert chance(0.0) == "fewer than 1% of draws"
    assert not re.search(r"\d", chance(float("nan")))


def test_few_finite_draws_are_no_summary():
    assert summarise_draws(np.array([1.0, np.nan, np.nan])) is None
    assert summarise_draws(np.array([])) is None


def test_charts_alone_and_nothing_at_all(quick_fit, tmp_path):
    written = report(quick_fit, to=None, figures=tmp_path / "figures", sections=["race"], outlook=False)
    assert written == tmp_path / "figures"
    assert (written / "gap.svg").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["figures"]
    with pytest.raises(ForkModelError, match="nothing to write"):
        report(quick_fit, to=None, outlook=False)
