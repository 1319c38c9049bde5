"""Print a page with the Chromium of this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from forkmodel.errors import ForkModelError

__all__ = ["find_chromium", "print_pdf"]

#: Names under which systems have it, in the order in which they are tried.
NAMES = ("chromium", "chromium-browser", "google-chrome")
#: Where macOS keeps it, outside of the path.
APPLICATION = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
#: Seconds after which a print is given up; one takes some five.
PATIENCE = 180
NO_BROWSER = (
    "a PDF is printed by Chromium or Google Chrome, and none of {names} is on the path of this machine. "
    "Install one, on Debian and Ubuntu with `sudo apt-get install chromium`, and run the same command again; "
    "or write HTML with `--to report.html` and print that from any browser."
)


def find_chromium() -> str:
    """Return the program that prints.

    Raises
    ------
    ForkModelError
        If this machine has none; the message says how to get one.
    """
    for name in (*NAMES, APPLICATION):
        found = shutil.which(name)
        if found is not None:
            return found
    raise ForkModelError(NO_BROWSER.format(names=", ".join(NAMES)))


def print_pdf(page: str, program: str) -> bytes:
    """Return a page as PDF.

    Parameters
    ----------
    page : str
        HTML that needs no other file, no network and no script.
    program : str
        What :func:`find_chromium` found.

    Raises
    ------
    ForkModelError
        If the browser fails or does not come to an end; the message holds its last words.
    """
    with tempfile.TemporaryDirectory(prefix="forkmodel-print-") as name:
        folder = Path(name)
        source, target = folder / "page.html", folder / "page.pdf"
        source.write_text(page, encoding="utf-8")
        command = [
            program,
            "--headless",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            # A profile of its own: a browser that is open already would print nothing.
            f"--user-data-dir={folder / 'profile'}",
            "--no-first-run",
            "--disable-extensions",
            "--no-pdf-header-footer",
            f"--print-to-pdf={target}",
            source.as_uri(),
        ]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            # Chromium refuses to run as root inside its sandbox; the page is our own and has no script.
            command.insert(1, "--no-sandbox")
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)  # noqa: S603
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ForkModelError(
                f"{program} could not print: {error}. Write HTML with `--to report.html` and print that."
            ) from error
        body = target.read_bytes() if target.is_file() else b""
        if done.returncode or not body.startswith(b"%PDF") or b"%%EOF" not in body[-1024:]:
            # It complains about the desktop's message bus, which a server has not.
            said = [line for line in done.stderr.splitlines() if line.strip() and "dbus" not in line]
            raise ForkModelError(
                f"{program} ended with status {done.returncode} and without a PDF: "
                f"{said[-1] if said else 'it said nothing'}. Write HTML with `--to report.html` and print it."
            )
        return body
