"""The test command tries the same examples in every run; another one looks for new ones."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import hypothesis
import pytest
from properties import MANY, examples

ROOT = Path(__file__).resolve().parents[1]
#: Says which examples a property was tried on, and what its settings are.
PROPERTY = """
import properties
from hypothesis import given, strategies as st

TRIED = []

@properties.examples(7)
@given(st.floats())
def test_it(x):
    TRIED.append(x)

def test_say():
    print("tried", len(TRIED), repr(TRIED))
"""


def tried(folder, *options):
    (folder / "test_it.py").write_text(PROPERTY)
    # The fixtures of these tests are loaded as a plugin; the option of the profile is read after it.
    command = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "conftest", *options, str(folder)]
    environment = {"PYTHONPATH": f"{ROOT / 'tests'}:{ROOT}", "PATH": "", "HOME": str(folder)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (line,) = [line for line in done.stdout.splitlines() if "tried" in line]
    return line[line.index("tried") :]


def test_the_same_examples_come_in_every_run(tmp_path):
    first, second = tried(tmp_path), tried(tmp_path)
    assert first.startswith("tried 7 ")
    assert first == second
    assert not (tmp_path / ".hypothesis" / "examples").exists()


def test_the_random_profile_tries_many_others(tmp_path):
    first, second = (tried(tmp_path, "--hypothesis-profile", "random") for _ in range(2))
    assert first.startswith(f"tried {MANY} ")
    assert first != second


@pytest.mark.skipif(
    hypothesis.settings.get_current_profile_name() != "same", reason="another profile was asked for"
)
def test_this_run_is_not_random():
    chosen = examples(3)
    assert (chosen.max_examples, chosen.derandomize) == (3, True)
    assert (chosen.database, chosen.deadline) == (None, None)


def test_every_property_states_its_examples():
    """A property with settings of its own making would not follow the profile."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        if "@given" in text and path != Path(__file__).resolve():
            assert "max_examples=" not in text, f"{path.name}: use properties.examples"
