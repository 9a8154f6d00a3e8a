"""The calculator page as a file: what it holds, and what it may do."""

import base64
import hashlib
import html
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from hiprisk.serving.calculator import building
from hiprisk.serving.calculator.building import build_page
from hiprisk.sheet.document.codec import encode
from hiprisk.wording.disclaimers import INVENTED, SIMULATED_MODEL, SURROGATE
from page_agreement import model_of
from small_bundle import small_sheet


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    return build_page(model_of(tmp_path_factory.mktemp("bundle"), small_sheet()))


def test_the_same_bundle_gives_the_same_bytes(tmp_path, page):
    assert build_page(model_of(tmp_path, small_sheet())) == page


def test_the_policy_allows_this_script_and_this_style_and_no_connection(page):
    found = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    policy = html.unescape(found[1])
    script = re.search(r"<script>(.*)</script>", page, re.DOTALL)[1]
    style = re.search(r"<style>(.*)</style>", page, re.DOTALL)[1]

    def allowed(text):
        digest = hashlib.sha256(text.encode()).digest()
        return f"'sha256-{base64.b64encode(digest).decode()}'"

    assert policy == (
        f"default-src 'none'; script-src {allowed(script)}; style-src {allowed(style)}; "
        "base-uri 'none'; form-action 'none'"
    )


def test_the_page_names_no_address_but_that_of_the_svg_language(page):
    assert set(re.findall(r"https?://[^\s\"'<>]+", page)) == {"http://www.w3.org/2000/svg"}


@pytest.mark.parametrize(
    "word", ["localStorage", "sessionStorage", "indexedDB", "cookie", "fetch(", "XMLHttpRequest",
             "sendBeacon", "WebSocket", "innerHTML", "eval(", "import("],
)  # fmt: skip
def test_the_script_can_neither_store_nor_send_nor_run_text(page, word):
    assert word not in page


def test_words_of_a_sheet_cannot_end_the_script(tmp_path):
    sheet = replace(small_sheet(), title='</script><b>"&', intended_use="<!--<script>")
    text = build_page(model_of(tmp_path, sheet))
    assert text.count("</script>") == 2
    assert "<title>&lt;/script&gt;&lt;b&gt;&quot;&amp;</title>" in text
    held = re.search(r'id="model">(.*?)</script>', text)[1]
    assert json.loads(held)["sheet"]["title"] == sheet.title


def test_every_script_is_in_the_page_and_in_one_function(page):
    script = re.search(r"<script>(.*)</script>", page, re.DOTALL)[1]
    assert script.startswith("(() => {\n")
    assert script.endswith("})();\n")
    folder = Path(building.__file__).parent
    assert {path.name for path in folder.glob("*.js")} == set(building.SCRIPTS)
    for name in building.SCRIPTS:
        assert (folder / name).read_text("utf-8") in script


def test_the_page_holds_the_sheet_and_where_it_comes_from(tmp_path):
    model = model_of(tmp_path, small_sheet())
    held = re.search(r'id="model">(.*?)</script>', build_page(model))[1]
    assert json.loads(held) == {
        "reference": {
            "patient": {
                "age_years": 65.0,
                "lbp_any": "no",
                "sex": "female",
                "womac_function_0_100": 38.0,
            },
            "words": "an average patient of the development cohort without low back pain",
        },
        "exposure": {"variable": "lbp_any", "reference": "no", "companions": {}},
        "sheet": encode(model.sheet),
        "bundle": {"name": "page", "version": model.bundle.version, "sha256": model.bundle.sha256},
    }


@pytest.mark.parametrize("warning", [SIMULATED_MODEL, INVENTED, SURROGATE])
def test_every_warning_of_a_model_stands_at_the_top_without_a_script(tmp_path, warning):
    plain = replace(small_sheet(provenance="published"), notes=())
    kinds = {
        SIMULATED_MODEL: {"provenance": "simulated"},
        INVENTED: {"invented": True},
        SURROGATE: {"notes": (SURROGATE,)},
    }
    said = building._banner(warning)
    assert said not in build_page(model_of(tmp_path / "plain", plain))
    sheet = replace(plain, **kinds[warning])
    head = build_page(model_of(tmp_path / "sheet", sheet)).partition("</header>")[0]
    assert head.count(said) == 1
    assert "hidden" not in head.partition("<body>")[2]


def test_a_warning_has_its_first_words_in_bold():
    assert building._banner("SIMULATED: no patients") == "<strong>SIMULATED.</strong> No patients"
