"""Processor time of the derived paths by the number of draws: linear, at a constant cost per draw."""

from __future__ import annotations

from functools import partial

from measure import arguments, median_ms, write_json

import forkmodel as fm
from forkmodel.results.history import build_history

SIZES = (250, 500, 1000)
QUICK = (50, 100)
REPEATS = 3


def main() -> None:
    asked = arguments(__doc__).parse_args()
    sizes = QUICK if asked.quick else SIZES
    # Time does not depend on what was learnt, so draws from the prior do.
    fit = fm.ForkModel(fm.load_snapshot()).prior(max(sizes))
    rows = []
    for size in sizes:
        part = {name: array[:size] for name, array in fit.values.items()}
        work = partial(build_history, part, fit.panel, fit.design, (1, size), seed=1)
        rows.append((size, 1e-3 * median_ms(work, REPEATS)))
    print(f"{'draws':>6}{'seconds':>9}{'ms per draw':>13}{'ratio':>7}")
    first = rows[0][1] / rows[0][0]
    for size, seconds in rows:
        print(f"{size:>6}{seconds:>9.2f}{1e3 * seconds / size:>13.2f}{seconds / size / first:>7.2f}")
    if not asked.quick:
        write_json("history", [{"draws": size, "cpu_s": seconds} for size, seconds in rows])


if __name__ == "__main__":
    main()
