"""Pictures of the calculator page and of the terminal, for docs/screens.

    python experiments/bench/screens.py BUNDLE --out docs/screens

Needs Playwright and a Chromium (tests/serving_browser.py says where it is looked for); the printed
page is drawn by the browser's own PDF and, where pypdfium2 is there, turned into a picture.
"""

from __future__ import annotations

import argparse
import html
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))

from serving_browser import ARGUMENTS, find_browser

# The patient of README, so that a picture and a printed answer say the same.
PATIENT = {"age_years": "63", "sex": "female", "womac_function_0_100": "45", "lbp_any": "yes"}
CATEGORIES = ("sex", "lbp_any")
SHOTS = {
    "phone": (390, 844, "light"),
    "desktop": (1280, 1700, "light"),
    "dark": (1280, 1700, "dark"),
}


def hiprisk(*words: str, colours: bool = False) -> str:
    """What a command prints, at 80 columns."""
    command = [str(Path(sys.executable).with_name("hiprisk")), *words]
    shown = {"FORCE_COLOR": "1"} if colours else {"NO_COLOR": "1"}
    around = {**os.environ, "COLUMNS": "80", **shown}
    return subprocess.run(command, check=True, capture_output=True, text=True, env=around).stdout


def fill(page: Page) -> None:
    names = page.evaluate(
        "() => JSON.parse(document.getElementById('model').textContent)"
        ".sheet.variables.map((one) => one.name)"
    )
    for name, value in PATIENT.items():
        index = names.index(name)
        if name in CATEGORIES:
            page.locator(f"input[name=v{index}][value={value}]").check(force=True)
        else:
            page.locator(f"#v{index}").fill(value)
    page.locator("h1").click()
    page.wait_for_timeout(400)
    page.evaluate("() => scrollTo(0, 0)")


def shoot_pages(file: Path, out: Path) -> None:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
        for name, (width, height, scheme) in SHOTS.items():
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=scheme
            )
            page = context.new_page()
            page.goto(file.as_uri())
            fill(page)
            page.screenshot(path=out / f"page-{name}.png")
            if name == "phone":
                page.locator("#answer").scroll_into_view_if_needed()
                page.set_viewport_size({"width": width, "height": 2 * height})
                page.evaluate("() => document.getElementById('answer').scrollIntoView()")
                page.screenshot(path=out / "page-phone-answer.png")
            if name == "desktop":
                page.pdf(path=out / "page-print.pdf", prefer_css_page_size=True)
            context.close()
        browser.close()
    _render(out / "page-print.pdf", out / "page-print.png")


def _render(document: Path, picture: Path) -> None:
    try:
        import pypdfium2
    except ImportError:
        print("pypdfium2 is absent: the printed page stays a PDF", file=sys.stderr)
        return
    pages = pypdfium2.PdfDocument(document)
    if len(pages) != 1:
        raise SystemExit(f"the page prints on {len(pages)} pages")
    pages[0].render(scale=1.5).to_pil().convert("P", palette=1, colors=64).save(picture)
    document.unlink()


# The colours of `cli/show/terminal.py` on a dark background.
COLOURS = {
    "1;31": "color:#ff7b72;font-weight:bold", "33": "color:#e3b341", "36": "color:#76c7e0",
    "32": "color:#7ee787", "1": "font-weight:bold", "2": "color:#8b949e",
}  # fmt: skip


def in_html(text: str) -> str:
    """A terminal's text with its colours."""
    safe = html.escape(text)
    safe = re.sub(r"\x1b\[0m", "</span>", safe)
    return re.sub(r"\x1b\[([\d;]+)m", lambda m: f"<span style='{COLOURS[m[1]]}'>", safe)


def shoot_terminal(text: str, picture: Path) -> None:
    """A terminal's text as a picture, through the browser."""
    page_text = (
        "<body style='margin:0;background:#10171a'><pre style='display:inline-block;margin:0;"
        "padding:22px 26px;color:#e7eeee;background:#10171a;font:14px/1.32 monospace'>"
        f"{in_html(text)}</pre></body>"
    )
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 960, "height": 600})
        page.set_content(page_text)
        page.locator("pre").screenshot(path=picture)
        browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle")
    parser.add_argument("--out", type=Path, default=Path("docs/screens"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "page.html"
        hiprisk("calculator", options.bundle, "--out", str(file))
        shoot_pages(file, options.out)
    shoot_commands(options.bundle, options.out)


def shoot_commands(bundle: str, out: Path) -> None:
    """What commands print, on new simulated people."""
    words = [f"--{name.replace('_', '-')}={value}" for name, value in PATIENT.items()]
    shoot_terminal(hiprisk("predict", bundle, *words, colours=True), out / "terminal.png")
    text = hiprisk("predict", bundle, *words, "--why", colours=True)
    shoot_terminal(text, out / "terminal-why.png")
    with tempfile.TemporaryDirectory() as scratch:
        people = str(Path(scratch) / "new_people.csv")
        hiprisk("simulate", "--preset", "stupar", "--n", "600", "--seed", "9", "--out", people)
        shoot_terminal(hiprisk("validate", bundle, people, colours=True),
                       out / "terminal-validate.png")  # fmt: skip
    config = str(Path(__file__).parents[2] / "configs" / "stupar.yaml")
    shoot_terminal(hiprisk("compare", config, colours=True), out / "terminal-compare.png")


if __name__ == "__main__":
    main()
