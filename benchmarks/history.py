"""Growth of the derived paths with the number of draws: linear, at a constant cost per draw."""

from __future__ import annotations

import statistics
import time

import forkmodel as fm
from forkmodel.results.history import build_history

SIZES = (250, 500, 1000)
REPEATS = 3


def main() -> None:
    model = fm.ForkModel(fm.load_snapshot())
    fit = model.fit(draws=500, tune=100, chains=2, seed=1)
    rows = []
    for size in SIZES:
        part = {name: array[:size] for name, array in fit.values.items()}
        times = []
        for _ in range(REPEATS):
            begin = time.perf_counter()
            build_history(part, fit.panel, fit.design, (1, size), seed=1)
            times.append(time.perf_counter() - begin)
        rows.append((size, statistics.median(times)))
    print(f"{'draws':>6}{'seconds':>9}{'ms per draw':>13}{'ratio':>7}")
    first = rows[0][1] / rows[0][0]
    for size, seconds in rows:
        print(f"{size:>6}{seconds:>9.2f}{1e3 * seconds / size:>13.2f}{seconds / size / first:>7.2f}")


if __name__ == "__main__":
    main()
