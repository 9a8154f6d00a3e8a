"""The calculator page in a real browser."""

import itertools
import re
from dataclasses import replace

import pytest

from foreign_sheets import foreign_sheet
from hiprisk.serving.calculator.building import build_clinician_page, build_page
from hiprisk.serving.conformance.comparison import compare
from hiprisk.serving.conformance.pack import make_pack
from hiprisk.sheet.format import MeasurementError
from hiprisk.wording.explanations import DIFFERENCE_BETWEEN_PEOPLE, differences_in_words
from hiprisk.wording.sites import risk_over_sites
from motion_sheet import MOTION, motion_sheet
from ordinal_sheet import fine_score, ordinal_sheet
from page_agreement import model_of, worst_difference
from serving_browser import running_browser
from serving_patients import random_patients
from site_sheet import site_sheet
from small_bundle import small_sheet
from tree_sheet import tree_sheet

pytestmark = pytest.mark.slow

WCAG_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TAPE = MeasurementError(instrument="tape", low=2.0, high=3.0, source="a book", assumed=True)


def with_measurement(sheet):
    specs = tuple(
        replace(spec, measurement=TAPE) if spec.name == "age_years" else spec
        for spec in sheet.variables
    )
    outcome = replace(sheet.outcome, measurement=TAPE if sheet.outcome.kind != "binary" else None)
    return replace(sheet, variables=specs, outcome=outcome)


def splined(sheet):
    """A bent effect of function, a covariance in place of refits, every derived operation."""
    from hiprisk.sheet.format import Derived, Term

    derived = (
        Derived(name="low", op="minimum", of=("age_years", "womac_function_0_100")),
        Derived(name="high", op="maximum", of=("age_years", "womac_function_0_100")),
        Derived(name="both", op="product", of=("low", "lbp_any=yes")),
        Derived(name="share", op="ratio", of=("womac_function_0_100", "age_years")),
        Derived(name="bad", op="indicator", of=("womac_function_0_100", 40.0)),
    )
    terms = (
        Term(
            column="womac_function_0_100",
            basis="rcs",
            coefficients=(0.4, 0.2, -0.1),
            knots=(10.0, 30.0, 50.0, 80.0),
        ),
        *(Term(column=d.name, basis="linear", coefficients=(0.3,)) for d in derived),
    )
    covariance = tuple(tuple(0.01 if i == j else 0.001 for j in range(9)) for i in range(9))
    model = replace(sheet.model, terms=terms, refits=None, covariance=covariance)
    return replace(sheet, derived=(*sheet.derived, *derived), model=model)


def without_scatter(sheet):
    """As a paper leaves it: no residuals, no refits, no training summary."""
    specs = tuple(replace(spec, training=None) for spec in sheet.variables)
    return replace(
        sheet,
        provenance="published",
        variables=specs,
        outcome=replace(sheet.outcome, events=()),
        model=replace(sheet.model, refits=None),
        distribution=None,
        residual_sd=None,
    )


SHEETS = {
    "linear": with_measurement(small_sheet()),
    "risk": with_measurement(small_sheet(kind="binary")),
    "splines": splined(with_measurement(small_sheet())),
    "trees": with_measurement(tree_sheet()),
    "risk-trees": tree_sheet(kind="binary"),
    "published": without_scatter(with_measurement(small_sheet())),
    "ordinal": with_measurement(ordinal_sheet(link="probit")),
    "fine-score": with_measurement(fine_score(link="loglog")),
    "mirrored-score": fine_score(link="cloglog"),
    "sites": site_sheet(),
    "risk-sites": site_sheet(kind="binary"),
    "mean-site": site_sheet(named=False),
    "risk-mean-site": site_sheet(kind="binary", named=False),
    "bare": replace(without_scatter(with_measurement(small_sheet())), max_imputed_weight=0.0),
}

FOREIGN = ("forest", "risk-forest", "risk-recalibrated", "risk-boosting", "xgboost", "risk-xgboost")


@pytest.fixture(scope="module")
def browser():
    with running_browser() as found:
        yield found


@pytest.fixture
def opened(browser, tmp_path):
    """A function that opens a sheet's page from a file and returns it, its model and its noise."""
    contexts = []

    def open_page(sheet, *, width=1280, height=900, scheme="light", config=None):
        model = model_of(tmp_path / "models", sheet, config=config)
        file = tmp_path / "page.html"
        file.write_text(build_page(model), encoding="utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme
        )
        contexts.append(context)
        tab = context.new_page()
        tab.noise = []
        tab.on("console", lambda message: tab.noise.append(message.text))
        tab.on("pageerror", lambda problem: tab.noise.append(str(problem)))
        tab.requests = []
        tab.on("request", lambda request: tab.requests.append(request.url))
        tab.goto(file.as_uri())
        return tab, model

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize(
    ("name", "n"), [(name, 1000 if name == "splines" else 150) for name in SHEETS]
)
def test_the_page_gives_pythons_numbers_for_random_patients(opened, name, n):
    tab, model = opened(SHEETS[name])
    worst, refused = worst_difference(tab, model, random_patients(model.sheet, n, seed=11))
    assert worst < 1e-9
    assert 0 < refused < (0.7 if model.sheet.has_reference_population else 0.9) * n
    assert tab.noise == []


def test_the_page_keeps_the_digits_of_a_spline_however_far_its_column_goes(opened):
    """Of a column without a hard range any number is answered, far beyond the knots by the line."""
    sheet = SHEETS["splines"]
    specs = tuple(
        replace(spec, hard=None) if spec.name == "womac_function_0_100" else spec
        for spec in sheet.variables
    )
    unbounded = replace(sheet.outcome, lower=None, upper=None)
    tab, model = opened(replace(sheet, variables=specs, outcome=unbounded))
    usual = {"age_years": 65, "sex": "male", "lbp_any": "yes"}
    far = [{**usual, "womac_function_0_100": value} for value in (7e4, 7.1e4, 1e6, 1e8, 1e11)]
    worst, refused = worst_difference(tab, model, far)
    # Differences are relative beyond 1.
    assert (worst < 1e-12, refused) == (True, 0)
    assert model.predict(far[-1]).values["predicted"] > 1e9


@pytest.mark.parametrize("name", FOREIGN)
def test_the_page_gives_pythons_numbers_of_another_librarys_model(opened, name):
    tab, model = opened(foreign_sheet(name))
    worst, refused = worst_difference(tab, model, random_patients(model.sheet, 100, seed=12))
    assert worst < 1e-9
    assert 0 < refused < 70
    assert tab.noise == []


@pytest.mark.parametrize("name", ["splines", "trees", "risk", "ordinal", "fine-score", "sites"])
def test_the_page_answers_the_models_test_pack(opened, name):
    tab, model = opened(SHEETS[name])
    pack = make_pack(model, n_random=20)
    given = [vector.given for vector in pack.vectors]
    answers = tab.evaluate("(all) => all.map((one) => window.hiprisk.explain(one))", given)
    found = compare(
        pack,
        {
            vector.name: {key: value for key, value in answer.items() if key != "refused"}
            for vector, answer in zip(pack.vectors, answers, strict=True)
        },
    )
    assert found.differences == ()
    refused = [bool(expected["reason"]) for expected in pack.answers]
    assert [bool(answer.get("refused")) for answer in answers] == refused


def test_angles_that_are_radians_are_refused_as_python_refuses_them(opened):
    tab, model = opened(motion_sheet())
    known = {"age_years": 64, "womac_function_0_100": 40}
    for angles in itertools.product((None, 0, 1.9, -0.4, 3.2, 90), repeat=len(MOTION)):
        patient = {**known, **dict(zip(MOTION, angles, strict=True))}
        answer = tab.evaluate("(one) => window.hiprisk.explain(one)", patient)
        refused = [(one["code"], one["variable"]) for one in answer.get("refused", [])]
        expected = [r.rstrip(")").split("(") for r in model.answer(patient)["reason"]]
        assert refused == [tuple(one) for one in expected]


def test_the_page_of_a_bare_paper_says_nothing_of_people(opened):
    tab, _ = opened(SHEETS["bare"])
    assert "it is filled in" not in tab.locator("form").inner_text()
    assert "Every value is needed" in tab.locator("form").inner_text()
    assert "needs every value" in tab.locator("#out").inner_text()
    fill(tab, Age="63", WOMAC_function="50")
    for choices in tab.locator("fieldset").all():
        choices.locator("input").last.check(force=True)
    tab.wait_for_timeout(300)
    shown = tab.locator("#out").inner_text()
    assert "no comparison is possible" in shown
    assert "the typical patient" not in shown
    assert "squared distance" not in shown
    assert tab.noise == []


def fill(tab, **values):
    for label, value in values.items():
        tab.get_by_label(label.replace("_", " "), exact=True).fill(value)
    tab.wait_for_timeout(300)


def test_typing_shows_the_answer_with_its_interval_and_makes_no_request(opened):
    tab, model = opened(SHEETS["linear"])
    fill(tab, Age="63", WOMAC_function="50")
    expected = model.predict(age_years=63, womac_function_0_100=50).values
    shown = tab.locator("#out").inner_text()
    assert f"{expected['predicted']:.1f}" in shown
    assert f"{expected['lower_80']:.1f} to {expected['upper_80']:.1f}" in shown
    assert len(tab.requests) == 1
    assert tab.requests[0].startswith("file:")
    assert tab.noise == []


def test_the_page_says_what_marks_and_bounds_are_and_folds_parts_without_effect(opened):
    tab, _ = opened(SHEETS["linear"])
    fill(tab, Age="65", WOMAC_function="50")
    shown = tab.locator("#out").inner_text()
    assert "Circle: this patient. Diamond: the reference patient, an average patient" in shown
    assert "Vertical line: the reference patient." in shown
    assert "41.2: a bound on the score that the study declared before fitting" in shown
    assert "Compared with an average patient of the development cohort without low back" in shown
    # The age is that of the reference patient.
    assert "1 other: no effect" in shown
    # Below the measurements that would narrow it, not above them.
    card = tab.locator("#out section", has_text="What would help to know").inner_text()
    assert card.index("narrower by (points)") < card.index("Nothing else would narrow it")
    assert tab.noise == []


def test_the_page_answers_each_level_of_the_exposure_without_pressing(opened):
    tab, model = opened(SHEETS["linear"])
    patient = {"age_years": 63, "womac_function_0_100": 50}
    fill(tab, Age="63", WOMAC_function="50")
    card = tab.locator("#out section", has_text="Prediction by low back pain")
    expected = model.explain(patient).explanation.predictions_by_exposure
    for one in expected.levels:
        line = f"{one.level}\t{one.values['predicted']:.1f}\t{one.values['lower_80']:.1f} to "
        assert line in card.inner_text()
    (difference,) = differences_in_words(model.sheet, expected)
    assert f"Yes vs no\t{difference[1]}" in card.inner_text()
    assert DIFFERENCE_BETWEEN_PEOPLE in card.inner_text()
    assert "this patient" not in card.inner_text()
    tab.get_by_role("radio", name="yes").check(force=True)
    tab.wait_for_timeout(300)
    assert "yes this patient\t" in card.inner_text()
    assert tab.noise == []


def test_the_page_changes_what_contradicts_a_level_as_python_does(opened):
    # As if function said how strong back pain is: 0 without it.
    config = {
        "association": {"exposure": "lbp_any"},
        "blocks": {"back": ["lbp_any", "womac_function_0_100"]},
    }
    sheet = replace(SHEETS["linear"], max_imputed_weight=0.9)
    tab, model = opened(sheet, config=config)
    own = ({}, {"lbp_any": "no"}, {"lbp_any": "yes"})
    patients = [
        {"age_years": 63, "womac_function_0_100": strength, **one}
        for strength in (0, 50)
        for one in own
    ]
    changes = [
        [dict(one.changed) for one in model.explain(p).explanation.predictions_by_exposure.levels]
        for p in patients
    ]
    assert [{"womac_function_0_100": 0.0}, {}] in changes
    assert [{}, {"womac_function_0_100": None}] in changes
    worst, refused = worst_difference(tab, model, patients)
    assert (worst < 1e-9, refused) == (True, 0)
    fill(tab, Age="63", WOMAC_function="50")
    card = tab.locator("#out section", has_text="Prediction by low back pain").inner_text()
    assert "For “no”, WOMAC function is taken as 0." in card
    assert tab.noise == []


def test_the_policy_stops_a_connection_that_a_changed_page_would_try(opened):
    tab, _ = opened(SHEETS["linear"])
    outcome = tab.evaluate(
        "() => fetch('https://example.org/').then(() => 'sent', () => 'refused')"
    )
    assert outcome == "refused"
    assert any("Content Security Policy" in line for line in tab.noise)


def test_a_wrong_value_gets_a_message_beside_its_field_and_no_answer(opened):
    tab, _ = opened(SHEETS["linear"])
    fill(tab, Age="63", WOMAC_function="50")
    fill(tab, Age="200")
    tab.get_by_label("Age", exact=True).blur()
    tab.wait_for_timeout(300)
    message = tab.get_by_text("Age must lie in 18 to 110 years. Leave it empty if it is not known.")
    assert message.is_visible()
    field = tab.get_by_label("Age", exact=True)
    assert field.get_attribute("aria-invalid") == "true"
    assert message.get_attribute("id") in field.get_attribute("aria-describedby").split()
    assert "No prediction until this is corrected" in tab.locator("#out").inner_text()
    assert tab.locator(".big").count() == 0


def test_a_message_does_not_come_while_one_still_types_but_goes_at_once(opened):
    tab, _ = opened(SHEETS["linear"])
    field = tab.get_by_label("Age", exact=True)
    field.press_sequentially("6")
    assert tab.locator(".message:visible").count() == 0
    field.blur()
    assert tab.locator(".message:visible").count() == 1
    field.press_sequentially("3")
    assert tab.locator(".message:visible").count() == 0


def test_everything_can_be_reached_and_answered_by_keyboard(opened):
    tab, _ = opened(SHEETS["linear"])
    for _ in range(4):  # two links, the button, the first field
        tab.keyboard.press("Tab")
    tab.keyboard.type("63")
    tab.keyboard.press("Tab")
    tab.keyboard.press("ArrowRight")  # sex: female
    tab.keyboard.press("Tab")
    tab.keyboard.press("Tab")
    tab.keyboard.type("50")
    tab.wait_for_timeout(300)
    given = tab.locator("#given").inner_text() or tab.locator("#given").text_content()
    assert "Age63 years" in given
    assert "Sexfemale" in given
    assert "WOMAC function50 points" in given
    assert tab.locator(".big strong").is_visible()


def test_the_answer_is_spoken_once_it_changes(opened):
    tab, model = opened(SHEETS["linear"])
    fill(tab, Age="63", WOMAC_function="50")
    value = model.predict(age_years=63, womac_function_0_100=50).values["predicted"]
    status = tab.get_by_role("status")
    assert status.get_attribute("aria-live") == "polite"
    assert status.text_content().startswith(f"Predicted {value:.1f}, 80 % prediction interval")


def test_a_simulated_model_says_so_and_a_real_one_does_not(opened):
    tab, _ = opened(SHEETS["linear"])
    assert tab.get_by_text("SIMULATED DATA.").is_visible()
    tab, _ = opened(replace(SHEETS["linear"], provenance="real"))
    assert not tab.get_by_text("SIMULATED DATA.").is_visible()


def test_the_page_remembers_nothing_over_a_reload_or_a_way_back(opened):
    tab, _ = opened(SHEETS["linear"])
    fill(tab, Age="63", WOMAC_function="50")
    tab.reload()
    assert tab.get_by_label("Age", exact=True).input_value() == ""
    fill(tab, Age="63")
    tab.goto("about:blank")
    tab.go_back()
    assert tab.get_by_label("Age", exact=True).input_value() == ""
    assert tab.evaluate("() => document.cookie") == ""
    assert tab.locator("form").get_attribute("autocomplete") == "off"


def test_clear_all_empties_every_field_and_the_answer(opened):
    tab, _ = opened(SHEETS["linear"])
    fill(tab, Age="200", WOMAC_function="50")
    tab.get_by_role("button", name="Clear all").click()
    tab.wait_for_timeout(300)
    assert tab.get_by_label("WOMAC function", exact=True).input_value() == ""
    assert tab.locator(".message:visible").count() == 0
    assert "Not enough is known yet" in tab.locator("#out").inner_text()


@pytest.mark.parametrize(("scheme", "width"), [("light", 390), ("dark", 1280)])
@pytest.mark.parametrize("state", ["empty", "answered", "refused"])
def test_axe_finds_no_violation_of_wcag_22_aa(opened, scheme, width, state):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-playwright-python is absent"
    )
    tab, _ = opened(SHEETS["linear"], width=width, scheme=scheme)
    if state != "empty":
        fill(tab, Age="63" if state == "answered" else "200", WOMAC_function="50")
        tab.get_by_label("Age", exact=True).blur()
    results = axe.Axe().run(tab, options={"runOnly": {"type": "tag", "values": WCAG_TAGS}})
    assert results.violations_count == 0, results.generate_report()
    assert results.response["passes"]


@pytest.mark.parametrize(("scheme", "width"), [("light", 390), ("dark", 1280)])
def test_the_clinicians_page_holds_to_wcag_22_aa_and_needs_no_sideways_scrolling(
    browser, tmp_path, scheme, width
):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-playwright-python is absent"
    )
    file = tmp_path / "about.html"
    model = model_of(tmp_path / "models", SHEETS["linear"])
    file.write_text(build_clinician_page(model), encoding="utf-8")
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
    tab = context.new_page()
    tab.goto(file.as_uri())
    results = axe.Axe().run(tab, options={"runOnly": {"type": "tag", "values": WCAG_TAGS}})
    assert results.violations_count == 0, results.generate_report()
    assert tab.evaluate("() => document.documentElement.scrollWidth") <= width
    document = tab.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", document)) == 1
    context.close()


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_needs_no_sideways_scrolling(opened, width):
    tab, _ = opened(SHEETS["linear"], width=width, height=844)
    fill(tab, Age="63", WOMAC_function="50")
    assert tab.evaluate("() => document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("state", ["empty", "answered"])
def test_it_prints_on_one_page(opened, state):
    tab, _ = opened(SHEETS["linear"])
    if state == "answered":
        fill(tab, Age="63", WOMAC_function="50")
    document = tab.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", document)) == 1


def test_a_new_site_is_the_mean_site_on_the_page(opened):
    tab, _ = opened(SHEETS["sites"])
    ask = "(one) => window.hiprisk.explain(one)"
    patient = {"age_years": 60, "womac_function_0_100": 30, "sex": "male", "lbp_any": "no"}
    new = tab.evaluate(ask, {**patient, "site": "East"})
    missing = tab.evaluate(ask, patient)
    assert "NEW_SITE(site)" in new.pop("flags")
    assert "NEW_SITE(site)" not in missing.pop("flags")
    # It was given: the prediction is the same, and there is nothing to measure.
    assert (new.pop("imputed"), missing.pop("imputed")) == ([], ["site"])
    explained = new.pop("explanation"), missing.pop("explanation")
    assert [one["not_known"]["variables"] for one in explained] == [[], ["site"]]
    assert [len(one["next_measurements"]) for one in explained] == [0, 1]
    assert new == missing
    assert tab.locator("#fields option[value='']").last.text_content() == (
        "another site, or not known"
    )
    assert "Random intercepts of 3 sites" in tab.locator("#about").text_content()


def test_a_risk_has_no_score_on_its_scale_and_says_once_that_there_is_no_range(opened):
    sheet = SHEETS["risk-trees"]
    tab, _ = opened(replace(sheet, outcome=replace(sheet.outcome, baseline="womac_function_0_100")))
    fill(tab, Age="63", WOMAC_function="50")
    shown = tab.locator("#out").inner_text()
    assert "at the first visit" not in shown.partition("What moved the prediction")[0]
    assert "Triangle" not in shown
    answer = shown.partition("What moved the prediction")[0]
    assert answer.count("not available") == 1
    assert "Range of bootstrap models: not available." in answer
    assert tab.noise == []


def test_a_risk_of_the_mean_site_is_shown_with_its_range_over_sites(opened):
    tab, model = opened(SHEETS["risk-mean-site"])
    fill(tab, Age="63", WOMAC_function="50")
    risk = model.predict(age_years=63, womac_function_0_100=50).values["risk"]
    assert risk_over_sites(model.sheet, risk) in tab.locator("#out").inner_text()
