"""Make the tables of Freedonia, a market that does not exist: `python examples/freedonia/make.py FOLDER`.

Ability grows with the day of release, and open weights are half a year behind. Prices fall, buyers of a
router weigh ability against price, and revenue follows the tokens of closed labs. All numbers come from one
seed.
"""

from __future__ import annotations

import csv
import sys
from datetime import date, timedelta
from pathlib import Path

import numpy as np

FIRST, LAST = date(2025, 1, 1), date(2026, 6, 30)
#: Developer: access, number of models, ability at the beginning, USD per million tokens of input then.
LABS = {
    "Aurora": ("closed", 5, 0.4, 4.0),
    "Borealis": ("closed", 5, 0.2, 2.8),
    "Corona": ("closed", 4, -0.1, 1.6),
    "Cirrus": ("open_weights", 5, -0.6, 0.6),
    "Nimbus": ("open_weights", 4, -0.8, 0.4),
}
HOSTS = ("Hostia", "Serveria")
#: Benchmark: difficulty on the scale of ability, number of items.
BENCHMARKS = {"riddles": (-0.5, 400), "sums": (0.3, 500), "forms": (0.9, 300), "proofs": (1.6, 250)}
ROUTER = "Knotenpunkt"
GROWTH_PER_YEAR, PRICE_FALL_PER_YEAR, WEEKLY_TOKENS = 1.2, 0.9, 4e9

HEADERS = {
    "models": "model_id,name,developer,access,country,release_date,source_id",
    "benchmarks": "benchmark,name,domain,chance_level,ceiling,n_items,release_date,source_id",
    "scores": "model_id,benchmark,score,stderr,n_items,evaluator,setting,source_id,source_snapshot",
    "prices": "model_id,seller,seller_kind,effective_from,effective_to,input_usd_per_mtok,"
    "output_usd_per_mtok,cached_input_usd_per_mtok,from_is_release,first_observed,source_id,note",
    "usage": "period_start,period_end,market,level,entity,variant,value,unit,bound,mapped,source_id,note",
    "revenue": "developer,period_start,as_of,annualised_revenue_usd,low,high,kind,segment,basis,"
    "source_id,url",
    "sources": "source_id,title,publisher,url,licence,attribution,retrieved",
}


def years(day: date) -> float:
    """Return the years since the first day."""
    return (day - FIRST).days / 365.25


def market(seed: int = 11) -> dict[str, list[list[object]]]:
    """Return the rows of every table."""
    random = np.random.default_rng(seed)
    tables: dict[str, list[list[object]]] = {name: [] for name in HEADERS}
    released: list[tuple[date, str, str, float, float]] = []
    for lab, (access, number, ability, price) in LABS.items():
        for place in range(number):
            day = FIRST + timedelta(days=int(place * 480 / number + random.integers(0, 40)))
            name = f"{lab.lower()}-{place + 1}"
            able = ability + GROWTH_PER_YEAR * years(day) + random.normal(0.0, 0.15)
            cost = round(price * np.exp(-PRICE_FALL_PER_YEAR * years(day) + random.normal(0.0, 0.2)), 3)
            released.append((day, name, lab, able, cost))
            tables["models"].append([name, name.title(), lab, access, "Freedonia", day, "invented"])
            sellers = [(lab, "first_party")] if access == "closed" else [(host, "host") for host in HOSTS]
            for seller, kind in sellers:
                asked = round(cost * random.uniform(0.9, 1.1), 3) if kind == "host" else cost
                spell = [day, "", asked, round(4 * asked, 3), "", "true", day, "invented", ""]
                tables["prices"].append([name, seller, kind, *spell])
            for benchmark, (hard, items) in BENCHMARKS.items():
                chance = 1.0 / (1.0 + np.exp(-2.0 * (able - hard)))
                score = round(random.binomial(items, chance) / items, 4)
                tables["scores"].append(
                    [name, benchmark, score, "", items, "Freedonia Institute", "", "invented", LAST]
                )
    for benchmark, (_, items) in BENCHMARKS.items():
        tables["benchmarks"].append(
            [benchmark, benchmark.title(), "reasoning", 0, 1, items, "2024-12-01", "invented"]
        )
    tokens = _usage(tables["usage"], released, random)
    _revenue(tables["revenue"], tokens, random)
    about = "Invented rows: examples/freedonia/make.py"
    tables["sources"].append(["invented", about, "nobody", "", "none needed", "", LAST + timedelta(days=1)])
    return tables


def _usage(rows: list[list[object]], released: list[tuple], random: np.random.Generator) -> dict:
    """Add the weekly tokens of the router, and return those of each developer by week."""
    tastes = {name: random.normal(0.0, 0.3) for _, name, *_ in released}
    found: dict[tuple[str, date], float] = {}
    monday = FIRST + timedelta(days=(7 - FIRST.weekday()) % 7)
    while monday + timedelta(days=6) <= LAST:
        there = [each for each in released if each[0] <= monday]
        worth = np.array([2.0 * able - 0.8 * np.log(cost) + tastes[name] for _, name, _, able, cost in there])
        shares = np.exp(worth - np.log1p(np.exp(worth).sum()) + random.normal(0.0, 0.08, len(there)))
        whole = WEEKLY_TOKENS * np.exp(1.1 * years(monday))
        sunday, panel = monday + timedelta(days=6), f"{ROUTER}_tokens_weekly"
        for (_, name, lab, _, _), share in zip(there, shares, strict=True):
            value = int(whole * share)
            found[lab, monday] = found.get((lab, monday), 0.0) + value
            told = [name, "standard", value, "tokens", "", "true", "invented", ""]
            rows.append([monday, sunday, panel, "model", *told])
        told = ["other", "", int(0.05 * whole), "tokens", "", "false", "invented", ""]
        rows.append([monday, sunday, panel, "model", *told])
        monday += timedelta(days=7)
    return found


def _revenue(rows: list[list[object]], tokens: dict, random: np.random.Generator) -> None:
    """Add a run rate of every closed lab at the end of each quarter."""
    for lab, (access, *_) in LABS.items():
        for month in range(3, 19, 3):
            day = date(FIRST.year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
            quarter = [week for name, week in tokens if name == lab and 0 <= (day - week).days < 90]
            if access == "closed" and quarter:
                value = int(
                    0.8 * np.mean([tokens[lab, week] for week in quarter]) * random.lognormal(0.0, 0.1)
                )
                rows.append([lab, "", day, value, "", "", "reported", "company", "run_rate", "invented", ""])


def main() -> None:
    """Write the tables."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in market().items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(HEADERS[name].split(","))
            writer.writerows(rows)


if __name__ == "__main__":
    main()
