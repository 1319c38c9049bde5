"""Amounts of a period cover their period; what a folder may lack is left to the priors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import forkmodel as fm
from forkmodel.data.market_tables import MarketTables
from forkmodel.data.panel import Panel
from forkmodel.data.read import SNAPSHOT, check_data, read_data, write_data
from forkmodel.model.design import Design
from forkmodel.observations.panel import make_panel
from forkmodel.observations.revenue import covered_part


@pytest.fixture(scope="module")
def parts() -> tuple[Panel, np.ndarray]:
    panel = make_panel(fm.load_snapshot())
    return panel, covered_part(panel.rows["revenue"], panel.catalogue.quarters)


def test_a_quarters_amount_covers_its_quarter(parts: tuple[Panel, np.ndarray]) -> None:
    panel, year_rows = parts
    rows = panel.rows["revenue"]
    quarters = panel.catalogue.quarters
    own = (rows["firm"].to_numpy() == "xAI") & (rows["period"].to_numpy() > 0)
    covered = [quarters[row > 0].strftime("%Y-%m").tolist() for row in year_rows[own]]
    assert covered == [["2025-01"], ["2025-04"], ["2025-07"]]
    np.testing.assert_allclose(year_rows[own].sum(1), 1.0)


def test_a_years_amount_covers_its_year(parts: tuple[Panel, np.ndarray]) -> None:
    panel, year_rows = parts
    rows = panel.rows["revenue"]
    own = (rows["firm"].to_numpy() == "OpenAI") & (rows["period"].to_numpy() > 0)
    years = pd.DatetimeIndex(rows["date"].to_numpy()[own]).year
    expected = years.to_numpy()[:, None] == panel.catalogue.quarters.year.to_numpy()
    np.testing.assert_allclose(year_rows[own], expected)


def test_part_of_a_quarter_counts_as_its_part(snapshot: MarketTables) -> None:
    revenue = snapshot.revenue.copy()
    row = revenue["developer"].eq("xAI") & revenue["as_of"].eq("2025-09-30")
    revenue.loc[row, "period_start"] = pd.Timestamp("2025-05-16")
    market = MarketTables.from_tables({**snapshot.tables(), "revenue": revenue}, snapshot.vintage)
    panel = make_panel(market)
    weights = covered_part(panel.rows["revenue"], panel.catalogue.quarters)
    spot = (panel.rows["revenue"]["date"].to_numpy() == np.datetime64("2025-09-30")) & (
        panel.rows["revenue"]["firm"].to_numpy() == "xAI"
    )
    (found,) = weights[spot]
    np.testing.assert_allclose(found[found > 0], [46 / 91, 1.0])


def test_a_table_without_the_column_reads_as_before(snapshot: MarketTables, tmp_path: Path) -> None:
    bare = snapshot.revenue.assign(period_start=pd.NaT)
    # Without its start, the last half of 2024 would be one more amount of that year.
    bare = bare.loc[~(bare["developer"].eq("Zhipu AI") & bare["annualised_revenue_usd"].eq(75e6))]
    market = MarketTables.from_tables({**snapshot.tables(), "revenue": bare}, snapshot.vintage)
    write_data(market, tmp_path)
    path = tmp_path / "revenue.csv"
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    spot = header.split(",").index("period_start")
    cut = [
        ",".join(cells[:spot] + cells[spot + 1 :]) for cells in (row.split(",") for row in [header, *rows])
    ]
    path.write_text("\n".join(cut) + "\n", encoding="utf-8")
    assert read_data(tmp_path) == market
    path.write_text("\n".join(cut).replace("as_of", "period_starts,as_of", 1) + "\n", encoding="utf-8")
    assert any("Did you mean it by 'period_starts'" in problem.fix for problem in check_data(tmp_path))


@pytest.mark.parametrize("how", ["no file", "header only"])
@pytest.mark.parametrize("name", ["revenue", "adoption"])
def test_a_folder_may_lack_what_priors_can_stand_in_for(
    snapshot: MarketTables, tmp_path: Path, name: str, how: str
) -> None:
    write_data(snapshot, tmp_path)
    path = tmp_path / f"{name}.csv"
    header = path.read_text(encoding="utf-8").splitlines()[0]
    path.unlink()
    if how == "header only":
        path.write_text(header + "\n", encoding="utf-8")
    assert check_data(tmp_path) == []
    market = read_data(tmp_path)
    assert getattr(market, name).empty
    assert make_panel(market).rows["scores"].sizes["score"] > 0
    if how == "no file":
        design = Design.from_panel(make_panel(market))
        assert np.isfinite(design.spend.level_of_growth_step).all()


def test_each_empty_file_has_one_way_out(snapshot: MarketTables, tmp_path: Path) -> None:
    write_data(snapshot, tmp_path)
    for name in ("revenue", "models"):
        (tmp_path / f"{name}.csv").write_text("", encoding="utf-8")
    fixes = {problem.table: problem.fix for problem in check_data(tmp_path)}
    assert "remove the file" in fixes["revenue"]
    assert "remove the file" not in fixes["models"]
    (tmp_path / "revenue.csv").unlink()
    (tmp_path / "models.csv").write_text(
        (SNAPSHOT / "models.csv").read_text(encoding="utf-8"), encoding="utf-8"
    )
    assert check_data(tmp_path) == []
