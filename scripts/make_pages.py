"""Write what pages show of the bundled fit: the table of docs/claims.md and the picture of the README.

``python scripts/make_pages.py out``: the folder that ``forkmodel run`` has filled. The fit must have passed
its review, and its record says so on the page.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import forkmodel as fm
from forkmodel.report.assemble import report_content
from forkmodel.report.output import headline_figure
from forkmodel.validate.records import record_path
from forkmodel.validate.standing import record_facts
from forkmodel.whole_files import write_whole

ROOT = Path(__file__).resolve().parents[1]
PAGE = "docs/claims.md"
PICTURE = ROOT / "docs" / "images" / "concentration.svg"
SETS = ("reference", "skeptic", "advocate")
#: What lies between these two lines of the page is written here.
BEGIN, END = "<!-- written by scripts/make_pages.py -->", "<!-- end -->"


def _probability(row: dict[str, Any], name: str) -> str:
    found = row["probability"][name]
    return "-" if found is None else f"{found:.2f}"


def _row(row: dict[str, Any]) -> str:
    """Return one claim as a line of the table."""
    if not row["computable"]:
        return f"| {row['id']} | not computed: {row['reason']} | - | - | - | - |"
    told = "yes" if row["diagnostic"] else f"no: {row['why_not_diagnostic']}"
    found = " | ".join(_probability(row, name) for name in SETS)
    return f"| {row['id']} | {row['threshold']} | {found} | {told} |"


def claims_text(summary: dict[str, Any]) -> str:
    """Return what the page says of one run: where its figures come from, and the table."""
    judged = summary["claims"]
    rows = [judged["joint"], *judged["claims"]]
    errors = [
        error for row in rows if row["computable"] for error in row["mcse"].values() if error is not None
    ]
    said = (
        f"Share of {summary['forecast']['draws']:,} worlds per prior set, from the {summary['prior_set']} "
        f"fit ({summary['chains']} chains x {summary['draws']} draws after {summary['tune']} warm-up steps, "
        f"seed {summary['seed']}; tables of {summary['data_vintage']}; review: "
        f"{summary['review']['status']}). The Monte Carlo standard error is at most {max(errors):.3f}."
    )
    head = f"| claim | event | {' | '.join(SETS)} | tells the sides apart |\n|{'---|' * 6}"
    return "\n".join([said, "", head, *(_row(row) for row in rows)])


def main(folder: Path) -> None:
    """Write page, record and picture from a folder of results."""
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    if summary["withheld"] or summary["review"]["status"] != "PASS":
        raise SystemExit(f"The fit in {folder} did not pass its review, so no page may rest on it.")
    path = ROOT / PAGE
    page = path.read_text(encoding="utf-8")
    between = re.compile(f"{re.escape(BEGIN)}\n.*?{re.escape(END)}", re.S)
    if not between.search(page):
        raise SystemExit(f"{PAGE} has no place for the table: it needs the lines {BEGIN} and {END}.")
    write_whole(path, between.sub(lambda _: f"{BEGIN}\n{claims_text(summary)}\n{END}", page))
    records = json.loads(record_path("pages").read_text(encoding="utf-8"))
    records[PAGE] = {
        **record_facts(),
        "reviews": {summary["prior_set"]: {"status": summary["review"]["status"]}},
    }
    write_whole(record_path("pages"), json.dumps(records, indent=2) + "\n")
    write_whole(PICTURE, headline_figure(report_content(fm.load(folder / "fit.nc").result)))
    print(f"Wrote {PAGE}, its record and {PICTURE.relative_to(ROOT)}.")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("Name the folder of a run: python scripts/make_pages.py out")
    main(Path(sys.argv[1]))
