"""How long each stage after sampling takes, from a saved fit: processor seconds and seconds on the clock.

Run it with ``python benchmarks/after_sampling.py [FIT]``, FIT being a file of ``forkmodel run``; without one
draws from the prior stand in, whose review is none. The stages are those of ``forkmodel run`` once draws
exist, in its order, each made once; what a stage keeps for later ones counts where it is made first.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

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

DRAWS = 3500


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Print what happens inside as one row."""
    processor, clock = time.process_time(), time.perf_counter()
    yield
    print(f"{name:<22}{time.process_time() - processor:9.2f}{time.perf_counter() - clock:9.2f}", flush=True)


def main() -> None:
    """Print the table."""
    warnings.simplefilter("ignore")
    print(f"{'stage':<22}{'CPU s':>9}{'wall s':>9}")
    with stage("everything"), tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        with stage("load"):
            fit = fm.load(sys.argv[1]) if sys.argv[1:] else fm.ForkModel(fm.load_snapshot()).prior(DRAWS)
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
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


if __name__ == "__main__":
    main()
