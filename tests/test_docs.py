"""The documentation: the site is built without a warning, and what pages tell a reader to type is right."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys

import pytest
import typer
from pages import ROOT, command_lines, snippets

import forkmodel as fm
from forkmodel.data.adapters.mapping_file import read_mapping
from forkmodel.forecast.scenario_files import load_scenario

COMMANDS = sorted({line for _, line in command_lines() if line.startswith("forkmodel ")})


def test_the_site_is_built_without_a_warning(tmp_path):
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-q",
        "-W",
        "--keep-going",
        "-b",
        "html",
        "-c",
        "docs/site",
        "docs",
    ]
    done = subprocess.run([*command, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    names = (tmp_path / "site" / "api.html").read_text(encoding="utf-8")
    assert not [name for name in fm.__all__ if name[0] != "_" and f'id="forkmodel.{name}"' not in names]
    method = (tmp_path / "site" / "method.html").read_text(encoding="utf-8")
    assert not [key for key in fm.load_priors("reference") if key not in method]


@pytest.mark.parametrize("line", COMMANDS)
def test_commands_on_the_pages_have_these_words_and_options(line):
    from forkmodel.cli.main import app

    command = typer.main.get_command(app)
    for word in shlex.split(line, comments=True)[1:]:
        below = getattr(command, "commands", None)
        if below is not None:
            assert word in below or word == "--help", word
            command = below.get(word, command)
        elif word.startswith("--"):
            known = {name for parameter in command.params for name in parameter.opts} | {"--help"}
            assert word.split("=")[0] in known, word


def test_toml_on_the_pages_is_read_as_what_it_is(tmp_path):
    """A prior file, a scenario or a map of columns, told apart by what only each of them has."""
    read = {"inherits": fm.load_priors, "[[change]]": load_scenario, "[file]": read_mapping}
    found = snippets("toml")
    assert found
    for place, (page, text) in enumerate(found):
        path = tmp_path / f"{place}.toml"
        path.write_text(text, encoding="utf-8")
        readers = [reader for mark, reader in read.items() if mark in text]
        assert len(readers) == 1, (page, text)
        readers[0](path)


@pytest.mark.filterwarnings("ignore:.*Pareto:UserWarning")
def test_python_in_the_readme_runs(tmp_path, monkeypatch, quick_fit):
    """As it stands there but for the length of the fit, which the tests make once."""
    monkeypatch.chdir(tmp_path)
    text = next(text for page, text in snippets("python") if page.name == "README.md")
    fitted = 'fit = fm.ForkModel(market, priors="reference").fit(seed=1)\n'
    judged = re.search(r"^print\(fm\.claims\(.*\n", text, re.M).group()
    assert fitted in text
    names = {"fit": quick_fit}
    exec(text.replace(fitted, "").replace(judged, ""), names)  # noqa: S102 - our own page
    # So short a fit fails its review, and claims are withheld.
    assert quick_fit.review().status == "FAIL"
    with pytest.raises(fm.ForkModelError, match="withheld"):
        exec(judged, names)  # noqa: S102
    assert (tmp_path / "report.html").exists()
    assert fm.load(tmp_path / "fit.nc").data.content_hash == quick_fit.data.content_hash
