"""The facade holds no logic: each verb is one call into a room below."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import forkmodel as fm

SOURCES = [Path(fm.__file__).parent / f"{name}.py" for name in ("fit", "fit_attributes", "fork_model")]
#: Written by hand: what a fit is made of, in one line.
WORDS = {"__init__", "__repr__"}


def verbs():
    nodes = [node for path in SOURCES for node in ast.parse(path.read_text(encoding="utf-8")).body]
    for node in nodes:
        if isinstance(node, ast.ClassDef):
            for method in node.body:
                if isinstance(method, ast.FunctionDef) and method.name not in WORDS:
                    yield pytest.param(method, id=f"{node.name}.{method.name}")


@pytest.mark.parametrize("method", list(verbs()))
def test_each_verb_is_one_call(method):
    documented, *body = method.body
    assert isinstance(documented, ast.Expr), "a verb has a docstring"
    said = [line for line in body if not isinstance(line, ast.ImportFrom)]
    assert len(said) == 1, ast.unparse(method)
    (only,) = said
    assert isinstance(only, ast.Return | ast.Expr), ast.unparse(only)
    assert not any(isinstance(part, ast.IfExp | ast.BoolOp | ast.Lambda) for part in ast.walk(only))


def test_results_are_kept_as_long_as_the_posterior_and_no_longer():
    from dataclasses import replace

    from forkmodel.inference.posterior import once

    made = []

    @once
    def counted(posterior):
        made.append(posterior)
        return len(made)

    posterior = fm.ForkModel(fm.load_snapshot(), blocks=["adoption"]).prior(draws=2).result
    assert (counted(posterior), counted(posterior)) == (1, 1)
    assert counted(replace(posterior, seed=2)) == 2
