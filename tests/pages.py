"""The pages of the documentation, and the snippets on them."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def snippets(language):
    """Return every snippet in a language, with the page it stands on."""
    fence = re.compile(rf"^```{language}\n(.*?)^```$", re.M | re.S)
    return [(page, text) for page in PAGES for text in fence.findall(page.read_text(encoding="utf-8"))]


def command_lines():
    """Return every line of the snippets for a shell, without remarks, each with its page."""
    for page, text in snippets("sh"):
        for line in text.replace("\\\n", " ").splitlines():
            command = re.split(r"\s+# ", line)[0].strip()
            if command:
                yield page, command
