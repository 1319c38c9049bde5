"""``--help --json`` describes the commands that there are, and the documents that they print."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from forkmodel.cli.describe import commands, describe
from forkmodel.cli.documents import DOCUMENTS, FAILURE, fits
from forkmodel.cli.main import app
from forkmodel.package_files import SNAPSHOT


def options(command):
    return {name for each in command.params for name in each.opts if each.param_type_name == "option"}


def test_every_command_with_a_document_is_described_and_no_other():
    found = commands(app)
    assert {name for name, command in found.items() if "--json" in options(command)} == set(DOCUMENTS)
    described = {one["command"]: one for one in describe(app)["commands"]}
    assert set(described) == set(found)
    for name, command in found.items():
        one = described[name]
        assert {option["name"] for option in one["options"]} <= options(command)
        assert len(one["options"]) + len(one["arguments"]) == len(command.params)
        assert all(each["help"] for each in one["options"]), name


def test_the_description_is_one_document(call):
    done = call("--help", "--json")
    assert done.returncode == 0
    document = json.loads(done.stdout)
    assert document["exit_status"]["2"].startswith("bad input")
    (query,) = [one for one in document["commands"] if one["command"] == "query"]
    assert query["arguments"][0]["required"]
    assert len(query["document"]) == 3
    priors = json.loads(call("priors", "--help", "--json").stdout)["commands"]
    assert [one["command"] for one in priors] == ["priors show", "priors check"]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("query", ["hhi.closed[2031] > 2500"]),
        ("query", ["hhi.closed[2031]"]),
        ("query", ["when(capability_gap < 2)"]),
        ("claims", []),
        ("doctor", ["--fast"]),
        ("data check", [str(SNAPSHOT)]),
        ("data show", []),
        ("data show", ["prices"]),
        ("data diff", ["snapshot", "snapshot"]),
        ("data import", ["list"]),
        ("priors show", []),
        ("priors check", ["reference"]),
        ("scenarios show", []),
        ("scenarios levers", []),
        ("scenarios check", ["baseline"]),
    ],
)
def test_documents_have_the_form_that_is_described(command, words):
    done = CliRunner().invoke(app, [*command.split(), *words, "--json"])
    document = json.loads(done.stdout)
    assert [form for form in DOCUMENTS[command] if fits(document, form)], sorted(document)


def test_what_failed_says_so_in_the_form_that_is_described(call):
    done = call("query", "hhi.closd[2031]", "--json")
    assert done.returncode == 2
    assert fits(json.loads(done.stdout), FAILURE)


def test_a_document_of_another_form_does_not_fit():
    (form,) = DOCUMENTS["compare"]
    assert fits({"horizon": "2036", "effects": []}, form)
    assert not fits({"horizon": 2036, "effects": []}, form)
    assert not fits({"horizon": "2036"}, form)
    assert not fits({"horizon": "2036", "effects": [], "more": 1}, form)
