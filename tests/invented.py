"""An invented market of prices and usage alone: other labs, another router, dates of 2028."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from forkmodel.data.schemas import TABLES

#: Developer: access, models, price of input in USD per million tokens.
LABS = {"Aurora": ("closed", 3, 4.0), "Borealis": ("closed", 2, 2.5), "Cirrus": ("open_weights", 3, 0.5)}
ROUTER = "Stadtnetz Köln"


def write(folder: Path, labs=LABS, *, months: int = 9, router: str = ROUTER, seed: int = 5) -> Path:
    """Write the tables of a market with weekly tokens from January 2028 on."""
    random = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    end = pd.Timestamp("2028-01-01") + pd.DateOffset(months=months) - pd.Timedelta(days=1)
    models, prices, usage = [], [], []
    for lab, (access, count, price) in labs.items():
        for place in range(count):
            release = pd.Timestamp("2028-01-01") + pd.DateOffset(months=place if months > 1 else 0)
            name, cost = f"{lab.lower()}-{place + 1}", round(price * random.uniform(0.7, 1.4), 2)
            models.append([name, name, lab, access, "Freedonia", release.date(), "own"])
            hosted = access == "open_weights"
            seller = ["Hostia", "host"] if hosted else [lab, "first_party"]
            spell = [release.date(), "", cost, 3 * cost, "", "true", release.date(), "own", ""]
            prices.append([name, *seller, *spell])
            weeks = pd.date_range(release, end - pd.Timedelta(days=6), freq="W-MON")
            for week in weeks:
                tokens = int(1e9 * random.lognormal(-0.3 * place, 0.2))
                usage.append(_week(week, router, name, "standard", tokens, "true"))
    for week in sorted({row[0] for row in usage}):
        usage.append(_week(pd.Timestamp(week), router, "other", "", int(3e8), "false"))
    sources = [["own", "Invented rows", "nobody", "", "none needed", "", "2028-10-01"]]
    for table, rows in {"models": models, "prices": prices, "usage": usage, "sources": sources}.items():
        frame = pd.DataFrame(rows, columns=TABLES[table].names)
        frame.to_csv(folder / f"{table}.csv", index=False, encoding="utf-8")
    (folder / "vintage.txt").write_text(f"{end.date()}\n")
    return folder


def _week(
    week: pd.Timestamp, router: str, entity: str, variant: str, tokens: int, mapped: str
) -> list[object]:
    last = (week + pd.Timedelta(days=6)).date()
    market = f"{router}_tokens_weekly"
    return [week.date(), last, market, "model", entity, variant, tokens, "tokens", "", mapped, "own", ""]
