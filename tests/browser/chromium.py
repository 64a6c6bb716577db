"""The Chromium of the tests of the page: where it is, and how it gets here where it is missing.

`python tests/browser/chromium.py` installs it: `make test` does, once. A browser of one's own serves as well, by its
path in A9_CHROMIUM.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
MISSING = (
    "no Chromium: tests/browser cannot run. Install Chromium or Chrome, or run "
    "`python -m playwright install --with-deps chromium`, or give the path of one in A9_CHROMIUM."
)


def find() -> str | None:
    """The path of a Chromium: the one asked for, the system's, else playwright's own."""
    if asked := os.environ.get("A9_CHROMIUM"):
        return asked
    for name in NAMES:
        if found := shutil.which(name):
            return found
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if own and Path(own).exists() else None


def install() -> str | None:
    """Debian's package where we may, else the download of playwright."""
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        _tried("apt-get", "update", "-qq")
        _tried("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium")
    if not find():
        _tried(sys.executable, "-m", "playwright", "install", "chromium")
    return find()


def _tried(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.stderr.write(f"{' '.join(command)}: {(done.stderr or done.stdout).strip()[-500:]}\n")


if __name__ == "__main__":
    if not find():
        sys.stderr.write("installing Chromium for tests/browser...\n")
        if not install():
            sys.stderr.write(f"{MISSING}\n")
