"""All that stands beside one prediction."""

import json
from collections import Counter
from dataclasses import replace

import pytest

from hiprisk.bundle import BundleContents, write_bundle
from hiprisk.errors import InputError
from hiprisk.serving.model import load
from hiprisk.sheet import answers, columns
from hiprisk.sheet.evaluate import SheetEvaluator
from small_bundle import write_small_bundle
from tree_sheet import tree_sheet

PATIENT = {"age_years": 63, "womac_function_0_100": 50}


def with_sheet(model, change):
    model.sheet = change(model.sheet)
    model.evaluator = SheetEvaluator(model.sheet)
    return model


@pytest.fixture
def small(tmp_path):
    return load(write_small_bundle(tmp_path))


def test_an_explanation_changes_no_number_of_the_prediction(small):
    plain, explained = small.predict(PATIENT), small.explain(PATIENT)
    assert plain.explanation is None
    assert explained.values == plain.values
    assert {k: v for k, v in explained.to_dict().items() if k != "explanation"} == plain.to_dict()


def test_every_part_is_there_as_plain_json(small):
    found = json.loads(json.dumps(small.explain(PATIENT).to_dict(), allow_nan=False))
    assert sorted(found["explanation"]) == [
        "contributions",
        "distance",
        "effective_sample_size",
        "measurement_ranges",
        "next_measurements",
        "not_known",
        "predictions_by_exposure",
        "reference",
        "refits",
        "score_error",
        "typical",
    ]


def test_contributions_lead_from_the_reference_patient_to_this_one(small):
    found = small.explain(PATIENT).to_dict()
    parts = found["explanation"]["contributions"]
    moved = sum(part["value"] for part in parts["parts"])
    assert parts["reference"] == pytest.approx(found["explanation"]["reference"]["predicted"])
    assert parts["reference"] + moved == pytest.approx(found["predicted"], abs=1e-9)


def test_what_the_end_of_the_scale_holds_back_is_said(tmp_path):
    # Fifty points more: the typical patient has 96.3, this one 138 and is held at 100.
    model = with_sheet(
        load(write_small_bundle(tmp_path)),
        lambda sheet: replace(sheet, model=replace(sheet.model, intercept=60.0)),
    )
    steep = {"age_years": 110, "sex": "female", "lbp_any": "yes", "womac_function_0_100": 100}
    found = model.explain(steep).to_dict()
    parts = found["explanation"]["contributions"]
    assert (found["predicted"], parts["total"]) == (100.0, pytest.approx(138.0))
    assert parts["held_at_bounds"] == pytest.approx(-38.0)


def test_not_known_costs_the_difference_of_two_widths(small):
    found = small.explain(PATIENT).to_dict()
    cost = found["explanation"]["not_known"]
    assert cost["variables"] == ["sex", "lbp_any"]
    assert cost["width_80"] == pytest.approx(found["upper_80"] - found["lower_80"], abs=1e-12)
    assert cost["width_80_if_known"] < cost["width_80"]


def test_nothing_given_is_explained_too_where_a_sheet_allows_it(tmp_path):
    model = with_sheet(
        load(write_small_bundle(tmp_path)), lambda sheet: replace(sheet, max_imputed_weight=1.0)
    )
    explanation = model.explain({}).explanation
    assert explanation.distance is None
    assert len(explanation.next_measurements) == 4


def test_a_refused_patient_is_not_explained(small):
    with pytest.raises(InputError, match=r"must lie in 18 to 110 years, got '12'"):
        small.explain({"age_years": 12, "womac_function_0_100": 50})


def test_trees_say_that_refits_are_not_available(tmp_path):
    contents = BundleContents(
        sheet=replace(tree_sheet(), name="trees"),
        config={}, evidence={}, run={}, card="", cohort_fingerprint="0" * 64,
        created_with={},
    )  # fmt: skip
    found = load(write_bundle(tmp_path, "trees", contents)).explain(PATIENT).to_dict()
    assert found["explanation"]["refits"] is None
    assert found["explanation"]["effective_sample_size"] is None


def test_each_thing_is_evaluated_once(small, monkeypatch):
    counts = Counter()

    def counted(owner, name):
        function = getattr(owner, name)

        def wrapper(*arguments, **options):
            counts[name] += 1
            return function(*arguments, **options)

        monkeypatch.setattr(owner, name, wrapper)

    counted(answers, "assess")
    counted(columns, "read_columns")
    counted(SheetEvaluator, "numeric_columns")
    counted(SheetEvaluator, "predict_numeric")
    small.predict(PATIENT)
    once = {"read_columns": 1, "assess": 1, "numeric_columns": 1, "predict_numeric": 1}
    assert counts == once
    counts.clear()
    small.explain(PATIENT)
    # The patient, the same at each level of the exposure in one go, and the typical and the
    # reference patient for the first time.
    assert counts == {**dict.fromkeys(once, 4), "read_columns": 3}
    counts.clear()
    small.explain({**PATIENT, "age_years": 70})
    assert counts == {**dict.fromkeys(once, 2), "read_columns": 1}


def test_each_level_of_the_exposure_is_answered_as_a_patient_who_has_it(small):
    found = small.explain(PATIENT).to_dict()["explanation"]["predictions_by_exposure"]
    assert (found["variable"], found["reference"], found["given"]) == ("lbp_any", "no", None)
    for one in found["levels"]:
        asked = small.predict({**PATIENT, "lbp_any": one["level"]}).values
        assert one["predicted"] == pytest.approx(asked["predicted"], abs=1e-9)
        assert one["lower_80"] == pytest.approx(asked["lower_80"], abs=1e-9)
    no, yes = found["levels"]
    assert yes["difference"] == yes["predicted"] - no["predicted"]


def test_a_model_without_an_exposure_has_no_predictions_by_it(small):
    small.bundle.config["association"] = {"exposure": "age_years"}
    found = small.explain(PATIENT)
    assert found.explanation.predictions_by_exposure is None
    assert found.to_dict()["explanation"]["predictions_by_exposure"] is None
