"""The commands about the future: ``forecast``, ``compare``, ``claims`` and ``scenarios``."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forkmodel.cli.console import print_json, print_table, say, show_progress
from forkmodel.cli.failures import REVIEW_FAILED, say_whether_sound, withhold_if_failed
from forkmodel.dates import read_span
from forkmodel.errors import ForkModelError, ScenarioError

if TYPE_CHECKING:
    from forkmodel.data.market_tables import MarketTables
    from forkmodel.fit import Fit

__all__ = ["claims", "compare", "forecast", "scenarios_app"]

scenarios_app = typer.Typer(no_args_is_help=True)

#: Said before claims judged on worlds of another market than that of the bundled tables.
OTHER_MARKET = (
    "These claims are about the market of the bundled tables; their thresholds were set for it, and priors "
    "stand in where your tables have no row."
)


def _scenarios_like(incomplete: str) -> list[str]:
    """Return the names of scenarios that begin so, for the shell."""
    from forkmodel.forecast.scenario_files import bundled_scenarios

    return [name for name in bundled_scenarios() if name.startswith(incomplete)]


FitArgument = Annotated[Path, typer.Argument(help="File that `forkmodel fit` or `run` wrote.")]
ScenarioOption = Annotated[
    list[str] | None,
    typer.Option(
        "--scenario",
        help="Name or TOML file; several hold at once. See `forkmodel scenarios`.",
        autocompletion=_scenarios_like,
    ),
]
HorizonOption = Annotated[str, typer.Option("--horizon", help="Last day, month, quarter or year.")]
WHOLE_HORIZON = "2036-12"
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")]


def _load(file: Path) -> Fit:
    from forkmodel.fit import load

    return load(file)


def _check_horizon(data: MarketTables, horizon: str) -> None:
    """Refuse a horizon that the fit's data do not allow, before anything is computed."""
    from forkmodel.forecast.calendar import Calendar

    Calendar.from_vintage(data.vintage, horizon)


def forecast(
    file: FitArgument,
    out: Annotated[
        Path | None, typer.Option("--out", help="File to write one world a draw to, as forecast.nc.")
    ] = None,
    store: Annotated[
        Path | None, typer.Option("--store", help="Folder to write any number of worlds to, as worlds.zarr.")
    ] = None,
    worlds: Annotated[
        int | None, typer.Option("--worlds", min=1, help="Worlds in the store; one a draw if left out.")
    ] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(
            "--keep", help="Outcome to keep in the store, such as hhi; several times. Default: all."
        ),
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", help="First day, month, quarter or year kept in the store.")
    ] = None,
    scenario: ScenarioOption = None,
    horizon: HorizonOption = "2036-12",
    ensemble: Annotated[
        bool,
        typer.Option(
            "--ensemble/--structural",
            help="Keep worlds near simple forecasts of the next four quarters more often, or one a draw.",
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Simulate the worlds of a saved fit to the horizon.

    A store holds more worlds than memory: each draw is carried on several times, with futures of its own. An
    interrupted run goes on where it stopped when it is started again.
    """
    from forkmodel.forecast.scenario_files import BASELINE, load_scenarios
    from forkmodel.targets import check_target, held_target

    target = _target(out, store, with_store=(worlds, keep, since))
    if ensemble and store is not None:
        raise ForkModelError("--ensemble needs --out: worlds of a store are one after another, never chosen.")
    check_target(target, folder=store is not None)
    # A mistyped horizon or scenario is answered before seconds are spent on reading.
    read_span(horizon, "the horizon")
    if since is not None:
        read_span(since, "the first quarter kept")
    if keep is not None:
        from forkmodel.forecast.frame import kept_outcomes

        kept_outcomes(keep)
    wanted = load_scenarios(scenario or [BASELINE])
    # A store is held where it is written.
    holding = held_target(target, folder=False) if store is None else nullcontext()
    with holding, show_progress() as progress:
        progress("read", 0.0, str(file))
        fit = _load(file)
        _check_horizon(fit.data, horizon)
        progress("forecast", 0.0, wanted.name)
        if store is None:
            made = fit.forecast(horizon, wanted, ensemble=ensemble)
            made.save(target)
        else:
            made = fit.forecast_to(
                store,
                worlds,
                horizon,
                wanted,
                keep=keep,
                since=since,
                progress=lambda part: progress("forecast", part, wanted.name),
            )
    if as_json:
        print_json({"forecast": str(target), **made.facts})
    else:
        say(f"Wrote {target}: {made!r}.")
        if ensemble:
            from forkmodel.forecast.ensemble.words import said

            say(said(made.facts))
    if made.facts["review"] == "FAIL":
        say("The review of this fit FAILED: do not quote the forecast.", err=True)
        raise typer.Exit(REVIEW_FAILED)


def _target(out: Path | None, store: Path | None, with_store: tuple[object, ...]) -> Path:
    """Return where the forecast goes: a file or a store, and what only a store takes is given with one."""
    if out is not None and store is not None:
        raise ForkModelError("--out and --store are two places; give one of them.")
    if out is not None and any(option is not None for option in with_store):
        raise ForkModelError(
            "--worlds, --keep and --since need --store; a file holds every world and outcome."
        )
    found = out or store
    if found is None:
        raise ForkModelError(
            "give --out FILE for one world a draw, or --store FOLDER for any number of worlds."
        )
    return found


def compare(
    file: FitArgument,
    scenario: ScenarioOption = None,
    horizon: HorizonOption = "2036-12",
    as_json: JsonOption = False,
) -> None:
    """Compare scenarios with the baseline, world by world.

    Several scenarios are compared as one that combines them; without any, each bundled one is compared.
    """
    from forkmodel.forecast.effects import YEARS, effects_of
    from forkmodel.forecast.scenario_files import BASELINE, bundled_scenarios, load_scenario, load_scenarios

    last = read_span(horizon, "the horizon").last
    if (last.year, last.month) < (YEARS[0], 10):
        raise ForkModelError(
            f"effects are stated for the ends of {', '.join(map(str, YEARS))}, and the horizon {horizon} "
            f"reaches none of them; give {YEARS[0]} or later."
        )
    names = [name for name in bundled_scenarios() if name != BASELINE]
    wanted = [load_scenarios(scenario)] if scenario else [load_scenario(name) for name in names]
    with show_progress() as progress:
        progress("read", 0.0, str(file))
        fit = _load(file)
        _check_horizon(fit.data, horizon)
        baseline = fit.forecast(horizon)
        said = ", ".join(one.name for one in wanted)
        found = effects_of(fit.result, baseline, wanted, lambda part: progress("forecast", part, said))
        rows: list[dict[str, Any]] = [
            {str(key): value for key, value in row.items()} for row in found.to_dict("records")
        ]
    if as_json:
        print_json({"horizon": baseline.facts["horizon"], "effects": rows})
        return
    columns = ["scenario", "label", "date", "baseline_median", "median", "q10", "q90", "unit", "draws"]
    print_table(
        columns,
        [[row[column] for column in columns] for row in rows],
        title="Difference from the baseline in the same world: median and 80 % interval",
    )


def claims(
    file: Annotated[
        Path | None,
        typer.Argument(help="Fit, forecast file or store of worlds; the package's own fit if left out."),
    ] = None,
    skeptic: Annotated[
        Path | None,
        typer.Option("--skeptic", help="Fit under the skeptic's priors; approximated if left out."),
    ] = None,
    advocate: Annotated[
        Path | None,
        typer.Option("--advocate", help="Fit under the advocate's priors; approximated if left out."),
    ] = None,
    horizon: HorizonOption = WHOLE_HORIZON,
    as_json: JsonOption = False,
) -> None:
    """Print how probable every claim is, by prior set."""
    from forkmodel.formats import is_forecast_file, is_forecast_store

    read_span(horizon, "the horizon")
    others = {name: path for name, path in (("skeptic", skeptic), ("advocate", advocate)) if path}
    said = ""
    if file is None:
        if others or horizon != WHOLE_HORIZON:
            raise ForkModelError(
                "--skeptic, --advocate and --horizon need a fit; name its file: `forkmodel claims fit.nc`."
            )
        document, said = _claims_of_package()
    elif is_forecast_file(file) or is_forecast_store(file):
        document = _claims_of_forecast(file)
    else:
        document = _claims_of_fit(file, others, horizon)
    if as_json:
        print_json(document)
        return
    _print_claims(document)
    if said:
        say(said)


def _claims_of_package() -> tuple[dict[str, Any], str]:
    """Return the claims as judged on all draws of the package's own fit, and whose they are."""
    from forkmodel.forecast.bundled import bundled_claims, bundled_file, bundled_fit

    fit = bundled_fit()
    if fit.claims_changed:
        document = _claims_of_forecast(bundled_file("forecast.nc"))
        said = f"{fit.sentence} The ledger has changed since: only these were asked."
    else:
        document = bundled_claims()
        said = f"{fit.sentence} Claims were judged on all {fit.draws:,}."
    return document | {"bundled_fit": fit.as_dict()}, said


def _claims_of_forecast(file: Path) -> dict[str, Any]:
    from forkmodel.claims import exact_view, judge, load_ledger
    from forkmodel.forecast.forecast import load_forecast

    found = load_forecast(file)
    withhold_if_failed(str(found.facts.get("review")), "claims")
    return judge(load_ledger(), [exact_view(found)]).as_dict()


def _claims_of_fit(file: Path, others: dict[str, Path], horizon: str) -> dict[str, Any]:
    from forkmodel.claims.judge import claims_table
    from forkmodel.claims.prior_views import prior_views
    from forkmodel.forecast.worlds import forecast_from
    from forkmodel.inference.storage import load
    from forkmodel.results.review import review_of

    with show_progress() as progress:
        progress("read", 0.0, str(file))
        posterior = load(file)
        _check_horizon(posterior.data, horizon)
        progress("derive", 0.0, "review")
        withhold_if_failed(review_of(posterior).status, "claims")
        fitted = {name: load(path) for name, path in others.items()}
        progress("forecast", 0.0, "claims")
        views = prior_views(posterior, forecast_from(posterior, horizon), fitted)
        document = claims_table(posterior, views).as_dict()
    return document if posterior.panel.catalogue.names.bundled else {**document, "note": OTHER_MARKET}


def _print_claims(document: dict[str, Any]) -> None:
    if "note" in document:
        say(document["note"])
    views = list(document["joint"]["probability"])
    rows = [document["joint"], *document["claims"]]

    def chance(row: dict[str, Any], view: str) -> str:
        p, error = row["probability"][view], row["mcse"][view]
        return "-" if p is None else f"{p:.3f} ± {error:.3f}"

    def remark(row: dict[str, Any]) -> str:
        if not row["computable"]:
            return f"not computed: {row['reason']}"
        if row["decided"] is False:
            return str(row["reason"])
        moved = ", ".join(
            f"{mover['parameter']} ({'+' if mover['correlation'] > 0 else '-'})" for mover in row["movers"]
        )
        blunt = f"not diagnostic: {row['why_not_diagnostic']}. " if row["diagnostic"] is False else ""
        return blunt + (f"moved by {moved}" if moved else "")

    print_table(
        ["claim", "statement", "event", *views, "remark"],
        [
            [
                row["id"],
                row["statement"],
                row["threshold"] or "",
                *(chance(row, s) for s in views),
                remark(row),
            ]
            for row in rows
        ],
        title="Probability of every claim, with Monte Carlo standard error",
    )
    for view in views:
        say(f"{view}: {document['joint']['method'][view]}; {document['joint']['draws'][view]} draws.")


@scenarios_app.command("show")
def show_scenarios(as_json: JsonOption = False) -> None:
    """List the bundled scenarios."""
    from forkmodel.forecast.scenario_files import bundled_scenarios, load_scenario

    found = [load_scenario(name) for name in bundled_scenarios()]
    if as_json:
        print_json(
            {"scenarios": [{"name": s.name, "meaning": s.meaning, "sources": list(s.sources)} for s in found]}
        )
    else:
        print_table(["name", "meaning"], [(s.name, s.meaning) for s in found], title="Scenarios")


@scenarios_app.command("levers")
def show_levers(as_json: JsonOption = False) -> None:
    """List what a scenario file may change."""
    from forkmodel.forecast.scenario import EVENTS, LEVERS

    levers = [
        {"lever": name, "takes": "multiply" if lever.multiplies else "add", "meaning": lever.meaning}
        for name, lever in LEVERS.items()
    ]
    events = [{"event": name, "meaning": meaning} for name, meaning in EVENTS.items()]
    if as_json:
        print_json({"levers": levers, "events": events})
        return
    print_table(["lever", "takes", "meaning"], [tuple(row.values()) for row in levers], title="Levers")
    print_table(["event", "meaning"], [tuple(row.values()) for row in events], title="Events")


@scenarios_app.command("check")
def check_scenario(
    name: Annotated[str, typer.Argument(help="TOML file, or the name of a bundled scenario.")],
    as_json: JsonOption = False,
) -> None:
    """Check a scenario file."""
    from forkmodel.forecast.scenario_files import load_scenario

    problems = []
    try:
        load_scenario(name)
    except ScenarioError as error:
        problems.append(str(error))
    say_whether_sound(name, problems, as_json=as_json)
