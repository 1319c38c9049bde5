"""Write small updates of the bundled snapshot."""

from __future__ import annotations

import csv
from pathlib import Path

from forkmodel.data.schemas import TABLES

PRICE = {
    "model_id": "gpt-4.1",
    "seller": "wandb",
    "seller_kind": "host",
    "effective_from": "2026-07-01",
    "input_usd_per_mtok": "2",
    "output_usd_per_mtok": "8",
    "from_is_release": "false",
    "source_id": "genai-prices",
}
USAGE = {
    "period_start": "2026-07-20",
    "period_end": "2026-07-26",
    "market": "openrouter_tokens_weekly",
    "level": "model",
    "entity": "gpt-4.1",
    "variant": "standard",
    "value": "1000000000",
    "unit": "tokens",
    "mapped": "true",
    "source_id": "openrouter-rankings",
}
REVENUE = {
    "developer": "OpenAI",
    "as_of": "2026-07-30",
    "annualised_revenue_usd": "25000000000",
    "kind": "reported",
    "segment": "company",
    "basis": "run_rate",
    "source_id": "epoch-ai-companies",
}
ADOPTION = {
    "date": "2026-06-30",
    "population": "US businesses on Ramp",
    "measure": "share paying for any AI",
    "value": "0.5",
    "unit": "share",
    "source_id": "ramp-ai-index-press",
}


def write_rows(folder: Path, table: str, *rows: dict[str, str]) -> Path:
    """Write one table of an update and return its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{table}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, TABLES[table].names, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return folder
