"""The page of trained sheets, one of each family: Python's numbers, and one page of paper."""

import re

import pytest

from hiprisk.serving.calculator.building import build_page
from hiprisk.serving.http.requests import predict_rows
from page_agreement import (
    NOT_ON_THE_PAGE,
    largest_difference,
    model_of,
    worst_difference,
)
from serving_browser import running_browser
from serving_patients import random_patients
from trained_sheets import trained_sheet

pytestmark = pytest.mark.slow

FAMILIES = ("linear", "ordinal", "boosting", "logistic")
N_ANSWERED, N_EXPLAINED = 400, 40


@pytest.fixture(scope="module", params=FAMILIES)
def trained(request, tmp_path_factory):
    """A model and its page, open in a browser."""
    model = model_of(tmp_path_factory.mktemp("models"), trained_sheet(request.param))
    file = tmp_path_factory.mktemp("page") / "page.html"
    file.write_text(build_page(model), encoding="utf-8")
    with running_browser() as browser:
        tab = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        tab.goto(file.as_uri())
        yield model, tab


def test_what_is_trained_is_what_is_meant(trained):
    model, _ = trained
    assert len(model.sheet.variables) == 20
    assert model.sheet.model.type == {"logistic": "linear", "boosting": "trees"}.get(
        model.sheet.family, model.sheet.family
    )
    if model.sheet.family != "boosting":
        assert any(term.basis == "rcs" for term in model.sheet.model.terms)


def test_random_patients_get_pythons_numbers(trained):
    model, tab = trained
    patients = random_patients(model.sheet, N_ANSWERED, seed=17)
    answers = tab.evaluate("(all) => all.map((one) => window.hiprisk.explain(one))", patients)
    rows = predict_rows(model, {"rows": patients}, max_rows=N_ANSWERED)["rows"]
    worst, refused, imputed = 0.0, 0, 0
    for row, answer in zip(rows, answers, strict=True):
        if row["reason"]:
            refused += 1
            assert answer["refused"][0]["code"] in {r.partition("(")[0] for r in row["reason"]}
            continue
        imputed += bool(row["imputed"])
        expected = {key: value for key, value in row.items() if key not in NOT_ON_THE_PAGE}
        answer.pop("explanation")
        worst = max(worst, largest_difference(expected, answer))
    assert worst < 1e-9
    assert 0 < refused < N_ANSWERED / 2
    assert imputed > N_ANSWERED / 4


def test_explanations_agree_too(trained):
    """Of patients who get an answer: the others' reasons are compared above."""
    model, tab = trained
    patients = random_patients(model.sheet, 2 * N_EXPLAINED, seed=19)
    rows = predict_rows(model, {"rows": patients}, max_rows=len(patients))["rows"]
    answered = [one for one, row in zip(patients, rows, strict=True) if not row["reason"]]
    worst, refused = worst_difference(tab, model, answered[:N_EXPLAINED])
    assert worst < 1e-9
    assert refused == 0
    assert len(answered) >= N_EXPLAINED


# --- on paper --------------------------------------------------------------------------------


def extreme(spec, end):
    return spec.levels[end] if spec.kind == "category" else spec.hard[end]


def usual(spec):
    return spec.levels[-1] if spec.kind == "category" else spec.training.median


def unusual(spec):
    if spec.kind == "category" or spec.soft is None or spec.soft[1] >= spec.hard[1]:
        return extreme(spec, -1)
    return min(spec.soft[1] + 1.0, spec.hard[1])


PATIENTS = {
    "usual": usual,
    "every hip value unusual": lambda spec: unusual(spec) if "hip_" in spec.name else usual(spec),
    "everything unusual": unusual,
    "everything at its lowest": lambda spec: extreme(spec, 0),
    "everything at its highest": lambda spec: extreme(spec, -1),
    "function only": lambda spec: 45.0 if spec.name == "womac_function_0_100" else None,
}
FILL = """(values) => {
  document.getElementById("patient").reset();
  values.forEach((value, i) => {
    if (value === null) return;
    const choices = [...document.querySelectorAll(`input[type=radio][name="v${i}"]`)];
    if (choices.length) { choices.find((one) => one.value === value).click(); return; }
    const field = document.getElementById(`v${i}`);
    field.value = String(value);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}"""
# Of every word that is shown: its size on paper in points, and in pictures by how they are scaled.
SIZES = """() => {
  const sizes = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const holder = walk.currentNode.parentElement, text = walk.currentNode.textContent.trim();
    if (!text || !holder.getClientRects().length) continue;
    if (holder.closest("script, style, .spoken")) continue;
    const matrix = holder.getScreenCTM && holder.closest("svg") ? holder.getScreenCTM().a : 1;
    sizes.push(0.75 * matrix * parseFloat(getComputedStyle(holder).fontSize));
  }
  return sizes;
}"""
PAPER_WIDTH = 718  # of A4 within its margins, in CSS pixels


def printed(tab, sheet, kind):
    """The PDF of a patient."""
    tab.evaluate(FILL, [PATIENTS[kind](spec) for spec in sheet.variables])
    tab.wait_for_timeout(300)
    return tab.pdf(prefer_css_page_size=True)


@pytest.mark.parametrize("kind", PATIENTS)
def test_every_patient_prints_on_one_page(trained, kind):
    model, tab = trained
    document = printed(tab, model.sheet, kind)
    assert tab.locator(".big strong").count() == 1
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", document)) == 1


def test_nothing_on_paper_is_smaller_than_eight_points(trained):
    model, tab = trained
    printed(tab, model.sheet, "everything at its highest")
    tab.emulate_media(media="print")
    tab.set_viewport_size({"width": PAPER_WIDTH, "height": 1000})
    tab.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    sizes = tab.evaluate(SIZES)
    tab.evaluate("() => window.dispatchEvent(new Event('afterprint'))")
    tab.emulate_media(media="screen")
    tab.set_viewport_size({"width": 1280, "height": 900})
    assert len(sizes) > 100
    assert min(sizes) >= 7.99


def test_on_paper_values_that_stand_out_share_a_line(trained):
    model, tab = trained
    printed(tab, model.sheet, "everything at its highest")
    on_paper = tab.locator("#out p.print-only").all_text_contents()
    words = " ".join(on_paper)
    flags = model.predict({spec.name: extreme(spec, -1) for spec in model.sheet.variables}).values[
        "flags"
    ]
    named = [flag.rstrip(")").partition("(")[2] for flag in flags if "(" in flag]
    assert len(named) > 10
    assert len(on_paper) <= 3
    for name in named:
        assert model.sheet.variable(name).label in words
