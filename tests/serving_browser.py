"""A headless Chromium for tests of the page; a test skips, saying so, where there is none."""

import contextlib
import os
import shutil

import pytest

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_browser():
    """Path of a Chromium: HIPRISK_CHROMIUM, else what is on the path."""
    named = os.environ.get("HIPRISK_CHROMIUM")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


@contextlib.contextmanager
def running_browser():
    """A Playwright browser; skips where the driver or the browser is absent."""
    driver = pytest.importorskip(
        "playwright.sync_api", reason="playwright is absent: tests of the page need it"
    )
    path = find_browser()
    if path is None:
        pytest.skip("no Chromium here: tests of the page need one (apt-get install chromium)")
    with driver.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()
