"""Run the README's first command as a user would, and say what is wrong with what it leaves.

``python scripts/check_main_job.py`` calls ``make report`` with defaults, in this checkout, into a temporary
folder. A status of 0 says that the command ended well, that nothing warned, that the review of the fit
passed, and that every claim that can be computed has a probability. ``--folder DIR`` looks at the results of
an earlier run instead.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FILES = ("report.html", "fit.nc", "forecast.nc", "summary.json")
#: What would change the defaults that a user gets.
SETTINGS = ("ARGS", "OUT", "MAKEFLAGS", "MAKELEVEL")


def make_report(out: Path) -> tuple[int, str]:
    """Run ``make report``, pass on what it prints, and return its status and all of that."""
    environment = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    command = ["make", "-C", str(ROOT), "report", f"OUT={out}"]
    printed = []
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as job:
        assert job.stdout is not None
        for line in job.stdout:
            print(line, end="", flush=True)
            printed.append(line)
    return job.returncode, "".join(printed)


def faults_of_output(status: int, printed: str) -> list[str]:
    """Return what is wrong with how the command ended, one sentence each."""
    found = []
    if status:
        found.append(f"`make report` ended with status {status}, not 0.")
    warned = [line.strip() for line in printed.splitlines() if "Warning:" in line]
    if warned:
        found.append(f"`make report` printed {len(warned)} warnings, the first: {warned[0]}")
    if "Traceback (most recent call last)" in printed:
        found.append("`make report` printed a traceback.")
    return found


def faults_of_folder(folder: Path) -> list[str]:
    """Return what is wrong with the files that the command left, one sentence each."""
    found = [f"{name} is missing or empty." for name in FILES if not _has_content(folder / name)]
    if not _has_content(folder / "summary.json"):
        return found
    try:
        summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    except ValueError as error:
        return [*found, f"summary.json is not JSON: {error}."]
    return found + faults_of_summary(summary)


def faults_of_summary(summary: dict[str, Any]) -> list[str]:
    """Return what keeps a reader of ``summary.json`` from its answers, one sentence each."""
    found = []
    review = summary.get("review", {})
    if review.get("status") != "PASS":
        found.append(f"the review says {review.get('status')}, not PASS.")
        found += [
            f"check {check['name']!r} says {check['status']}: {check.get('advice', '')}"
            for check in review.get("checks", [])
            if check["status"] != "PASS"
        ]
    if summary.get("withheld") is not False:
        found.append("conclusions are withheld.")
    rows = summary.get("claims", {}).get("claims", [])
    if not rows:
        found.append("there are no claims.")
    for row in rows:
        if row["expression"] is None:
            continue
        missing = [side for side, value in row["probability"].items() if value is None]
        if missing or not row["probability"]:
            sides = f" under {', '.join(missing)}" if missing else ""
            found.append(f"claim {row['id']} has no probability{sides}.")
    return found


def _has_content(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


def main() -> int:
    """Check, and return the status of the process."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--folder", type=Path, help="Look at the results in this folder; run nothing.")
    folder = parser.parse_args().folder
    begin = time.monotonic()
    if folder is not None:
        found = faults_of_folder(folder)
    else:
        with tempfile.TemporaryDirectory(prefix="main-job-") as place:
            out = Path(place) / "out"
            status, printed = make_report(out)
            found = faults_of_output(status, printed) + faults_of_folder(out)
    for fault in found:
        print(f"main job: {fault}", flush=True)
    verdict = f"{len(found)} faults" if found else "no fault"
    print(f"main job: {verdict}, {time.monotonic() - begin:.0f} s", flush=True)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
