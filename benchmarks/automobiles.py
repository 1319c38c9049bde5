"""Demand for automobiles: our posterior beside PyBLP's estimates and those that BLP printed.

Run it with ``python benchmarks/automobiles.py``. It fits ``examples/automobiles`` with one and two segments,
has PyBLP estimate the logit on the same table with the same instruments, and sets elasticities of some
cars of 1990 beside those of Berry, Levinsohn and Pakes (1995), Table V. ``--quick`` draws a tenth.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pyblp
import xarray as xr
from measure import arguments, versions, write_json

import forkmodel as fm
from forkmodel.demand.instruments import characteristic_sums, without
from forkmodel.demand.model import make_design

CARS = Path(__file__).resolve().parents[1] / "examples" / "automobiles"
#: Absolute own-price elasticities in 1990 that BLP printed.
PRINTED = {"NISENT89": 6.528, "FDESCO87": 6.031, "LXLS4090": 3.085, "BW735i88": 3.515}


def with_pyblp(table: fm.ProductTable) -> dict[str, Any]:
    """Return alpha with its standard errors, by ordinary and by two-stage least squares."""
    frame = table.products.rename(
        columns={"market": "market_ids", "firm": "firm_ids", "price": "prices", "share": "shares"}
    )
    # A generation of a model has one code; its years are not independent.
    frame["clustering_ids"] = frame["product"].str.split("-").str[0]
    names = " + ".join(table.characteristics)
    sums = characteristic_sums(table.products, table.characteristics)
    found = {}
    for name, instruments in (("OLS", table.products[["price"]]), ("2SLS", sums)):
        numbered = {f"demand_instruments{i}": instruments[key] for i, key in enumerate(instruments.columns)}
        problem = pyblp.Problem(pyblp.Formulation(f"1 + {names} + prices"), frame.assign(**numbered))
        row = {}
        for kind in ("unadjusted", "clustered"):
            solved = problem.solve(method="1s", se_type=kind)
            place = solved.beta_labels.index("prices")
            row |= {"alpha": -float(solved.beta.ravel()[place]), kind: float(solved.beta_se.ravel()[place])}
        elasticity = solved.extract_diagonals(solved.compute_elasticities()).ravel()
        found[name] = row | {"inelastic": int((elasticity > -1.0).sum())}
    return found


def maximum_likelihood(table: fm.ProductTable) -> float:
    """Return alpha by limited-information maximum likelihood, the estimator nearest to our posterior."""
    design = make_design(table)
    every = np.column_stack([design.included, design.excluded])
    both = np.column_stack([design.logit, design.price])
    of_x, of_all = without(both, design.included), without(both, every)
    k = np.linalg.eigvals(np.linalg.solve(of_all.T @ of_all, of_x.T @ of_x)).real.min()
    columns = np.column_stack([design.included, design.price])
    kept = columns - k * without(columns, every)
    return -float(np.linalg.solve(kept.T @ columns, kept.T @ design.logit)[-1])


def summary(values: xr.DataArray) -> list[float]:
    """Return median and 90 % interval."""
    return [float(each) for each in np.quantile(values, [0.5, 0.05, 0.95])]


def with_us(table: fm.ProductTable, segments: int, draws: int, tune: int) -> dict[str, Any]:
    """Return what one fit says of alpha, of the named cars and of a merger, and what it cost."""
    begin = time.process_time()
    fit = fm.fit_demand(table, segments, draws=draws, tune=tune)
    cost = time.process_time() - begin
    own, made = fit.own_elasticities("1990"), fit.posterior
    screen = fit.merger(["GM", "Ford"], "1990").table().set_index(["figure", "firm"])
    inelastic = sum(((fit.own_elasticities(each) > -1.0).sum("product")) for each in table.markets)
    return {
        "cpu_seconds": cost,
        "draws": made.size,
        "status": fit.review().status,
        "alpha": {
            str(each): summary(made.sensitivity.sel(segment=each))
            for each in made.sensitivity["segment"].to_numpy()
        },
        "weight": {
            str(each): summary(made.weight.sel(segment=each)) for each in made.weight["segment"].to_numpy()
        },
        "correlation": summary(made.endogeneity),
        "log_density": float(made.sample_stats["logp"].mean()),
        "inelastic": summary(inelastic),
        "elasticity": {name: summary(own.sel(product=name)) for name in PRINTED},
        "outside_diversion": summary(fit.by_market["outside_diversion"].sel(market="1990")),
        "markup": summary(fit.by_market["markup"].sel(market="1990")),
        "merger": {
            f"{figure} {firm}".strip(): [float(row[key]) for key in ("median", "low", "high")]
            for (figure, firm), row in screen.iterrows()
        },
    }


def main() -> None:
    """Fit, print and write."""
    asked = arguments(__doc__).parse_args()
    pyblp.options.verbose = False
    table = fm.read_products(CARS)
    draws, tune = (50, 50) if asked.quick else (500, 500)
    found: dict[str, Any] = {"pyblp": with_pyblp(table), "maximum_likelihood": maximum_likelihood(table)}
    for segments in (1, 2):
        found[f"segments_{segments}"] = with_us(table, segments, draws, tune)
    for name, row in found["pyblp"].items():
        print(f"{name:<14} alpha {row['alpha']:.4f}, inelastic {row['inelastic']}")
    print(f"maximum likelihood: alpha {found['maximum_likelihood']:.4f}")
    for segments in (1, 2):
        made = found[f"segments_{segments}"]
        print(
            f"{segments} segment(s): {made['status']}, {made['draws']} draws, {made['cpu_seconds']:.0f} CPU s"
        )
        for key in ("alpha", "weight", "elasticity", "merger"):
            for name, (median, low, high) in made[key].items():
                print(f"  {key}, {name}: {median:.4g} ({low:.4g} to {high:.4g})")
    if not asked.quick:
        write_json("automobiles", {"versions": versions(("pyblp", "pymc", "nutpie", "forkmodel")), **found})


if __name__ == "__main__":
    main()
