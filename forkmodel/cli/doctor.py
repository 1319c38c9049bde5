"""The command ``doctor``: what this installation is, and whether it works."""

from __future__ import annotations

from typing import Annotated

import typer

from forkmodel.cli.console import print_json, print_table, say, show_progress

__all__ = ["doctor"]

#: Exit status where a problem was found.
UNWELL = 1


def doctor(
    fast: Annotated[bool, typer.Option("--fast", help="Look only; leave out the fit in small.")] = False,
    warm: Annotated[
        bool, typer.Option("--warm", help="Compile the joint model too, so that the next fit starts at once.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")] = False,
) -> None:
    """Check versions, machine, caches and a fit in small."""
    from forkmodel import doctor as room

    with show_progress() as progress:
        progress("data", 0.0, "versions, machine, caches, bundled fit")
        found = room.examine()
        if not fast:
            progress("sample", 0.0, "self-test: a fit in small")
            found.append(room.self_test())
        if warm:
            progress("compile", 0.0, "the joint model; the first time takes minutes")
            found.append(room.warm())
    problems = [one for one in found if one.status == room.PROBLEM]
    if as_json:
        print_json({"ok": not problems, "findings": [one.as_dict() for one in found]})
    else:
        rows = [(one.part, one.name, one.status, one.value) for one in found]
        print_table(["part", "name", "status", "found"], rows)
        for one in found:
            if one.advice:
                say(f"{one.part}, {one.name}: {one.advice}")
    if problems:
        raise typer.Exit(UNWELL)
