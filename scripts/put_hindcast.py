"""Put a finished hindcast in its places: its record, the page's tables.

``python scripts/put_hindcast.py DIR`` with the folder that ``forkmodel hindcast --out DIR`` wrote. What
`reference` and `hindsight-free` take from it is written into their files by hand; a test holds them to it.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from forkmodel.hindcast.record import HINDCAST
from forkmodel.validate.records import record_path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "hindcast.md"
#: What stands between these lines of the page is made anew.
BEGIN, END = "<!-- tables: scripts/put_hindcast.py -->", "<!-- end of tables -->"


def main(folder: Path) -> None:
    """Copy what the hindcast in ``folder`` wrote to where the package and its page have it."""
    shutil.copyfile(folder / f"{HINDCAST}.json", record_path(HINDCAST))
    text = PAGE.read_text(encoding="utf-8")
    made = (folder / f"{HINDCAST}.md").read_text(encoding="utf-8").strip()
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    PAGE.write_text(before + "\n\n".join([BEGIN, made, END]) + after, encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("Name the folder: python scripts/put_hindcast.py DIR")
    main(Path(sys.argv[1]))
