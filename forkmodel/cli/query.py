"""The command ``query``: a question to a saved forecast or fit, or to the fit that comes with the package."""

from __future__ import annotations

from typing import Annotated

import typer

from forkmodel.cli.asking import EXAMPLE, print_answer

__all__ = ["query"]


def query(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[FILE] QUESTION",
            help="A file of `forkmodel forecast`, `fit` or `run`, the package's own forecast if left out; "
            f"and a question, such as {EXAMPLE}.",
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")] = False,
) -> None:
    """Ask a saved forecast or fit a question."""
    print_answer(words, as_json=as_json)
