"""The pipeline behind ``forkmodel run``: tables and priors in, one folder of results out."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forkmodel.dates import read_day, read_span
from forkmodel.errors import ModelError
from forkmodel.json_text import json_ready, json_text
from forkmodel.targets import check_target, held_target
from forkmodel.whole_files import UNFINISHED, staged_files, write_whole

if TYPE_CHECKING:
    from forkmodel.data.market_tables import MarketTables
    from forkmodel.fit import Fit
    from forkmodel.forecast.forecast import Forecast

__all__ = [
    "DERIVING",
    "FIT_FILE",
    "FORECAST_FILE",
    "REPORT_FILE",
    "SUMMARY_FILE",
    "Sampling",
    "Source",
    "fit_bytes",
    "make_fit",
    "report",
    "run",
]

FIT_FILE, REPORT_FILE, SUMMARY_FILE = "fit.nc", "report.html", "summary.json"
FORECAST_FILE = "forecast.nc"
#: Bytes of a fit and of its forecast a draw, of the bundled tables.
FIT_BYTES, FORECAST_BYTES = 11_200, 38_900
#: What is said while paths and checks are computed from the draws.
DERIVING = "paths, checks and predictive coverage"

type Progress = Callable[[str, float, str], None]


@dataclass(frozen=True)
class Source:
    """Where the tables come from.

    Attributes
    ----------
    folder : Path or None
        Folder of CSV tables; the bundled snapshot if None.
    updates : tuple of Path
        Folders merged on top, in order; they may hold only some tables.
    as_of : str or None
        Day (ISO) whose knowledge is kept.
    strict : bool
        Whether only rows with proof that they were known on that day, or at the vintage, are kept.
    """

    folder: Path | None = None
    updates: tuple[Path, ...] = ()
    as_of: str | None = None
    strict: bool = False

    def load(self) -> MarketTables:
        """Return the validated tables; raises DataError with every problem of the first bad folder."""
        # A day that cannot be meant is refused before anything is read.
        day = None if self.as_of is None else read_day(self.as_of, "--as-of")
        import pandas as pd

        from forkmodel.data.read import load_snapshot, read_data

        market = load_snapshot() if self.folder is None else read_data(self.folder)
        for update in self.updates:
            market = read_data(update, base=market)
        if day is None and not self.strict:
            return market
        return market.as_of(market.vintage if day is None else pd.Timestamp(day), strict=self.strict)


@dataclass(frozen=True)
class Sampling:
    """How to sample; None takes the default of a normal or a quick fit.

    Attributes
    ----------
    draws, tune, seed, cores
        As for :meth:`forkmodel.ForkModel.fit`.
    quick : bool
        Whether few draws will do.
    warm : Path or None
        Saved fit whose metric and region the chains begin with.
    """

    draws: int | None = None
    tune: int | None = None
    seed: int = 1
    cores: int | None = None
    quick: bool = False
    warm: Path | None = None


def make_fit(
    source: Source,
    priors: str,
    sampling: Sampling,
    progress: Progress,
    horizon: str | None = None,
    warm: Fit | None = None,
) -> Fit:
    """Read the tables and fit the model.

    Parameters
    ----------
    source : Source
        The tables.
    priors : str
        Name of a bundled prior set or path of a prior file.
    sampling : Sampling
        Draws, seed and cores.
    progress : callable
        Called as ``progress(stage, fraction, message)`` with stages ``data``, ``compile`` and ``sample``.
    horizon : str, optional
        Where a forecast of the fit is to end: refused before anything is compiled if the tables do not allow
        it.
    warm : Fit, optional
        Fit to begin with, where it is at hand; that of ``sampling`` by default.

    Returns
    -------
    Fit
        The fit, with the seconds of each stage in ``timings``.
    """
    progress("data", 0.0, "")
    begin = time.perf_counter()
    if warm is None and sampling.warm is not None:
        from forkmodel.fit import load

        warm = load(sampling.warm)
    market = source.load()
    if horizon is not None:
        from forkmodel.forecast.calendar import Calendar

        Calendar.from_vintage(market.vintage, horizon)
    from forkmodel.fork_model import ForkModel
    from forkmodel.inference.sampling import DEFAULT_TUNE, QUICK_TUNE

    try:
        model = ForkModel(market, priors=priors)
    except ModelError as error:
        if source.as_of is None:
            raise
        raise ModelError(f"--as-of {source.as_of}: {error}{_later(source)}") from error
    ready = time.perf_counter()
    fit = model.fit(
        draws=_draws(sampling),
        tune=_or(sampling.tune, QUICK_TUNE if sampling.quick else DEFAULT_TUNE),
        seed=sampling.seed,
        cores=sampling.cores,
        progress=progress,
        warm=warm,
    )
    fit.timings["data"] = ready - begin
    return fit


def _later(source: Source) -> str:
    """Return which day would do, as the end of a message."""
    from forkmodel.observations.earliest import earliest_day

    day = earliest_day(replace(source, as_of=None, strict=False).load(), strict=source.strict)
    return "" if day is None else f" The earliest day that will do is {day.date()}."


def _draws(sampling: Sampling) -> int:
    """Return the draws per chain that are asked for."""
    from forkmodel.inference.sampling import DEFAULT_DRAWS, QUICK_DRAWS

    return _or(sampling.draws, QUICK_DRAWS if sampling.quick else DEFAULT_DRAWS)


def fit_bytes(sampling: Sampling) -> int:
    """Return about how many bytes a fit takes that is sampled so, for what holds its target."""
    from forkmodel.inference.sampling import DEFAULT_CHAINS

    return DEFAULT_CHAINS * _draws(sampling) * FIT_BYTES


def _or(given: int | None, default: int) -> int:
    return default if given is None else given


def _names() -> list[str]:
    """Return the names of all files that a run may leave."""
    # Here and not on top: every command imports this module, and few need what reads prior files.
    from forkmodel.priors.files import BUNDLED

    others = [f"fit-{name}.nc" for name in BUNDLED]
    return [FIT_FILE, FORECAST_FILE, REPORT_FILE, SUMMARY_FILE, *others]


def _other_fits(
    out: Path, fit: Fit, source: Source, priors: str, sampling: Sampling, progress: Progress
) -> dict[str, Fit]:
    """Fit the model under the other bundled prior sets, and keep each fit as soon as it is made.

    Each begins with the metric of the first: on the same tables the posterior has nearly the same shape.
    """
    from forkmodel.priors.files import BUNDLED

    fits = {}
    for name in BUNDLED:
        if name == priors:
            continue
        fits[name] = make_fit(source, name, sampling, progress, warm=fit)
        fits[name].save(out / f"fit-{name}.nc")
    return fits


def run(
    out: Path,
    source: Source,
    priors: str,
    sampling: Sampling,
    progress: Progress,
    *,
    horizon: str = "2036-12",
    all_priors: bool = False,
) -> tuple[Fit, dict[str, Any]]:
    """Fit and forecast; leave ``fit.nc``, ``forecast.nc``, ``report.html`` and ``summary.json`` in a folder.

    Nothing is written before the fit exists. The folder never mixes files of two fits: new files wait in its
    sub-folder ``unfinished`` until all of them exist, and then replace the old ones together. If something
    after the fit fails, the old files stay as they were and the new fit waits in ``unfinished/fit.nc``.

    Parameters
    ----------
    out : Path
        The folder; made if absent.
    source, priors, sampling, progress
        As for :func:`make_fit`; the further stages are ``derive``, ``forecast`` and ``report``.
    horizon : str
        Last day, month, quarter or year of the forecast; claims about a later time are not decided.
    all_priors : bool
        Whether to fit the other bundled prior sets too (``fit-skeptic.nc``, ``fit-advocate.nc``); without it
        they are approximated from the one fit.

    Returns
    -------
    Fit
        The fit.
    dict
        The content of ``summary.json``.
    """
    read_span(horizon, "the horizon")
    forecast_bytes = fit_bytes(sampling) // FIT_BYTES * FORECAST_BYTES
    names = _names()
    begin = time.perf_counter()
    with held_target(out, folder=True, needs=fit_bytes(sampling) + forecast_bytes):
        check_target(out / UNFINISHED, folder=True)
        for name in names:
            check_target(out / name, folder=False)
        fit = make_fit(source, priors, sampling, progress, horizon)
        progress("derive", 0.0, DERIVING)
        with staged_files(out, names, keep=True) as waiting:
            kept = waiting / FIT_FILE
            fit.save(kept)
            try:
                return fit, _finish(
                    waiting, fit, source, priors, sampling, progress, horizon, all_priors, begin
                )
            except BaseException as error:
                error.add_note(f"The fit is kept in {kept}; `forkmodel report {kept}` goes on from it.")
                raise


def _finish(
    out: Path,
    fit: Fit,
    source: Source,
    priors: str,
    sampling: Sampling,
    progress: Progress,
    horizon: str,
    all_priors: bool,
    begin: float,
) -> dict[str, Any]:
    """Write everything that follows from a fit, and return the content of ``summary.json``."""
    others = _other_fits(out, fit, source, priors, sampling, progress) if all_priors else {}
    content = fit.report_content()
    foreseen = time.perf_counter()
    from forkmodel.report.assemble import make_outlook, with_outlook

    outlook = make_outlook(
        fit.result, horizon, {name: other.result for name, other in others.items()}, progress
    )
    outlook.forecast.save(out / FORECAST_FILE)
    content = with_outlook(content, fit.result, outlook)
    fit.timings["forecast"] = time.perf_counter() - foreseen
    progress("report", 0.0, "")
    from forkmodel.report import summary_json, write_report

    written = time.perf_counter()
    write_report(content, out / REPORT_FILE)
    end = time.perf_counter()
    summary = dict(summary_json(content))
    summary["seconds"] = {
        **summary.get("seconds", {}),
        "forecast": fit.timings["forecast"],
        "report": end - written,
        "total": end - begin,
    }
    summary = json_ready(summary)
    write_whole(out / SUMMARY_FILE, json_text(summary))
    return dict(summary)


def report(
    fit: Fit,
    *,
    to: str | Path = "report.html",
    outlook: bool = True,
    forecast: Forecast | None = None,
    sections: Sequence[str] | None = None,
) -> Path:
    """Write the report of a fit as one HTML file that needs no network, or as Markdown.

    Parameters
    ----------
    fit : Fit
        The fit. If its review failed, the report says so on top and draws no conclusions.
    to : str or Path
        The file; an existing one is replaced once the new one is complete. A name that ends in ``.md`` gives
        Markdown without charts.
    outlook : bool
        Whether to forecast, judge the claims and compare the scenarios too, which takes about a minute; a fit
        of some blocks only cannot.
    forecast : Forecast, optional
        The forecast of this fit that is at hand; simulated by default.
    sections : sequence of str, optional
        Sections below the first screen that are wanted, such as ``claims`` and ``buyer``; all by default.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ForkModelError
        If the file cannot be written there, there is no such section, or the forecast is not of this fit.
    """
    from forkmodel.model.design import BLOCKS
    from forkmodel.report import check_sections, write_report

    path = Path(to)
    check_target(path, folder=False)
    check_sections(sections)
    content = fit.report_content()
    if outlook and fit.blocks == BLOCKS:
        from forkmodel.report.assemble import make_outlook, with_outlook

        content = with_outlook(content, fit.result, make_outlook(fit.result, baseline=forecast))
    write_report(content, path, sections)
    return path
