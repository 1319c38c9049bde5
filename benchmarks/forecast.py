"""How long worlds to 2036 take, how much memory, and how both grow with draws, quarters and firms.

Run it with ``python benchmarks/forecast.py``. Draws come from the prior, because time does not depend on what
was learnt; every time is the median of three runs after one that warms up.
"""

from __future__ import annotations

import resource
import statistics
import time
import warnings

from measure import arguments, write_json

import forkmodel as fm
import forkmodel.forecast.lines as lines
from forkmodel.forecast.origin import Origin
from forkmodel.forecast.scenario_files import load_scenario
from forkmodel.forecast.worlds import run_forecast

REPEATS = 3


def seconds(fit: fm.Fit, horizon: str = "2036-12") -> float:
    """Return the median time of a forecast with every output."""
    origin, scenario = Origin.from_posterior(fit), load_scenario("baseline")
    fit.history()
    run_forecast(origin, scenario, horizon)
    times = []
    for _ in range(REPEATS):
        begin = time.perf_counter()
        run_forecast(origin, scenario, horizon)
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def main() -> None:
    """Print the table."""
    asked = arguments(__doc__).parse_args()
    warnings.simplefilter("ignore")
    model = fm.ForkModel(fm.load_snapshot())
    rows: list[dict[str, object]] = []

    def row(draws: int, fit: fm.Fit, horizon: str = "2036-12") -> None:
        found, entrants = seconds(fit, horizon), sum(lines.ENTRANTS.values())
        rows.append({"draws": draws, "horizon": horizon, "entrants": entrants, "wall_s": found})
        print(f"{draws:5d}   {horizon}   {entrants:8d}   {found:7.2f}", flush=True)

    print("draws   horizon   entrants   seconds")
    if asked.quick:
        row(200, model.prior(200), "2029-03")
        return
    for draws in (1000, 2000, 4000):
        row(draws, model.prior(draws))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"peak memory so far: {peak:.2f} GB")
    fit = model.prior(1000)
    for horizon in ("2029-03", "2031-09", "2036-12", "2046-12"):
        row(1000, fit, horizon)
    for factor in (2, 4):
        lines.ENTRANTS.update({"closed": 8 * factor, "open": 12 * factor})
        row(1000, fit)
    write_json("forecast", {"peak_memory_gb": peak, "rows": rows})


if __name__ == "__main__":
    main()
