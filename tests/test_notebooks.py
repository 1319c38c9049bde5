"""The notebooks run from top to bottom, sampling for real."""

from __future__ import annotations

from pathlib import Path

import jupytext
import pytest
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
#: What each prints when it has come to its point.
SAYS = {
    "other_markets": "what they say is a prior, not a forecast",
    "policy": "where the gap is wide",
    "priors": "mean ceiling: reweighted",
    "own_data": "GM's prices after the merger",
    "questions": "every figure is conditional on the model",
    "quickstart": "closed more concentrated than hosts",
    "simulate": "truths lie inside their 90 % intervals",
    "under_the_hood": "predictive coverage of scores",
}


@pytest.mark.parametrize("script", sorted(NOTEBOOKS.glob("*.py")), ids=lambda path: path.stem)
def test_notebook_runs(script, tmp_path):
    notebook = jupytext.read(script)
    NotebookClient(
        notebook, timeout=900, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    printed = "".join(
        output.get("text", "")
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
    )
    assert SAYS[script.stem] in printed
