"""The scoreboard as Markdown: by target, who won when, by quarters ahead, calibration, decided events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from forkmodel.validate.backtest.scoreboard import WORLDS
from forkmodel.validate.markdown import NONE, markdown_table

__all__ = ["scoreboard_tables"]


def scoreboard_tables(record: Mapping[str, Any]) -> list[str]:
    """Return the scoreboard of a record as tables; none where a record has no scoreboard or no case.

    Parameters
    ----------
    record : mapping
        What ``forkmodel backtest --json`` prints.
    """
    board = record.get("scoreboard")
    if board is None or board["pooled"] is None:
        return []
    tables = [_skills(board), _coverage(board), _windows(board), _horizons(board), _calibration(board)]
    return tables if board["events"] is None else [*tables, _events(board["events"])]


def _groups(board: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [*board["by_target"], {"target": "all", "crps": None, "unit": None, **board["pooled"]}]


def _skill(found: Mapping[str, Any] | None) -> str:
    return NONE if found is None else f"{found['skill']:+.2f} ({found['n']})"


def _with_interval(found: Mapping[str, Any] | None) -> str:
    if found is None or found["low"] is None:
        return _skill(found)
    return f"{found['skill']:+.2f} [{found['low']:+.2f}, {found['high']:+.2f}] ({found['n']})"


def _skills(board: Mapping[str, Any]) -> str:
    rows = [
        [
            group["target"],
            group["n"],
            None if group["crps"] is None else f"{group['crps']:.3g} {group['unit']}",
            *(_skill(group["skill"][name]) for name in board["named"]),
            _with_interval(group["skill"][board["bar"]]),
        ]
        for group in _groups(board)
    ]
    over = [f"over {name} (n)" for name in board["named"]]
    return markdown_table(["skill of the worlds", "n", "CRPS", *over, f"over the {board['bar']} (n)"], rows)


def _coverage(board: Mapping[str, Any]) -> str:
    groups = _groups(board)
    masses = list(groups[0]["coverage"])
    rows = [
        [
            group["target"],
            group["n"],
            *(_held(group["coverage"][mass]) for mass in masses),
            " ".join(map(str, group["pit"])),
        ]
        for group in groups
    ]
    inside = [f"in {100 * float(mass):.0f} %" for mass in masses]
    return markdown_table(["outcomes inside", "n", *inside, "PIT by tenths"], rows)


def _held(found: Mapping[str, Any]) -> str:
    held = f"{100 * found['held']:.0f}"
    return held if found["low"] is None else f"{held} [{100 * found['low']:.0f}, {100 * found['high']:.0f}]"


def _wide(rows: Iterable[Mapping[str, Any]], by: str, first: str, *, winner: bool) -> str:
    rows = list(rows)
    keys = sorted({row[by] for row in rows})
    cells = {(row["target"], row[by]): _cell(row, winner=winner) for row in rows}
    targets = dict.fromkeys(row["target"] for row in rows)
    lines = [[target, *(cells.get((target, key), "") for key in keys)] for target in targets]
    return markdown_table([first, *map(str, keys)], lines)


def _cell(row: Mapping[str, Any], *, winner: bool) -> str:
    if row["skill"] is None:
        return f"{NONE} ({row['n']})"
    won = f"{row['winner'] or NONE}, " if winner else ""
    won = f"**{WORLDS}**, " if winner and row["winner"] == WORLDS else won
    return f"{won}{row['skill']:+.2f} ({row['n_compared']})"


def _windows(board: Mapping[str, Any]) -> str:
    title = f"who won from each cut-off, skill over the {board['bar']} (n)"
    return _wide(board["by_window"], "cutoff", title, winner=True)


def _horizons(board: Mapping[str, Any]) -> str:
    title = f"skill over the {board['bar']} by quarters ahead (n)"
    return _wide(board["by_horizon"], "horizon_quarters", title, winner=False)


def _calibration(board: Mapping[str, Any]) -> str:
    groups = _groups(board)
    levels = list(groups[0]["calibration"])
    rows = [
        [group["target"], *(f"{100 * group['calibration'][level]:.0f}" for level in levels)]
        for group in groups
    ]
    return markdown_table(
        ["% of outcomes below quantile", *(f"{100 * float(level):.0f} %" for level in levels)], rows
    )


def _events(events: Mapping[str, Any]) -> str:
    parts = ("brier", "reliability", "resolution", "uncertainty", "within")
    score = [f"{name} {events[name]:.3f}" for name in parts]
    rows = [[f"{row['forecast']:.2f}", f"{row['happened']:.2f}", row["n"]] for row in events["bins"]]
    return markdown_table(
        [f"“{events['event']}” ({', '.join(score)}): mean forecast", "part that happened", "n"], rows
    )
