"""Put a finished backtest in its places: its record, the scores that pools learn from, the page's tables.

``python scripts/put_backtest.py DIR`` with the folder that ``forkmodel backtest --out DIR`` wrote. One of
strict views has a record and a page of its own; pools learn from loose ones.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import forkmodel as fm
from forkmodel.forecast.ensemble.past import FILE
from forkmodel.validate.records import BACKTEST, STRICT_BACKTEST, record_path
from forkmodel.validate.standing import STRICT

ROOT = Path(__file__).resolve().parents[1]
#: What stands between these lines of the page is made anew, and so is what stands above the first heading.
BEGIN, END = "<!-- tables: scripts/put_backtest.py -->", "<!-- end of tables -->"


def main(folder: Path) -> None:
    """Copy what the backtest in ``folder`` wrote to where the package and its page have it."""
    record = json.loads((folder / f"{BACKTEST}.json").read_text(encoding="utf-8"))
    strict = record["facts"]["as_of"] == STRICT
    name = STRICT_BACKTEST if strict else BACKTEST
    shutil.copyfile(folder / f"{BACKTEST}.json", record_path(name))
    if not strict:
        shutil.copyfile(folder / FILE, Path(fm.__file__).parent / "forecast" / "ensemble" / FILE)
    page = ROOT / "docs" / f"{name}.md"
    title, rest = page.read_text(encoding="utf-8").split("\n", 1)
    made = (folder / f"{BACKTEST}.md").read_text(encoding="utf-8").strip()
    blocks = made.split("\n\n")
    said = [block for block in blocks if block.startswith(">")]
    tables = [block for block in blocks if not block.startswith(">")]
    prose = rest[rest.index("\n## ") :] if "\n## " in rest else rest
    before, after = prose.split(BEGIN)[0], prose.split(END)[1]
    text = "\n\n".join([title, *said]) + "\n" + before + "\n\n".join([BEGIN, *tables, END]) + after
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("Name the folder: python scripts/put_backtest.py DIR")
    main(Path(sys.argv[1]))
