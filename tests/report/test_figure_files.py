"""Charts as files: each drawing says what it shows, in which unit, from what, beside its numbers."""

from __future__ import annotations

import csv
import dataclasses
import json
import re
import xml.etree.ElementTree as ET

import pytest
from explorer_worlds import explored

from forkmodel.report import FIGURES_INDEX, write_figures
from forkmodel.report.figure_files import FIGURE_NAMES
from forkmodel.report.palette import COLOURS

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def content(synthetic):
    return explored(synthetic)[0]


@pytest.fixture(scope="module")
def written(content, tmp_path_factory):
    folder = tmp_path_factory.mktemp("figures")
    return folder, write_figures(content, folder)


def text_of(path) -> str:
    return " ".join(" ".join(ET.parse(path).getroot().itertext()).split())  # noqa: S314 - our own file


def test_every_chart_of_the_page_is_there_and_listed(written):
    folder, names = written
    index = json.loads((folder / FIGURES_INDEX).read_text(encoding="utf-8"))
    assert [entry["name"] for entry in index["figures"]] == names
    assert set(names) == set(FIGURE_NAMES)
    files = {f"{name}.{kind}" for name in names for kind in ("svg", "csv")}
    assert {path.name for path in folder.iterdir()} == files | {FIGURES_INDEX}
    assert index["review"] == "PASS"


def test_a_drawing_says_what_it_rests_on(written):
    folder, _ = written
    for entry in json.loads((folder / FIGURES_INDEX).read_text(encoding="utf-8"))["figures"]:
        said = text_of(folder / entry["svg"])
        assert entry["title"] in said
        assert "onditional on the model" in said
        assert " draws" in said or " worlds" in said
        if entry["name"] not in ("claims", "scenarios"):
            assert "the table" in said, "a source"
        root = ET.parse(folder / entry["svg"]).getroot()  # noqa: S314
        assert root.find(f"{SVG}title").text
        assert root.find(f"{SVG}desc").text


def test_drawings_stand_alone_in_light_colours(written):
    folder, names = written
    for name in names:
        body = (folder / f"{name}.svg").read_text(encoding="utf-8")
        assert "var(--" not in body
        assert "NaN" not in body
        assert 'href="http' not in body
        assert COLOURS["ink"][0] in body
        named = re.findall(r'id="([^"]+)"', body)
        assert len(set(named)) == len(named)


def test_what_is_drawn_stays_on_the_drawing(written):
    folder, names = written
    for name in names:
        root = ET.parse(folder / f"{name}.svg").getroot()  # noqa: S314
        width, height = float(root.get("width")), float(root.get("height"))
        for line in root.findall(f"{SVG}text"):
            assert 0 <= float(line.get("x")) < width
            assert 0 < float(line.get("y")) < height
        for group in root.findall(f"{SVG}g"):
            x, y = map(float, group.get("transform")[10:-1].split(","))
            inner = group[0]
            assert x + float(inner.get("width")) <= width
            assert y + float(inner.get("height")) <= height


def test_numbers_are_those_of_the_page(written, content):
    folder, _ = written
    rows = list(csv.DictReader((folder / "hhi.csv").read_text(encoding="utf-8").splitlines()))
    latest = [row for row in rows if row["panel"].startswith("Closed labs")][-1]
    draws = content.history["hhi"].sel(scope="closed").isel(time=-1)
    assert float(latest["median"]) == pytest.approx(float(draws.median()), rel=1e-4)


def test_sections_choose_and_older_files_go(content, tmp_path):
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "hhi.svg").write_text("old", encoding="utf-8")
    assert write_figures(content, tmp_path, ["price"]) == [
        "outlook-price",
        "outlook-premium",
        "price",
        "premium-residual",
        "premium-raw",
    ]
    assert not (tmp_path / "hhi.svg").exists()
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_a_failed_review_draws_no_claim(content, tmp_path):
    failed = dataclasses.replace(content, review={"status": "FAIL", "checks": []})
    assert write_figures(failed, tmp_path, ["claims", "scenarios"]) == []
    assert json.loads((tmp_path / FIGURES_INDEX).read_text(encoding="utf-8"))["review"] == "FAIL"
    write_figures(failed, tmp_path, ["spend"])
    assert "The review of this fit FAILED" in text_of(tmp_path / "adoption.svg")


def test_a_panel_that_is_mostly_the_priors_says_so(content, tmp_path):
    rows = content.prior_posterior.head(2).assign(
        block="value", parameter=["partition_strength", "broad_ratio"], prior_driven=True
    )
    write_figures(dataclasses.replace(content, prior_posterior=rows), tmp_path, ["concentration"])
    said = text_of(tmp_path / "hhi.svg")
    assert said.count("(prior-driven)") == 1
    assert "Prior-driven: the data moved this little" in said
