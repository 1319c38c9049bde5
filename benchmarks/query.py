"""Time of `forkmodel query` on a saved forecast, process start included; the goal is half a second.

Run it with ``python benchmarks/query.py [FORECAST]``; by default FORECAST is ``out/forecast.nc``, which
``make report`` leaves. Where it is absent, one is made from draws of the prior, as large as a run's.
Processor seconds come beside those on the clock, which others share.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

from measure import arguments, write_json

QUESTIONS = ("hhi.closed[2031] > 2500", "when(capability_gap < 2)")
REPEATS = 9
DRAWS, QUICK_DRAWS = 3500, 200
FORECAST = Path("out/forecast.nc")


def seconds(words: list[str], repeats: int) -> tuple[float, float]:
    """Return the median processor and clock time of a command."""
    processor, clock = [], []
    for _ in range(repeats):
        before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run([sys.executable, "-m", "forkmodel", *words], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        clock.append(time.perf_counter() - begin)
        processor.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(processor), statistics.median(clock)


def made(folder: str, draws: int) -> Path:
    """Write a forecast of draws from the prior."""
    import forkmodel as fm

    warnings.simplefilter("ignore")
    path = Path(folder) / "forecast.nc"
    fm.ForkModel(fm.load_snapshot()).prior(draws).forecast().save(path)
    return path


def main() -> None:
    """Print the table."""
    parser = arguments(__doc__)
    parser.add_argument("forecast", nargs="?", type=Path, default=FORECAST)
    asked = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        path = asked.forecast
        if asked.quick or (path == FORECAST and not path.exists()):
            print(f"draws of the prior stand in for {path}")
            path = made(folder, QUICK_DRAWS if asked.quick else DRAWS)
        print(f"{'command':<48}{'CPU s':>8}{'wall s':>8}")
        for words in (["--help"], *(["query", str(path), question] for question in QUESTIONS)):
            processor, clock = seconds(words, 1 if asked.quick else REPEATS)
            command = " ".join([words[0], *words[2:]])
            rows.append({"command": command, "cpu_s": processor, "wall_s": clock})
            print(f"{command:<48}{processor:>8.3f}{clock:>8.3f}", flush=True)
    if not asked.quick:
        write_json("query", rows)


if __name__ == "__main__":
    main()
