"""The pipeline behind ``forkmodel run``: tables and priors in, one folder of results out."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forkmodel.dates import read_day, read_span
from forkmodel.errors import ForkModelError, ModelError, StoppedError
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
#: Where the draws of an interrupted run wait; the next finished one removes it.
INTERRUPTED_FILE = "fit.interrupted.nc"
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
    fresh : bool
        Whether to sample even where the folder of a run holds this very fit.
    """

    draws: int | None = None
    tune: int | None = None
    seed: int = 1
    cores: int | None = None
    quick: bool = False
    warm: Path | None = None
    fresh: bool = False


def make_fit(
    source: Source,
    priors: str,
    sampling: Sampling,
    progress: Progress,
    horizon: str | None = None,
    warm: Fit | None = None,
    kept: Sequence[Path] = (),
    interruptible: bool = False,
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
    kept : sequence of Path
        Where this very fit may lie from an earlier run: then its draws are taken and none are made.
    interruptible : bool
        As for :meth:`forkmodel.ForkModel.fit`.

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
    from forkmodel.fit import Fit
    from forkmodel.fork_model import ForkModel
    from forkmodel.inference.sampling import DEFAULT_TUNE, QUICK_TUNE
    from forkmodel.recipe import found_again, recipe_of

    try:
        model = ForkModel(market, priors=priors)
    except ModelError as error:
        if source.as_of is None:
            raise
        raise ModelError(f"--as-of {source.as_of}: {error}{_later(source)}") from error
    draws, tune = _draws(sampling), _or(sampling.tune, QUICK_TUNE if sampling.quick else DEFAULT_TUNE)
    recipe = recipe_of(model.joint, draws, tune, sampling.seed, warm)
    if (again := found_again(kept, recipe)) is not None:
        progress("sample", 1.0, f"{again[0]} was made from the same, so its draws are taken")
        return Fit(again[1])
    ready = time.perf_counter()
    fit = model.fit(
        draws=draws,
        tune=tune,
        seed=sampling.seed,
        cores=sampling.cores,
        progress=progress,
        warm=warm,
        interruptible=interruptible,
    )
    fit.timings["data"] = ready - begin
    # An interrupted fit is not what its recipe would make.
    return fit if fit.interrupted else Fit(replace(fit.result, recipe=recipe))


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
    return [FIT_FILE, INTERRUPTED_FILE, FORECAST_FILE, REPORT_FILE, SUMMARY_FILE, *others]


def _kept(out: Path, name: str, sampling: Sampling) -> tuple[Path, ...]:
    """Return where the folder of a run may hold a fit: finished, or left by a run that did not end."""
    return () if sampling.fresh else (out / name, out / UNFINISHED / name)


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
        file = f"fit-{name}.nc"
        fits[name] = make_fit(
            source, name, sampling, progress, warm=fit, kept=_kept(out.parent, file, sampling)
        )
        fits[name].save(out / file)
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
) -> tuple[Fit, dict[str, Any] | None]:
    """Fit and forecast; leave ``fit.nc``, ``forecast.nc``, ``report.html`` and ``summary.json`` in a folder.

    If the folder holds a fit of the same tables, priors, settings, seed, code and package versions, its draws
    are taken instead of sampling the same again. Nothing is written before the fit exists. The folder never
    mixes files of two fits: new files wait in its sub-folder ``unfinished`` until all of them exist, and then
    replace the old ones together. If something after the fit fails, the old files stay as they were and the
    new fit waits in ``unfinished/fit.nc``.

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
    dict or None
        The content of ``summary.json``; None if sampling was interrupted, and then nothing is written.

    Raises
    ------
    StoppedError
        If it was interrupted later, when the fit was there.
    """
    read_span(horizon, "the horizon")
    forecast_bytes = fit_bytes(sampling) // FIT_BYTES * FORECAST_BYTES
    names = _names()
    begin = time.perf_counter()
    with held_target(out, folder=True, needs=fit_bytes(sampling) + forecast_bytes):
        check_target(out / UNFINISHED, folder=True)
        for name in names:
            check_target(out / name, folder=False)
        kept = _kept(out, FIT_FILE, sampling)
        fit = make_fit(source, priors, sampling, progress, horizon, kept=kept, interruptible=True)
        if fit.interrupted:
            return fit, None
        progress("derive", 0.0, DERIVING)
        with staged_files(out, names, keep=True) as waiting:
            file = waiting / FIT_FILE
            fit.save(file)
            try:
                return fit, _finish(
                    waiting, fit, source, priors, sampling, progress, horizon, all_priors, begin
                )
            except KeyboardInterrupt as error:
                raise StoppedError(f"Interrupted. {_waits(file)}") from error
            except BaseException as error:
                error.add_note(_waits(file))
                raise


def _waits(file: Path) -> str:
    return f"The fit is kept in {file}; `forkmodel report {file}` goes on from it."


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
    to: str | Path | None = "report.html",
    outlook: bool = True,
    forecast: Forecast | None = None,
    sections: Sequence[str] | None = None,
    templates: str | Path | None = None,
    figures: str | Path | None = None,
) -> Path:
    """Write the report of a fit as one HTML file that needs no network, as PDF or Markdown, or its charts.

    Parameters
    ----------
    fit : Fit
        The fit. If its review failed, the report says so on top and draws no conclusions.
    to : str or Path
        The file; an existing one is replaced once the new one is complete. A name that ends in ``.pdf`` gives
        what a Chromium of this machine prints, one that ends in ``.md`` Markdown without charts. None for
        the charts alone.
    outlook : bool
        Whether to forecast, judge the claims and compare the scenarios too, which takes about a minute; a fit
        of some blocks only cannot.
    forecast : Forecast, optional
        The forecast of this fit that is at hand; simulated by default.
    sections : sequence of str, optional
        Sections below the first screen that are wanted, such as ``claims`` and ``buyer``; all by default.
    templates : str or Path, optional
        A folder of templates that take the place of the package's of the same name.
    figures : str or Path, optional
        A folder to write every chart to, as SVG with its numbers as CSV.

    Returns
    -------
    Path
        The file; the folder of the charts if no file is wanted.

    Raises
    ------
    ForkModelError
        If the file cannot be written there, there is no such section, a template is wrong, the forecast is
        not of this fit, or no browser is here that prints.
    """
    from forkmodel.model.design import BLOCKS
    from forkmodel.report import check_report, write_figures, write_report

    if to is None and figures is None:
        raise ForkModelError("nothing to write: give a file, a folder for figures, or both.")
    if to is not None:
        check_target(Path(to), folder=False)
    if figures is not None:
        check_target(Path(figures), folder=True)
    check_report(to, sections, templates)
    content = fit.report_content()
    if outlook and fit.blocks == BLOCKS:
        from forkmodel.report.assemble import make_outlook, with_outlook

        content = with_outlook(content, fit.result, make_outlook(fit.result, baseline=forecast))
    if figures is not None:
        write_figures(content, figures, sections)
    if to is None:
        return Path(str(figures))
    write_report(content, to, sections, templates=templates)
    return Path(to)
