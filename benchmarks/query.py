"""Time of `forkmodel query` on a saved forecast, process start included; the goal is half a second.

Run it with ``python benchmarks/query.py [FORECAST]``; without a file one is made from draws of the prior,
whose size is that of a run's. Processor seconds come beside those on the clock, which others share.
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

QUESTIONS = ("hhi.closed[2031] > 2500", "when(capability_gap < 2)")
REPEATS = 9
DRAWS = 3500


def seconds(words: list[str]) -> tuple[float, float]:
    """Return the median processor and clock time of a command."""
    processor, clock = [], []
    for _ in range(REPEATS):
        before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run([sys.executable, "-m", "forkmodel", *words], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        clock.append(time.perf_counter() - begin)
        processor.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(processor), statistics.median(clock)


def made(folder: str) -> Path:
    """Write a forecast of draws from the prior."""
    import forkmodel as fm

    warnings.simplefilter("ignore")
    path = Path(folder) / "forecast.nc"
    fm.ForkModel(fm.load_snapshot()).prior(DRAWS).forecast().save(path)
    return path


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(sys.argv[1]) if sys.argv[1:] else made(folder)
        print(f"{'command':<48}{'CPU s':>8}{'wall s':>8}")
        for words in (["--help"], *(["query", str(path), question] for question in QUESTIONS)):
            processor, clock = seconds(words)
            print(f"{' '.join([words[0], *words[2:]]):<48}{processor:>8.3f}{clock:>8.3f}", flush=True)


if __name__ == "__main__":
    main()
