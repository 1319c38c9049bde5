"""What the page and the numbers beside it say, checked against draws that are known exactly."""

from __future__ import annotations

import dataclasses
import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from forkmodel.report import headline_figure, sections_text, summary_json, text, write_report
from forkmodel.report.headline import limits, sentences
from forkmodel.report.parameters import FEW, parameter_groups
from forkmodel.report.sections import figures
from forkmodel.report.sections_text import INTROS
from forkmodel.results.contraction import PRIOR_DRIVEN

#: Attributes and style rules that make a browser fetch something.
FETCHES = re.compile(
    r"""<(?:script|img|iframe|link)[^>]+(?:src|href)=(?!["']?data:)|@import|url\(["']?http"""
)
FAILED = {
    "status": "FAIL",
    "checks": [
        {"name": "fine", "status": "PASS", "value": 0.0, "threshold": 0.001, "advice": "Nothing to do."},
        {"name": "broken", "status": "FAIL", "value": 1.4, "threshold": 1.01, "advice": "Sample <longer>."},
    ],
}


class Words(HTMLParser):
    """Collect the text a reader sees and the tags of the page."""

    def __init__(self, body: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []
        self.quiet = False
        self.feed(body)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.quiet = tag in ("script", "style")

    def handle_endtag(self, tag):
        self.quiet = False

    def handle_data(self, data):
        if not self.quiet:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@pytest.fixture
def written(tmp_path):
    def write(content) -> str:
        write_report(content, tmp_path / "page.html")
        return (tmp_path / "page.html").read_text(encoding="utf-8")

    return write


def test_summary_numbers_are_direct_quantiles(synthetic):
    found = summary_json(synthetic)["headline"]
    paths = {
        "hhi_closed": synthetic.history["hhi"].sel(scope="closed"),
        "open_share_spend": synthetic.history["open_share"].sel(market="openrouter", unit="spend"),
        "value_open_welfare": synthetic.history["value"].sel(access="open", definition="welfare"),
        "premium_residual": synthetic.history["premium_residual"],
    }
    for key, path in paths.items():
        draws = path.isel(time=-1).to_numpy().ravel()
        assert found[key]["median"] == pytest.approx(np.quantile(draws, 0.5)), key
        for mass in (50, 80, 95):
            tail = (1 - mass / 100) / 2
            ends = np.quantile(draws, [tail, 1 - tail])
            assert found[key][f"interval_{mass}"] == pytest.approx(ends), (key, mass)
        assert found[key]["draws"] == 120
        assert found[key]["period"] == "July 2026"


def test_summary_carries_review_provenance_and_seconds(synthetic):
    summary = json.loads(json.dumps(summary_json(synthetic), allow_nan=False))
    assert summary["review"]["status"] == "PASS"
    assert summary["seconds"] == {"sample": 1.25}
    assert "sources" not in summary


def test_the_page_fetches_nothing_and_stays_small(synthetic, written):
    page = written(synthetic)
    markup = re.sub(r"(?s)(<script[^>]*>).*?</script>", r"\1", page)
    assert not FETCHES.search(markup)
    assert len(page.encode()) < 4_000_000


def test_hostile_words_stay_words(synthetic, written):
    page = written(synthetic)
    assert "<b>bold" not in page
    found = Words(page)
    assert "A <b>bold</b> publisher" in found.text
    assert "taste <number 3>" in found.text
    assert 'href="javascript:' not in page
    assert 'href="https://example.org/prices"' in page


def test_quarters_without_a_value_are_left_out_not_drawn(synthetic):
    value = next(figure for figure in figures(synthetic)["value"] if figure.key == "value")
    welfare = [row for row in value.csv.splitlines() if "Welfare" in row]
    assert len(welfare) == 2 * 5
    assert "nan" not in value.csv.lower()
    assert "NaN" not in json.dumps([panel.spec for panel in value.panels])


def test_a_series_that_is_nowhere_known_is_named_missing(synthetic, written):
    history = synthetic.history.copy(deep=True)
    history["premium_residual"][:] = np.nan
    bare = dataclasses.replace(synthetic, history=history.drop_vars("adoption_firms"))
    page = Words(written(bare)).text
    assert "Not available in this fit: residual premium" in page
    assert "Not available in this fit: share of firms paying for ai" in page
    assert "premium_residual" not in summary_json(bare)["headline"]


def test_a_failed_review_leaves_no_headline_number(synthetic, written):
    failed = dataclasses.replace(synthetic, review=FAILED)
    page = written(failed)
    shown = Words(page).text
    assert text.WITHHELD_ANSWER in shown
    assert "In this fit" not in shown
    assert "grayscale" in page
    assert shown.index("Sample <longer>.") < shown.index("Herfindahl")
    table = shown[shown.index(INTROS["review"]) :]
    assert table.index("broken") < table.index("Nothing to do.")
    assert "grayscale" not in written(synthetic)


def test_a_fit_without_review_counts_as_failed(synthetic):
    assert dataclasses.replace(synthetic, review={}).failed


def test_the_limit_on_markups_states_how_often_demand_is_inelastic(synthetic):
    history = synthetic.history.copy(deep=True)
    elastic = {"segment": "frontier", "access": "closed"}
    history["elasticity_own"].loc[elastic] = -2.0
    flat = history["elasticity_own"].loc[elastic].to_numpy()
    flat[0] = -0.5
    history["elasticity_own"].loc[elastic] = flat
    said = limits(dataclasses.replace(synthetic, history=history))
    assert len(said) == len(sections_text.LIMITS)
    assert "inelastic in 50% of draws" in said[1]
    assert "Lerner index above one" in said[1]


def test_a_lab_without_published_revenue_is_named(synthetic):
    assert "Google DeepMind reports no revenue" in sentences(synthetic)[0]
    table = synthetic.observed["revenue"].assign(developer="Google DeepMind")
    other = dataclasses.replace(synthetic, observed={"revenue": table})
    assert "reports no revenue" not in sentences(other)[0]


def test_prior_driven_rows_are_never_folded_away(synthetic):
    choice, value = parameter_groups(synthetic)
    assert choice.shown[0].name == "taste_3"
    assert len(choice.shown) == FEW
    assert not any(row.prior_driven for row in choice.folded)
    assert len(value.shown) == 1
    assert value.folded == []
    assert f"Below {PRIOR_DRIVEN:.0%}" in INTROS["priors"]


def test_only_kinds_of_points_that_are_drawn_have_a_legend(synthetic):
    (revenue,) = figures(synthetic)["revenue"]
    assert [entry.label for entry in revenue.legend] == ["leaked"]


def test_the_picture_draws_bands_and_medians_in_both_colours(synthetic):
    drawing = headline_figure(synthetic)
    # Three panels with two bands and one median each; an empty drawing has axes alone.
    assert len(re.findall('aria-roledescription="area mark"', drawing)) == 6
    assert len(re.findall('aria-roledescription="line mark"', drawing)) == 3
    assert "#1f4e8c" in drawing
    assert "#c8590a" in drawing


def test_writing_twice_gives_the_same_page(synthetic, written):
    assert written(synthetic) == written(synthetic)
