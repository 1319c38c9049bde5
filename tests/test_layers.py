"""Every import of the package points down the list of rooms, wherever it stands: no circle can hide."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import grimp
import pytest

#: The rooms from the top down. A room may import what stands on its line or below.
ROOMS = (
    ("__main__", "__init__"),
    ("cli",),
    ("doctor", "pipeline"),
    ("recipe",),
    ("fork_model",),
    ("fit",),
    ("fit_attributes",),
    ("report",),
    ("hindcast",),
    ("validate",),
    ("claims",),
    ("forecast",),
    ("update",),
    ("demand",),
    ("results",),
    ("inference",),
    ("observations",),
    ("model",),
    ("data", "priors"),
    ("market", "queries"),
    (
        "cores",
        "dates",
        "errors",
        "formats",
        "holding",
        "json_text",
        "options",
        "package_files",
        "seals",
        "targets",
        "whole_files",
    ),
)
HEIGHT = {room: len(ROOMS) - line for line, rooms in enumerate(ROOMS) for room in rooms}


@cache
def graph() -> grimp.ImportGraph:
    """Return all imports, those inside functions and for type checkers included."""
    return grimp.build_graph("forkmodel", exclude_type_checking_imports=False, cache_dir=None)


def room(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def test_every_module_stands_in_a_room():
    assert {room(module) for module in graph().modules} == set(HEIGHT)


def imports() -> list[tuple[str, str]]:
    found = graph()
    return [
        (importer, imported)
        for importer in sorted(found.modules)
        for imported in sorted(found.find_modules_directly_imported_by(importer))
    ]


def test_every_import_points_down():
    up = [
        f"{importer} imports {imported}"
        for importer, imported in imports()
        # The package's own front page names what is public, each loaded on first use.
        if imported != "forkmodel"
        and room(importer) != room(imported)
        and HEIGHT[room(importer)] < HEIGHT[room(imported)]
    ]
    assert not up, "\n".join(up)


def test_nothing_imports_the_front_page():
    assert [pair for pair in imports() if pair[1] == "forkmodel"] == []


@pytest.mark.parametrize("line", range(len(ROOMS)))
def test_no_room_has_a_circle_inside(line):
    """Modules of one room can be read in some order too."""
    found = graph()
    inside = [module for module in found.modules if room(module) in ROOMS[line]]
    edges = {
        module: {name for name in found.find_modules_directly_imported_by(module) if name in inside}
        for module in inside
    }
    while True:
        free = {module for module, needs in edges.items() if not needs}
        if not free:
            break
        edges = {module: needs - free for module, needs in edges.items() if module not in free}
    assert not edges, f"circle among {sorted(edges)}"


def test_a_room_stands_on_one_line_only():
    rooms = [room for line in ROOMS for room in line]
    assert len(rooms) == len(set(rooms)) == len(HEIGHT)


PLAN = Path(__file__).resolve().parents[1] / "ARCHITECTURE.md"


def named_rooms() -> list[str]:
    """Return the rooms that the plan names, in its order from the top down."""
    table = PLAN.read_text(encoding="utf-8").split("## The chain")[0]
    return re.findall(r"\]\(forkmodel/(\w+)(?:\.py)?\)", table)


def test_the_plan_names_every_room_in_the_order_that_is_held():
    named = named_rooms()
    assert set(HEIGHT) - set(ROOMS[-1]) - {"__init__", "__main__"} <= set(named) <= set(HEIGHT)
    heights = [HEIGHT[name] for name in named]
    assert heights == sorted(heights, reverse=True), named
    folders = {path.parent.name for path in (PLAN.parent / "forkmodel").glob("*/__init__.py")}
    assert folders <= set(named)


def test_the_plan_points_to_what_exists():
    targets = re.findall(r"\]\(([^)#]+)\)", PLAN.read_text(encoding="utf-8"))
    assert len(targets) > 30
    assert [target for target in targets if not (PLAN.parent / target).exists()] == []
    # Words in code font that look like files and folders are looked up too.
    text = PLAN.read_text(encoding="utf-8")
    for word in re.findall(r"(?<!\[)`(\w+/(?:\w+(?:\.\w+)?)?)`", text):
        assert (PLAN.parent / "forkmodel" / word).exists() or (PLAN.parent / word).exists(), word


def test_tests_import_what_exists():
    """A test that cannot be collected fails late and for a reason of its own."""
    folder = PLAN.parent
    names = set(graph().modules)
    for path in [*(folder / "tests").rglob("*.py"), *(folder / "benchmarks").glob("*.py")]:
        for module in re.findall(r"^ *from (forkmodel[\w.]*) import", path.read_text("utf-8"), re.M):
            assert module in names, (path.name, module)
