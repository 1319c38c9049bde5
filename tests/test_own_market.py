"""A market of one's own: no row of the bundled tables, names and dates of its own, blocks on their priors."""

from __future__ import annotations

import re

import invented
import numpy as np
import pandas as pd
import pytest

import forkmodel as fm
from forkmodel.data.market_names import MarketNames
from forkmodel.data.panel import PanelOptions
from forkmodel.data.read import check_data
from forkmodel.data.vocabulary import CLOSED_FIRMS, HOSTS, LABS, OTHER_CLOSED
from forkmodel.errors import ModelError
from forkmodel.report.assemble import report_content
from forkmodel.report.headline import quantity, sentences
from forkmodel.report.page import render

DRAWS = 120


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    return fm.read_data(invented.write(tmp_path_factory.mktemp("own")))


@pytest.fixture(scope="module")
def fit(tables):
    """Return draws from the prior: every verb works on them as on a posterior."""
    return fm.ForkModel(tables).prior(DRAWS)


def test_the_bundled_tables_keep_their_names_and_dates(market, joint_model):
    names = MarketNames.of(market)
    assert (names.router, names.firms, names.hosts, names.labs) == ("openrouter", CLOSED_FIRMS, HOSTS, LABS)
    assert names.bundled
    assert joint_model.panel.options == PanelOptions()


def test_names_and_dates_come_from_the_tables(tables, fit):
    catalogue, options = fit.panel.catalogue, fit.panel.options
    assert catalogue.names == MarketNames(
        invented.ROUTER, ("Aurora", "Borealis", OTHER_CLOSED), ("Hostia",), (), bundled=False
    )
    assert catalogue.months[0] == pd.Timestamp("2028-01-01")
    assert catalogue.quarters[0] == pd.Timestamp("2027-01-01")
    assert options.price_date == "2028-09-30"
    seen = fit.panel.rows["model_shares"]
    assert seen.sizes["model_share"] > 40
    assert set(fit.history()["developer"].to_numpy()) == {*invented.LABS, OTHER_CLOSED}


def test_nothing_but_prices_and_shares_is_read(fit):
    read = {name for name, rows in fit.panel.rows.items() if sum(rows.sizes.values())}
    assert read == {"prices", "model_shares"}


def test_history_forecast_query_and_claims(fit):
    history = fit.history()
    assert np.isfinite(history["open_share"].sel(market="openrouter")).all()
    forecast = fit.forecast("2036-12")
    assert pd.Timestamp(forecast.worlds["time"].to_numpy()[-1]) == pd.Timestamp("2036-10-01")
    assert 0.0 <= forecast.prob("hhi.closed[2031] > 2500").probability <= 1.0
    assert len(fm.claims(forecast)) > 10


def test_the_page_says_what_it_leaves_out(fit):
    content = report_content(fit.result)
    assert set(content.left_out) == {
        *("capability", "enterprise", "revenue", "value", "adoption"),
        *("claims", "scenarios", "watch", "buyer", "investor", "regulator", "explorer", "backtest", "facts"),
    }
    page = re.sub(r"<script.*?</script>", "", render(content), flags=re.S)
    for name in ("OpenRouter", "OpenAI", "Google", "Menlo", "Claude"):
        assert name not in page.split('id="priors"')[0]
    assert invented.ROUTER in page
    assert "{router}" not in page
    assert "Capability: frontiers, gap and lag. The tables hold no row about it" in page
    assert 'id="race"' not in page
    assert 'id="demand"' in page
    assert quantity(content, "capability_gap") is None
    assert quantity(content, "hhi", scope="closed") is None
    assert quantity(content, "open_share", market="openrouter", unit="tokens") is not None
    assert not [said for said in sentences(content) if "by revenue" in said]


CORNERS = {
    "one firm": {"labs": {"Aurora": ("closed", 3, 4.0)}},
    "one month": {"months": 1},
    "no open models": {"labs": {"Aurora": ("closed", 3, 4.0), "Borealis": ("closed", 2, 2.5)}},
    "a firm named NA": {"labs": {"NA": ("closed", 3, 4.0), "Cirrus": ("open_weights", 3, 0.5)}},
}


@pytest.mark.parametrize("corner", list(CORNERS))
def test_odd_markets_are_answered(corner, tmp_path):
    tables = fm.read_data(invented.write(tmp_path, **CORNERS[corner]))
    fit = fm.ForkModel(tables).prior(DRAWS)
    developers = set(fit.history()["developer"].to_numpy())
    assert developers >= set(CORNERS[corner].get("labs", invented.LABS))
    tokens = fit.hhi("openrouter_tokens").isel(time=-1)
    assert np.isfinite(tokens).all()
    assert fit.forecast("2031").worlds["hhi"].sel(scope="openrouter_tokens").notnull().any()


def test_a_market_without_closed_models_is_refused(tmp_path):
    labs = {"Cirrus": ("open_weights", 3, 0.5), "Nimbus": ("open_weights", 2, 0.3)}
    with pytest.raises(ModelError, match="no closed model in the tables; open lines need a frontier"):
        fm.ForkModel(fm.read_data(invented.write(tmp_path, labs)))


def test_two_routers_are_refused_by_name(tmp_path):
    one = invented.write(tmp_path / "one")
    other = invented.write(tmp_path / "other", router="Anderes Netz")
    usage = pd.concat([pd.read_csv(folder / "usage.csv", keep_default_na=False) for folder in (one, other)])
    usage.to_csv(one / "usage.csv", index=False)
    (problem,) = check_data(one)
    assert problem.value == f"Anderes Netz, {invented.ROUTER}"
    assert "several panels of one kind" in problem.problem


def test_tables_without_prices_and_usage_are_refused(tmp_path):
    folder = invented.write(tmp_path)
    for name in ("prices", "usage"):
        (folder / f"{name}.csv").unlink()
    with pytest.raises(ModelError, match="no model has a score, a price or usage"):
        fm.ForkModel(fm.read_data(folder))


def test_what_a_killed_writer_left_is_no_table_and_half_of_a_swap_is_none_either(tmp_path):
    folder = invented.write(tmp_path)
    (folder / ".usage.csv.host.1.abc.csv").write_text("period_start", encoding="utf-8")
    assert check_data(folder) == []
    (folder / ".replaced").mkdir()
    (problem,) = check_data(folder)
    assert "or was killed while it did" in problem.problem
