"""The way in: a plain question is answered at once, everything else by the parser of all commands.

Importing that parser takes longer than reading the worlds and answering.
"""

from __future__ import annotations

import sys

from forkmodel.cli.interrupts import let_imports_finish

__all__ = ["main"]

JSON = "--json"


def _plain_question(words: list[str]) -> list[str] | None:
    """Return the words after ``query``; None for other commands, other options, and no words at all."""
    command, rest = words[:1], [word for word in words[1:] if word != JSON]
    if command != ["query"] or not rest or any(word.startswith("--") for word in rest):
        return None
    return rest


def main() -> None:
    """Run the command line and exit with its status."""
    let_imports_finish()
    words = _plain_question(sys.argv[1:])
    if words is None:
        from forkmodel.cli.main import main as run

        return run()
    from forkmodel.cli.asking import print_answer
    from forkmodel.cli.console import prepare_streams
    from forkmodel.cli.failures import failure_status

    prepare_streams()
    as_json = JSON in sys.argv[1:]
    try:
        print_answer(words, as_json=as_json)
        sys.stdout.flush()
    except BaseException as error:
        sys.exit(failure_status(error, as_json=as_json))
