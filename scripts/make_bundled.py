"""Write what comes with the package of its own fit, from the folder of results of ``forkmodel run``.

``python scripts/make_bundled.py out``: the fit must be of the bundled tables under bundled priors, made by
this version, and have passed its review. Worlds are thinned; claims and report are those of the run. Nothing
is written unless all of it can be.
"""

from __future__ import annotations

import argparse
import gzip
import json
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import forkmodel as fm
from forkmodel.data.schemas import TABLES
from forkmodel.errors import FitFileError, ForkModelError
from forkmodel.forecast.bundled import BUNDLED_FILES, BundledFit, file_hash
from forkmodel.forecast.forecast import Forecast, load_forecast
from forkmodel.forecast.storage import write_worlds
from forkmodel.forecast.thinning import thinned
from forkmodel.json_text import json_text
from forkmodel.package_files import BUNDLED_FIT, LEDGER, SNAPSHOT, prior_file
from forkmodel.pipeline import FIT_FILE, FORECAST_FILE, REPORT_FILE, SUMMARY_FILE
from forkmodel.priors import BUNDLED
from forkmodel.whole_files import staged_files, write_whole

WORLDS = 500
MOST_BYTES = 8_000_000
#: What says that two results are of one fit.
SAME = ("vintage", "data_hash", "prior_set", "prior_hash", "seed", "draws", "versions")


def described(fit: fm.Fit) -> dict[str, Any]:
    """Return what identifies a fit, by the names of :data:`SAME`."""
    found = fit.describe()
    return {
        **{name: found[name] for name in SAME if name not in ("vintage", "draws")},
        "vintage": found["data_vintage"],
        "draws": fit.chains * fit.draws,
    }


def refuse_unless_sound(fit: fm.Fit, forecast: Forecast, summary: dict[str, Any]) -> None:
    """Raise unless fit, forecast and summary belong together and to this package."""
    known = described(fit)
    if fit.review().status != "PASS":
        raise FitFileError(f"the review of the fit is {fit.review().status}; nothing may rest on it.")
    if known["data_hash"] != fm.load_snapshot().content_hash:
        raise FitFileError("the fit is of other tables than the bundled ones. Fit those.")
    name = known["prior_set"]
    if name not in BUNDLED or known["prior_hash"] != fm.load_priors(name).hash:
        raise FitFileError(f"the fit's priors ({name}) are not those of the package. Fit again.")
    if known["versions"]["forkmodel"] != fm.__version__:
        raise FitFileError(f"the fit is of version {known['versions']['forkmodel']}. Fit with this one.")
    sizes = forecast.worlds.sizes
    others = {
        FORECAST_FILE: {**forecast.facts, "draws": sizes["chain"] * sizes["draw"]},
        SUMMARY_FILE: {
            **summary,
            "vintage": summary["data_vintage"],
            "draws": summary["chains"] * summary["draws"],
        },
    }
    for file, facts in others.items():
        if differing := [key for key in SAME if facts[key] != known[key]]:
            raise FitFileError(f"{file} is of another fit: {', '.join(differing)} differ. Run again.")
    if forecast.facts["scenario"] != "baseline" or forecast.facts["review"] != "PASS":
        raise FitFileError(f"{FORECAST_FILE} is not the baseline of a fit that passed.")


def make(folder: Path, target: Path = BUNDLED_FIT, worlds: int = WORLDS) -> BundledFit:
    """Write the files of :data:`BUNDLED_FILES`, all or none.

    Parameters
    ----------
    folder : Path
        What ``forkmodel run --out`` left.
    target : Path
        Where to write.
    worlds : int
        How many to keep.
    """
    tables = (*(f"{name}.csv" for name in TABLES), "vintage.txt")
    fit, forecast = fm.load(folder / FIT_FILE), load_forecast(folder / FORECAST_FILE)
    summary = json.loads((folder / SUMMARY_FILE).read_text(encoding="utf-8"))
    refuse_unless_sound(fit, forecast, summary)
    kept, left_out = thinned(forecast, worlds)
    about = BundledFit(
        **described(fit),
        review=fit.review().status,
        worlds=worlds,
        horizon=forecast.facts["horizon"],
        fit_hash=file_hash(folder / FIT_FILE),
        tables={name: file_hash(SNAPSHOT / name) for name in tables},
        priors={name: file_hash(prior_file(name)) for name in BUNDLED},
        claims={LEDGER.name: file_hash(LEDGER)},
        left_out=tuple(left_out),
    )
    with tempfile.TemporaryDirectory() as place:
        made = Path(place)
        write_whole(made / "about.json", json_text(asdict(about)))
        write_worlds(kept.worlds, kept.parameters, kept.facts, made / "forecast.nc", level=9)
        write_whole(made / "claims.json", json_text(summary["claims"]))
        write_whole(made / "report.html.gz", gzip.compress((folder / REPORT_FILE).read_bytes(), 9, mtime=0))
        size = sum((made / name).stat().st_size for name in BUNDLED_FILES)
        if size > MOST_BYTES:
            raise ForkModelError(
                f"the files have {size:,} bytes, more than {MOST_BYTES:,}; keep fewer worlds."
            )
        with staged_files(target, BUNDLED_FILES) as waiting:
            for name in BUNDLED_FILES:
                shutil.copyfile(made / name, waiting / name)
    return about


def main() -> None:
    """Write the files and say what they are."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("folder", type=Path, help="What `forkmodel run --out` left.")
    parser.add_argument("--worlds", type=int, default=WORLDS, help="How many worlds to keep.")
    options = parser.parse_args()
    try:
        about = make(options.folder, worlds=options.worlds)
    except (ForkModelError, OSError) as error:
        raise SystemExit(str(error)) from None
    for name in BUNDLED_FILES:
        print(f"{name}: {(BUNDLED_FIT / name).stat().st_size:,} bytes")
    print(about.sentence)
    print(f"Left out: {', '.join(about.left_out)}")


if __name__ == "__main__":
    main()
