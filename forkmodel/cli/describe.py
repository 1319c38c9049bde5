"""``--help --json``: every command, its words and the document it prints, for programs that call them.

Commands and options are read off the commands themselves; what the documents hold is written in
:mod:`forkmodel.cli.documents`.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

import typer.main

from forkmodel.cli.documents import DOCUMENTS, FAILURE

__all__ = ["commands", "describe"]

#: Names of types that programs in any language know.
TYPES: Final[dict[Any, str]] = {
    Path: "path",
    bool: "boolean",
    float: "number",
    int: "integer",
    str: "string",
}
EXIT_STATUS: Final = {
    "0": "done",
    "1": "done, but the review of the fit FAILED, or `doctor` found a problem",
    "2": "bad input, arguments or a file that cannot be read or written",
    "70": "a defect in forkmodel",
    "130": "interrupted",
    "141": "the reader of stdout went away",
}


def commands(app: typer.Typer) -> dict[str, Any]:
    """Return every command that can be called, by the words that call it."""
    return dict(_below(typer.main.get_command(app), ""))


def _below(command: Any, words: str) -> Iterator[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield words, command
        return
    for name, each in inner.items():
        yield from _below(each, f"{words} {name}".strip())


def describe(app: typer.Typer, words: Sequence[str] = ()) -> dict[str, Any]:
    """Return what ``--help --json`` prints.

    Parameters
    ----------
    app : Typer
        The command line.
    words : sequence of str
        What was typed; commands that begin with its first words are described, all of them if none does.

    Returns
    -------
    dict
        ``commands`` with ``command, help, arguments, options, document``, where ``document`` gives the JSON
        type of each key of what ``--json`` prints, or null where there is no ``--json``; ``failure``, the
        document of a command that failed; ``exit_status``.
    """
    found = commands(app)
    chosen = [name for name in found if f"{name} ".startswith(f"{' '.join(_named(words, found))} ".lstrip())]
    return {
        "commands": [_command(name, found[name]) for name in chosen],
        "failure": FAILURE,
        "exit_status": EXIT_STATUS,
    }


def _named(words: Sequence[str], found: dict[str, Any]) -> list[str]:
    """Return the first words as far as they lead to a command."""
    led: list[str] = []
    for word in words:
        if not any(f"{name} ".startswith(f"{' '.join([*led, word])} ") for name in found):
            break
        led.append(word)
    return led


def _command(name: str, command: Any) -> dict[str, Any]:
    hints = get_type_hints(command.callback)
    described = [(each.param_type_name, _parameter(each, hints[each.name])) for each in command.params]
    return {
        "command": name,
        "help": " ".join((command.help or "").split()),
        "arguments": [one for kind, one in described if kind == "argument"],
        "options": [one for kind, one in described if kind == "option"],
        "document": DOCUMENTS.get(name),
    }


def _parameter(parameter: Any, hint: Any) -> dict[str, Any]:
    kind, repeated = _kind(hint)
    argument = parameter.param_type_name == "argument"
    limits = {name: getattr(parameter, name, None) for name in ("min", "max")}
    return {
        "name": (parameter.metavar or parameter.name) if argument else max(parameter.opts, key=len),
        "type": kind,
        "repeated": repeated,
        "required": bool(parameter.required),
        "default": parameter.default,
        "help": parameter.help or "",
        **{name: limit for name, limit in limits.items() if limit is not None},
    }


def _kind(hint: Any) -> tuple[str, bool]:
    """Return the type of one word, and whether several are taken."""
    if get_origin(hint) in (Union, types.UnionType):
        (hint,) = [part for part in get_args(hint) if part is not type(None)]
    repeated = get_origin(hint) is list
    return TYPES[get_args(hint)[0] if repeated else hint], repeated
