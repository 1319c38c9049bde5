"""Put the figures of ``results/`` into docs/performance.md: sampler against sampler, and the floor.

Run it with ``python benchmarks/table.py``; ``make bench`` does it last. What stands between two markers,
``<!-- NAME -->`` and ``<!-- /NAME -->``, is replaced; a table without results is left as it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from measure import LEVELS, RESULTS, arguments

from forkmodel.whole_files import whole_file

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"


def _row(*cells: object) -> str:
    return "| " + " | ".join(map(str, cells)) + " |"


def _four(levels: dict[str, float]) -> str:
    return " / ".join(f"{levels[name]:.3g}" for name in LEVELS)


def samplers(document: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of the table of one posterior."""
    own = document["samplers"].get("forkmodel")
    yield _row(
        "sampler",
        "compile, CPU s",
        "ms a gradient",
        "gradients a draw",
        "ESS per CPU s",
        "ESS per 1,000 gradients",
        "forkmodel's ESS per CPU s over it",
        "largest R-hat",
        "divergent",
    )
    yield "|---" * 9 + "|"
    for name, found in document["samplers"].items():
        times = {
            level: own["ess_per_cpu_s"][level] / found["ess_per_cpu_s"][level] for level in LEVELS if own
        }
        yield _row(
            name,
            f"{found['compile_cpu_s']:.0f}",
            f"{found['ms_per_gradient']:.2f}",
            f"{found['kept_gradients'] / found['kept_draws']:.0f}",
            _four(found["ess_per_cpu_s"]),
            _four(found["ess_per_1000_gradients"]),
            _four(times) if own else "",
            f"{found['ess']['rhat_max']:.2f}",
            f"{found['divergences']} of {found['kept_draws']:,}",
        )


def floor(document: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of the table of the floor."""
    yield _row("one gradient", "CPU ms")
    yield "|---|---|"
    for name, key in (
        ("scores, by hand", "scores_ms"),
        ("the router's model shares, by hand", "model_shares_ms"),
        ("both: the floor", "floor_ms"),
        ("joint model, as compiled", "joint_ms"),
    ):
        yield _row(name, f"{document[key]:.3f}")
    yield _row("joint model over the floor", f"{document['ratio']:.1f}")


def demand(document: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of the table of demand functions."""
    yield _row("94 markets", "largest difference", "ours, CPU ms", "PyBLP, CPU ms", "PyBLP's over ours")
    yield "|---|---|---|---|---|"
    for name, found in document["functions"].items():
        yield _row(
            name,
            f"{found['largest_difference']:.0e}",
            f"{found['ours_ms']:.1f}",
            f"{found['pyblp_ms']:.1f}",
            f"{found['ratio']:.1f}",
        )


TABLES: dict[str, Callable[[dict[str, Any]], Iterator[str]]] = {
    "peers-capability": samplers,
    "peers-joint": samplers,
    "floor": floor,
    "nevo": demand,
}


def main() -> None:
    """Rewrite the tables of the page."""
    asked = arguments(__doc__).parse_args()
    text = PAGE.read_text(encoding="utf-8")
    for name, lines in TABLES.items():
        path = RESULTS / f"{name}.json"
        if not path.exists():
            print(f"{path.name} is absent: its table stays as it is")
            continue
        before, begin, rest = text.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition(f"<!-- /{name} -->")
        assert end, f"{PAGE.name} has no markers {name}"
        table = "\n".join(lines(json.loads(path.read_text(encoding="utf-8"))))
        text = f"{before}{begin}\n{table}\n\n{end}{after}"
    if not asked.quick:
        with whole_file(PAGE) as temporary:
            temporary.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
