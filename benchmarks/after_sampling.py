"""How long each stage after sampling takes, from a saved fit: processor seconds and seconds on the clock.

Run it with ``python benchmarks/after_sampling.py [FIT]``; by default FIT is ``out/fit.nc``, which
``make report`` leaves. Where it is absent, draws from the prior stand in, whose review is none. The stages
are those of ``forkmodel run`` once draws exist, in its order, each made once; what a stage keeps for later
ones counts where it is made first.
"""

from __future__ import annotations

import resource
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from measure import arguments, cpu_seconds, write_json

import forkmodel as fm
from forkmodel.claims.judge import claims_table
from forkmodel.claims.prior_views import prior_views
from forkmodel.claims.watch import watched
from forkmodel.fit import Fit
from forkmodel.forecast.effects import effects_of
from forkmodel.forecast.scenario_files import BASELINE, bundled_scenarios, load_scenario
from forkmodel.forecast.worlds import forecast_from
from forkmodel.report import summary_json, write_report
from forkmodel.report.assemble import Outlook, report_content, track_record
from forkmodel.results.reported import history_of
from forkmodel.results.review import review_of

DRAWS, QUICK_DRAWS = 3500, 100
FIT = Path("out/fit.nc")
ROWS: list[dict[str, object]] = []


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Print what happens inside as one row."""
    processor, clock = cpu_seconds(), time.perf_counter()
    yield
    processor, clock = cpu_seconds() - processor, time.perf_counter() - clock
    ROWS.append({"stage": name, "cpu_s": processor, "wall_s": clock})
    print(f"{name:<22}{processor:9.2f}{clock:9.2f}", flush=True)


def main() -> None:
    """Print the table."""
    parser = arguments(__doc__)
    parser.add_argument("fit", nargs="?", type=Path, default=FIT)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    # A file that was named has to exist.
    saved = not asked.quick and (asked.fit.exists() or asked.fit != FIT)
    if not saved:
        print(f"draws from the prior stand in for {asked.fit}")
    print(f"{'stage':<22}{'CPU s':>9}{'wall s':>9}")
    with stage("everything"), tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        with stage("load"):
            draws = QUICK_DRAWS if asked.quick else DRAWS
            fit = fm.load(asked.fit) if saved else fm.ForkModel(fm.load_snapshot()).prior(draws)
        # A fresh fit has no review yet.
        posterior = replace(fit.result, review=None)
        with stage("history"):
            history_of(posterior)
        with stage("review"):
            review_of(posterior)
        with stage("save the fit"):
            Fit(posterior).save(out / "fit.nc")
        with stage("facts, priors"):
            content = report_content(posterior)
        with stage("baseline"):
            baseline = forecast_from(posterior)
        with stage("other prior sets"):
            views = prior_views(posterior, baseline)
        with stage("claims"):
            claims = claims_table(posterior, views)
        with stage("watch-list"):
            watchlist = watched(views[0])
        del views
        with stage("scenarios"):
            names = [name for name in bundled_scenarios() if name != BASELINE]
            changed = effects_of(posterior, baseline, [load_scenario(name) for name in names])
        with stage("save the forecast"):
            baseline.save(out / "forecast.nc")
        with stage("track record"):
            trust = track_record(posterior)
        outlook = Outlook(baseline, claims, changed, watchlist)
        content = replace(content, forecast=outlook.content(), trust=trust)
        with stage("page and summary"):
            write_report(content, out / "report.html")
            summary_json(content)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"peak memory: {peak:.2f} GB")
    if not asked.quick:
        write_json("after_sampling", {"fit": saved, "peak_memory_gb": peak, "stages": ROWS})


if __name__ == "__main__":
    main()
