"""The explorer says in a real browser what Python says of the saved forecast."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil

import numpy as np
import pytest
from explorer_worlds import HOSTILE, explored

from forkmodel.queries import ask
from forkmodel.queries.draw_source import FileDraws
from forkmodel.report import explorer, write_report
from forkmodel.report.explorer.grid import grid_of

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


@pytest.fixture(scope="module")
def made(synthetic, tmp_path_factory):
    """Content, and the folder of its page and of its forecasts' files."""
    folder = tmp_path_factory.mktemp("explorer")
    content, forecasts = explored(synthetic)
    for name, forecast in forecasts.items():
        forecast.save(folder / ("forecast.nc" if name == "baseline" else f"{name}.nc"))
    write_report(content, folder / "report.html")
    return content, folder


@pytest.fixture(scope="module")
def browser():
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def visit(browser, made):
    """Open the page, and hold at the end that it complained of nothing and asked nobody."""
    contexts, complaints, requests = [], [], []

    def opened(hash="#explorer", **settings):
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **settings})
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda asked: requests.append(asked.url))
        page.goto(f"{(made[1] / 'report.html').as_uri()}{hash}")
        page.locator('[data-part="count"]', has_text="worlds").wait_for()
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
    assert [url for url in requests if not url.startswith(("file:", "data:"))] == []


def settled(page):
    """Wait until the frame after the next one."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def counted(page):
    return page.locator('[data-part="count"]').inner_text()


def set_range(page, question, low="", high=""):
    page.locator('[data-part="subject"]').select_option(question)
    settled(page)
    for name, value in (("from", low), ("to", high)):
        if value != "":
            page.locator(f'[data-part="{name}"]').fill(str(value))
            page.locator(f'[data-part="{name}"]').press("Enter")
            page.locator(f'[data-part="{name}"]').blur()
            settled(page)


def asked(page, folder):
    """Return the command's question and the answer of its file."""
    command = page.locator('[data-part="command"]').input_value().splitlines()[-1]
    file, question = re.fullmatch(r"forkmodel query (\S+) '(.*)'", command).groups()
    return question, ask(FileDraws(folder / file), question)


def claim_row(page, name):
    return page.locator('[data-part="rows"] tr').filter(has=page.get_by_text(f"{name} ", exact=True))


@pytest.mark.parametrize("log", [False, True, None])
@pytest.mark.parametrize("size", [1e-7, 0.3, 3e12])
def test_codes_part_values_where_the_edges_do(log, size):
    values = (size * np.exp(np.random.default_rng(1).standard_normal(500))).astype(np.float32).astype(float)
    grid = grid_of([values], log)
    codes, edges = grid.codes(values), grid.edges()
    assert 100 < grid.levels < 65_535
    for place in (0, len(edges) // 3, len(edges) - 1):
        assert ((codes > place) == (values >= edges[place])).all()
    # A question states an edge in few digits, and means this number.
    assert max(len(np.format_float_scientific(edge)) for edge in edges[::97]) <= 11
    assert (np.diff(edges) > 0).all()


def test_counts_have_a_code_each_and_constants_none():
    assert grid_of([np.array([1.0, 2.0, 2.0, 5.0])]).levels == 5
    assert grid_of([np.full(9, 0.3)]) is None


def test_a_parameter_can_be_asked_for_in_file_and_memory(made):
    content, folder = made
    worlds = FileDraws(folder / "forecast.nc")
    values = content.forecast.parameters["price.premium_decay"].to_numpy()
    found = ask(worlds, "P(parameter.price.premium_decay >= 1)")
    assert found.probability == (values >= 1.0).mean()
    for wrong, said in (("price.premium_decai", "premium_decay"), ("price.premium_decay[2031]", "bracket")):
        with pytest.raises(Exception, match=said):
            ask(worlds, f"P(parameter.{wrong} > 1)")


def test_a_failed_review_leaves_the_explorer_out(made, tmp_path):
    failed = dataclasses.replace(made[0], review={"status": "FAIL", "checks": []})
    assert explorer.section(failed).body == ""
    write_report(failed, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "explorer-block" not in page
    assert 'href="#explorer"' not in page


def test_hostile_names_stay_inside_their_json(made):
    page = (made[1] / "report.html").read_text(encoding="utf-8")
    header = json.loads(re.search(r'id="explorer-header">(.*?)</script>', page, re.S)[1])
    assert HOSTILE in {claim["statement"] for claim in header["claims"]}
    assert HOSTILE not in page


@needs_browser
def test_a_brush_moves_the_claims_to_what_the_query_answers(visit, made):
    page = visit()
    card = page.locator(".explorer-card svg").first
    card.scroll_into_view_if_needed()
    box = card.bounding_box()
    page.mouse.move(box["x"] + 0.35 * box["width"], box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 20, steps=5)
    page.mouse.up()
    settled(page)
    question, answer = asked(page, made[1])
    assert question.startswith("P(hhi.closed[2031-Q4] >= ")
    assert f"P = {answer.probability:.3f} ± {answer.mcse:.3f}" in counted(page)
    row = claim_row(page, "C5")
    row.get_by_role("button").click()
    settled(page)
    question, answer = asked(page, made[1])
    assert " | hhi.closed[2031-Q4] >= " in question
    shown = row.locator("td").nth(2).inner_text().split()
    assert shown[0] == f"{answer.probability:.3f}"
    assert shown[2] == f"{answer.mcse:.3f};"
    assert int(shown[3]) == pytest.approx(answer.ess, abs=0.51)


@needs_browser
def test_ranges_of_outcomes_and_parameters_join(visit, made):
    content, folder = made
    page = visit()
    decay = content.forecast.parameters["price.premium_decay"].to_numpy().ravel()
    set_range(page, "parameter.price.premium_decay", low=float(np.quantile(decay, 0.2)))
    set_range(page, "lag_months_strict[2031-Q4]", low=3, high=9)
    claim_row(page, "C7").get_by_role("button").click()
    settled(page)
    question, answer = asked(page, folder)
    assert question.count(" and ") == 2
    shown = claim_row(page, "C7").locator("td").nth(2).inner_text().split()
    assert shown[0] == f"{answer.probability:.3f}"
    # The link shows the same again.
    page.wait_for_function("location.hash.startsWith('#explorer?')")
    again = visit(page.evaluate("location.hash"))
    assert counted(again) == counted(page)


@needs_browser
def test_horizon_and_scenario_show_their_own_worlds(visit, made):
    content, folder = made
    page = visit()
    page.locator('[data-part="year"]').focus()
    page.keyboard.press("ArrowRight")
    settled(page)
    card = page.locator(".explorer-card").filter(has_text="HHI of closed labs")
    card.scroll_into_view_if_needed()
    settled(page)
    values = content.forecast.worlds["hhi"].sel(scope="closed", time="2036-10-01").to_numpy()
    shown = float(card.locator(".explorer-said").inner_text().split(" ")[0].replace(",", ""))
    assert shown == pytest.approx(np.median(values), rel=0.006)
    page.locator('[data-part="scenario"]').select_option("price-war")
    settled(page)
    assert page.locator('[data-part="year-name"]').inner_text() == "2031"
    assert not claim_row(page, "C5").is_visible()
    set_range(page, "hhi.closed[2031-Q4]", low=2500)
    question, answer = asked(page, folder)
    assert question == "P(hhi.closed[2031-Q4] >= 2500)"
    assert f"P = {answer.probability:.3f}" in counted(page)
    assert "--scenario price-war" in page.locator('[data-part="command"]').input_value()


@needs_browser
def test_the_keyboard_sets_what_the_brush_sets(visit, made):
    page = visit()
    for name, key in (("low", "ArrowRight"), ("high", "ArrowLeft")):
        page.locator(f'[data-part="{name}"]').focus()
        for _ in range(40):
            page.keyboard.press(key)
        settled(page)
    question, answer = asked(page, made[1])
    assert ">=" in question
    assert "<" in question
    assert f"P = {answer.probability:.3f}" in counted(page)
    page.locator('[data-part="chips"] button').first.click()
    settled(page)
    assert counted(page) == "600 of 600 worlds"


@needs_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_is_fit_for_all_readers(visit, tmp_path, scheme, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    page = visit(color_scheme=scheme, viewport={"width": width, "height": 900}, reduced_motion="reduce")
    page.screenshot(path=tmp_path / "first.png")
    page.locator("#explorer").scroll_into_view_if_needed()
    set_range(page, "hhi.closed[2031-Q4]", low=2500)
    page.screenshot(path=tmp_path / "explorer.png")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    found = axe.run(page, context="#explorer").response["violations"]
    grave = [each for each in found if each["impact"] in ("serious", "critical")]
    assert [(each["id"], each["nodes"][0]["html"][:200]) for each in grave] == []


@needs_browser
def test_without_scripts_there_are_numbers(browser, made):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((made[1] / "report.html").as_uri())
    table = page.locator(".explorer-static")
    assert table.is_visible()
    assert table.locator("tbody tr").count() > 100
    assert not page.locator(".explorer-tool").is_visible()
    context.close()
