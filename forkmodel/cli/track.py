"""The commands under ``track``: keep a forecast, put its scores on record, show the record."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from forkmodel.cli.console import print_json, print_table, say, show_progress
from forkmodel.cli.failures import withhold_if_failed
from forkmodel.cli.trust import DataOption, JsonOption, UpdateOption, say_first

__all__ = ["track_app"]

track_app = typer.Typer(no_args_is_help=True)

RecordOption = Annotated[Path, typer.Option("--record", help="File of the record.")]
RECORD = Path("track.jsonl")


@track_app.command("add")
def add(
    fit: Annotated[
        Path, typer.Argument(help="File that `forkmodel fit`, `run` or `track freeze` wrote.", metavar="FIT")
    ],
    forecast: Annotated[
        Path | None,
        typer.Option("--forecast", help="Saved forecast of the fit; simulated again if left out."),
    ] = None,
    data: DataOption = None,
    update: UpdateOption = None,
    yardstick: Annotated[
        Path | None,
        typer.Option(
            "--yardstick",
            help="Saved fit of the later tables that measures capability; made in a minute if left out.",
        ),
    ] = None,
    baseline: Annotated[
        list[str] | None,
        typer.Option("--baseline", help="Simple forecast to score beside it; several times. All by default."),
    ] = None,
    record: RecordOption = RECORD,
    as_json: JsonOption = False,
) -> None:
    """Score a forecast on later tables, and add it to the record."""
    from forkmodel.errors import ForkModelError, did_you_mean
    from forkmodel.forecast.baselines import BASELINES
    from forkmodel.pipeline import Source
    from forkmodel.targets import check_target
    from forkmodel.validate.standing import standing
    from forkmodel.validate.track.candidate import open_candidate
    from forkmodel.validate.track.measure import later_measure
    from forkmodel.validate.track.record import add_rows, read_record
    from forkmodel.validate.track.rows import score_rows

    for name in baseline or ():
        if name not in BASELINES:
            raise ForkModelError(f"unknown baseline {name!r}. {did_you_mean(name, list(BASELINES))}")
    check_target(record, folder=False)
    # A record that was changed is refused before minutes are spent.
    read_record(record)
    with show_progress() as progress:
        progress("data", 0.0, "")
        later = Source(data, tuple(update or ())).load()
        progress("read", 0.0, str(fit))
        candidate = open_candidate(fit, forecast)
        withhold_if_failed("" if candidate.review is None else candidate.review["status"], "scores")
        candidate.check_before(later)
        measured = later_measure(later, yardstick, progress)
        progress("score", 0.0, candidate.file)
        added = add_rows(record, score_rows(candidate, later, *measured, baseline or tuple(BASELINES)))
    said = standing(candidate.foresight.facts | {"yardstick": measured[1]}, again=False)
    if as_json:
        print_json(
            {
                "record": str(record),
                "standing": said,
                "added": len(added.rows),
                "revisions": sum(row["revises"] is not None for row in added.rows),
                "known": added.known,
                "older": added.older,
                "last_row_sha256": added.last_hash,
                "rows": added.rows,
            }
        )
        return
    say_first(said)
    if added.rows:
        print_table(*_rows(added.rows), title=f"Added to {record}")
    say(
        f"{len(added.rows)} rows added to {record}, {added.known} were on record, {added.older} are there "
        f"from later tables. Last hash: {added.last_hash}"
    )


def _rows(rows: list[dict[str, Any]]) -> tuple[list[str], list[list[Any]]]:
    columns = ["kind", "target", "entity", "quarter", "outcome", "median", "interval_80", "crps", "pit"]
    return [*columns, "revises"], [
        [" to ".join(map(str, row[name])) if name == "interval_80" else row[name] for name in columns]
        + [row["revises"]]
        for row in rows
    ]


@track_app.command("show")
def show(record: RecordOption = RECORD, as_json: JsonOption = False) -> None:
    """Print what the record comes to, frozen and retrospective.

    Skill, coverage and calibration; the two kinds are never added up.
    """
    from forkmodel.errors import RecordError
    from forkmodel.validate.track.calibration import calibration, forecasts_on_record
    from forkmodel.validate.track.chain import last_hash
    from forkmodel.validate.track.record import counted, read_record

    rows = read_record(record)
    if not rows:
        raise RecordError(f"{record} is not there or has no rows; `forkmodel track add` writes them.")
    found, forecasts, last = calibration(rows), forecasts_on_record(rows), last_hash(rows)
    if as_json:
        document = {"record": str(record), "rows": len(rows), "last_row_sha256": last, "forecasts": forecasts}
        print_json({**document, "calibration": found, "outcomes": counted(rows)})
        return
    print_table(
        ["file", "sha256", "vintage", "made", "review of its fit", "as-of view", "outcomes"],
        [
            [
                about["file"],
                about["forecast_sha256"][:12],
                about["vintage"],
                about["made"] or "not frozen",
                about["review"] or "not reviewed",
                about["as_of"],
                about["n"],
            ]
            for about in forecasts
        ],
        title="Forecasts on record",
    )
    for about in forecasts:
        say_first(f"{about['file']}: {sentence}" for sentence in about["standing"])
    for kind, group in found.items():
        _print_group(kind, group)
    say("Intervals of coverage are 95 % binomial ones, as if outcomes were independent, which they are not.")
    say(f"{len(rows)} rows, last hash {last}")


def _print_group(kind: str, group: dict[str, Any]) -> None:
    lines = [*group["targets"], {"target": "all", "unit": "", **group["pooled"]}]
    baselines = list(group["pooled"]["skill"])
    coverage = list(group["pooled"]["coverage"])

    def skill(line: dict[str, Any], name: str) -> str:
        found = line["skill"].get(name)
        return "" if found is None else f"{found['skill']:+.2f} ({found['n']})"

    def inside(line: dict[str, Any], mass: str) -> str:
        found = line["coverage"][mass]
        return f"{found['share']:.0%} ({found['low']:.0%} to {found['high']:.0%})"

    print_table(
        ["target", "n", "CRPS", "unit", *(f"in {mass} %" for mass in coverage), "PIT by tenths"],
        [
            [
                line["target"],
                line["n"],
                line["crps"],
                line["unit"],
                *(inside(line, mass) for mass in coverage),
                " ".join(map(str, line["pit"])),
            ]
            for line in lines
        ],
        title=f"{kind.capitalize()}: scores and coverage",
    )
    if baselines:
        print_table(
            ["target", *(f"skill over {name}" for name in baselines)],
            [[line["target"], *(skill(line, name) for name in baselines)] for line in lines],
            title=f"{kind.capitalize()}: part of a baseline's CRPS that is saved (outcomes compared)",
        )


@track_app.command("freeze")
def freeze(
    fit: Annotated[Path, typer.Argument(help="File that `forkmodel fit` or `run` wrote.", metavar="FIT")],
    out: Annotated[Path, typer.Option("--out", help="File to write, for example 2026-12-31.nc.")],
    priors: Annotated[
        str | None, typer.Option("--priors", help="Priors of what only the future needs; the fit's own.")
    ] = None,
    retrospective: Annotated[
        bool, typer.Option("--retrospective", help="Its tables are a view of the past: outcomes were known.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Keep a forecast, and list its hash in the manifest.

    The file holds the predictive draws of the fit's targets; it is small.
    """
    from forkmodel.priors import load_priors
    from forkmodel.targets import check_target
    from forkmodel.validate.track.published import MANIFEST
    from forkmodel.validate.track.published import freeze as keep

    check_target(out, folder=False)
    row = keep(fit, out, None if priors is None else load_priors(priors), retrospective=retrospective)
    if as_json:
        print_json(row)
        return
    say(
        f"Wrote {out} and its line in {out.parent / MANIFEST}: made {row['made']}, knows {row['vintage']}, "
        f"review {row['review']}, sha256 {row['sha256']}"
    )
