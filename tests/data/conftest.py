"""A small valid folder of tables that tests break in one place at a time."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from forkmodel.data.market_tables import MarketTables
from forkmodel.data.read import load_snapshot, read_data

#: Line 1 is the header, as in the messages.
SMALL = {
    "models": """model_id,name,developer,access,country,release_date,source_id
alpha-1,Alpha 1,Acme,closed,United States,2024-01-10,press
alpha-2,Alpha 2,Acme,closed,United States,2025-02-01,press
birch-7b,Birch 7B,Birch Lab,open_weights,China,2024-06-15,press
birch-70b,Birch 70B,Birch Lab,open_weights,China,2025-06-20,press
""",
    "benchmarks": """benchmark,name,domain,chance_level,ceiling,n_items,release_date,source_id
maths,Maths,math,0,1,500,2023-05-01,press
quiz,Quiz,knowledge,0.25,1,198,,press
late-test,Late test,coding,0,0.9,,2025-05-05,press
""",
    "scores": """model_id,benchmark,score,stderr,n_items,evaluator,setting,source_id,source_snapshot
alpha-1,maths,0.61,0.02,500,Epoch AI,shots=5,board,2025-03-01
alpha-2,maths,0.85,,500,Epoch AI,,board,2025-03-01
alpha-1,late-test,0.31,,,Epoch AI,,board,2025-09-01
birch-7b,quiz,0.48,,198,developer,0-shot,press,2025-09-01
birch-70b,quiz,0.66,,198,third party,"5-shot, chain",press,2025-09-01
""",
    "prices": """model_id,seller,seller_kind,effective_from,effective_to,input_usd_per_mtok,\
output_usd_per_mtok,cached_input_usd_per_mtok,from_is_release,first_observed,source_id,note
alpha-1,acme,first_party,2024-01-10,2024-09-01,10,30,,true,2024-01-12,press,launch
alpha-1,acme,first_party,2024-09-01,,5,15,1.25,false,2024-10-05,press,cut
alpha-2,acme,first_party,2025-02-01,,3,12.5,0.3,true,2025-02-01,press,
birch-7b,hosty,host,2024-06-15,,0.2,0.2,,true,,press,
birch-70b,hosty,host,2025-06-20,,0.7,0.9,,true,2025-07-04,press,
""",
    "usage": """period_start,period_end,market,level,entity,variant,value,unit,mapped,source_id,note
2025-07-07,2025-07-13,router,model,alpha-2,standard,0.5,share,true,board,
2025-07-07,2025-07-13,router,model,birch-70b,standard,0.2,share,true,board,
2025-07-07,2025-07-13,router,model,birch-70b,free,0.1,share,true,board,
2025-07-07,2025-07-13,router,model,stealth-x,standard,0.2,share,false,board,not in models
2025-07-07,2025-07-13,router,access,closed,,5000000000,tokens,true,board,
2025-06-01,2025-06-30,card_subscriptions,developer,Acme,,0.7,share,true,board,
2025-06-01,2025-06-30,card_subscriptions,developer,Birch Lab,,0.6,share,true,board,
""",
    "adoption": """date,population,measure,value,unit,source_id
2024-03-31,US firms,share using AI,0.05,share,press
2025-03-31,US firms,share using AI,0.09,share,press
2025-04-30,Acme chat,weekly active users,100000000,users,press
""",
    "revenue": """developer,as_of,annualised_revenue_usd,low,high,kind,segment,basis,source_id,url
Acme,2024-12-31,1000000000,900000000,1200000000,leaked,company,run_rate,press,https://example.org/a
Acme,2025-06-30,2000000000,,,reported,company,run_rate,press,
""",
    "structure": """market,as_of,firm,share,source_id
cloud,2025-03-31,Nimbus,0.4,press
cloud,2025-03-31,Stratus,0.35,press
""",
    "sources": """source_id,title,publisher,url,licence,attribution,retrieved
press,Press reports,various,,"facts, cited",,2026-11-01
board,Public leaderboard,Board,https://example.org,CC BY 4.0,Board CC BY 4.0,2026-11-01
""",
}
VINTAGE = "2025-08-01"

Edit = Callable[..., Path]


def write_small(folder: Path) -> Path:
    """Write the small tables and their vintage."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in SMALL.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    (folder / "vintage.txt").write_text(VINTAGE + "\n")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the small valid tables."""
    return write_small(tmp_path / "tables")


@pytest.fixture
def set_cell(folder: Path) -> Callable[[str, int, str, str], None]:
    """Overwrite one cell, addressed as messages address it: table, line (header = 1), column."""

    def edit(table: str, line: int, column: str, value: str) -> None:
        path = folder / f"{table}.csv"
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
        rows[line - 1][rows[0].index(column)] = value
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(rows)
        path.write_text(out.getvalue(), encoding="utf-8")

    return edit


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> MarketTables:
    """The small tables as a market."""
    return read_data(write_small(tmp_path_factory.mktemp("small") / "tables"))


@pytest.fixture(scope="session")
def snapshot() -> MarketTables:
    """The bundled snapshot."""
    return load_snapshot()
