"""How cost grows with tables, months, firms, draws and worlds: CPU seconds, and how far they are from linear.

Run it with ``python benchmarks/growth.py [--largest K] [--out FILE.json]``. Larger tables are the bundled
ones with copies: each model ``k`` times, with all its scores, prices and usage, whose tokens are shared out
among the copies. Draws come from the prior, because cost does not depend on what was learnt. A power says how
a cost grows with its cause: 1 is linear, 0 is no growth.
"""

from __future__ import annotations

import argparse
import math
import statistics
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import forkmodel as fm
from forkmodel.data.market_tables import MarketTables
from forkmodel.data.merging import canonical, resolves
from forkmodel.data.panel import PanelOptions
from forkmodel.fit import Fit
from forkmodel.forecast.origin import Origin
from forkmodel.forecast.scenario_files import load_scenario
from forkmodel.forecast.worlds import run_forecast
from forkmodel.inference.geometry.moved import gradients_at
from forkmodel.json_text import json_text
from forkmodel.results.history import build_history

#: Evaluations of a gradient between two looks at the clock, and how often.
EVALUATIONS, REPEATS = 50, 5
DRAWS = 100
BASELINE = load_scenario("baseline")
COSTS = ("panel_s", "compile_s", "gradient_ms", "history_ms", "world_ms")
#: Which tables are compared, and by what of them.
COMPARED = (
    ("models x4", "models x1", "offers"),
    ("models x16", "models x4", "offers"),
    ("models and firms x4", "models x4", "developers"),
    ("every month", "models x1", "months"),
)


def copied(market: MarketTables, k: int, *, firms: bool = False) -> MarketTables:
    """Return tables with every model ``k`` times; with ``firms`` each copy has a developer of its own."""

    def repeated(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
        copies = [
            frame.assign(**{column: frame[column] + f" copy {place}" for column in columns})
            for place in range(1, k)
        ]
        return pd.concat([frame, *copies], ignore_index=True)

    models = repeated(market.models, "model_id", *(["developer"] if firms else []))
    of_model = market.usage["level"].eq("model") & market.usage["entity"].isin(market.models["model_id"])
    shared = market.usage.loc[of_model]
    shared = repeated(shared.assign(value=shared["value"] / k), "entity")
    usage = pd.concat([market.usage.loc[~of_model], shared], ignore_index=True)
    frames = market.tables() | {
        "models": models,
        "scores": repeated(market.scores, "model_id"),
        "prices": repeated(market.prices, "model_id"),
        "usage": usage.assign(mapped=resolves(usage, models)),
    }
    return MarketTables(**canonical(frames), vintage=market.vintage)


def cpu(work: Callable[[], object]) -> float:
    """Return the CPU seconds that something takes, all threads together."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def gradient_ms(compiled: Any, size: int) -> float:
    """Return the median CPU milliseconds of one joint log density with gradient."""
    points = np.tile(0.1 * np.random.default_rng(0).normal(size=size), (EVALUATIONS, 1))
    gradients_at(compiled, points[:1])
    return 1e3 * statistics.median(
        cpu(lambda: gradients_at(compiled, points)) / EVALUATIONS for _ in range(REPEATS)
    )


def of_tables(name: str, market: MarketTables, options: PanelOptions | None = None) -> dict[str, Any]:
    """Return size and costs of the joint model on some tables."""
    begin = time.process_time()
    model = fm.ForkModel(market, options=options)
    design = model.design
    row = {
        "tables": name,
        "models": len(market.models),
        "scores": len(market.scores),
        "prices": len(market.prices),
        "usage": len(market.usage),
        "offers": model.panel.cells.sizes["cell"],
        "months": len(design.choice.demand.months),
        "developers": market.models["developer"].nunique(),
        "panel_s": time.process_time() - begin,
    }
    begin = time.process_time()
    compiled = model.compile()
    row["compile_s"] = time.process_time() - begin
    row["variables"] = compiled.n_dim
    row["gradient_ms"] = gradient_ms(compiled, compiled.n_dim)
    return row | after_sampling(model.prior(DRAWS))


def after_sampling(fit: Fit) -> dict[str, Any]:
    """Return the costs of history and worlds, per draw and per world."""
    posterior = fit.result
    count = posterior.chains * posterior.draws
    shape = (posterior.chains, posterior.draws)
    history = cpu(
        lambda: build_history(posterior.values, posterior.panel, posterior.design, shape, posterior.seed)
    )
    origin = Origin.from_posterior(posterior)
    fit.history()
    worlds = cpu(lambda: run_forecast(origin, BASELINE))
    return {"history_ms": 1e3 * history / count, "world_ms": 1e3 * worlds / count}


def of_draws(fit: Fit, sizes: tuple[int, ...]) -> Iterator[dict[str, Any]]:
    """Yield the costs of history and worlds with more and more draws of one fit."""
    for size in sizes:
        part = replace(fit.result, free=fit.result.free.isel(draw=slice(size)))
        yield {"draws": size} | after_sampling(Fit(part))


def power(before: dict[str, Any], after: dict[str, Any], cause: str, cost: str) -> float:
    """Return the power by which a cost grows with its cause."""
    return round(math.log(after[cost] / before[cost]) / math.log(after[cause] / before[cause]), 2)


def show(rows: list[dict[str, Any]], title: str) -> None:
    """Print a table."""
    print(f"\n{title}")
    print(pd.DataFrame(rows).to_string(index=False, float_format=lambda x: f"{x:.3g}"), flush=True)


def main() -> None:
    """Measure, print and write."""
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser()
    parser.add_argument("--largest", type=int, default=16, help="how often the largest tables hold a model")
    parser.add_argument("--out", type=Path, default=Path("growth.json"))
    wanted = parser.parse_args()
    market = fm.load_snapshot()
    found: dict[str, list[dict[str, Any]]] = {"tables": [], "draws": []}

    def add(kind: str, row: dict[str, Any]) -> None:
        found[kind].append(row)
        show([row], kind)
        wanted.out.write_text(json_text(found), encoding="utf-8")

    for k in (1, 4, 16):
        if k <= wanted.largest:
            add("tables", of_tables(f"models x{k}", copied(market, k)))
    for row in of_draws(fm.ForkModel(market).prior(1000), (250, 500, 1000)):
        add("draws", row)
    add("tables", of_tables("models and firms x4", copied(market, 4, firms=True)))
    add("tables", of_tables("every month", market, PanelOptions(monthly_from="2023-01-01")))
    for kind, rows in found.items():
        show(rows, kind)
    named = {row["tables"]: row for row in found["tables"]}
    for later, earlier, cause in COMPARED:
        if {later, earlier} <= named.keys():
            powers = {cost: power(named[earlier], named[later], cause, cost) for cost in COSTS}
            print(f"{later} against {earlier}, power of {cause}: {powers}")


if __name__ == "__main__":
    main()
