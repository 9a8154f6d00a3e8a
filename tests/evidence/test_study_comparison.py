"""Two studies beside each other: what differs, and which metrics may be subtracted."""

import json
from dataclasses import replace

import pytest

from hiprisk.errors import ConfigError
from hiprisk.evidence.study_comparison import _coefficients, compare_studies
from hiprisk.sheet.format import Tree, TreesModel
from small_bundle import small_sheet
from two_bundles import CONFIG, METRICS, two_bundles


def differences(found, section):
    return {one.key: (one.first, one.second, one.only_in) for one in found.of(section)}


def test_config_differs_key_by_key_with_the_path_of_its_sections(tmp_path):
    config = {
        "blocks": {"core": ["age_years"], "hip_motion": ["hip_flexion_worse_deg"]},
        "families": {"linear": {"penalty": 0.2}, "mean": {}},
        "outcome": {
            **CONFIG["outcome"],
            "events": [{"name": "better", "value": -10.0}, {"name": "worsening", "value": 12.0}],
        },
        "seed": 2,
    }
    found = compare_studies(*two_bundles(tmp_path, config=config))
    assert differences(found, "config") == {
        "blocks.back": (["lbp_any"], None, "first"),
        "blocks.core": (["age_years", "sex"], ["age_years"], None),
        "blocks.hip_motion": (None, ["hip_flexion_worse_deg"], "second"),
        "families.linear.penalty": (0.1, 0.2, None),
        "name": ("small", "other", None),
        "outcome.events.worsening.value": (10.0, 12.0, None),
        "seed": (1, 2, None),
    }
    assert not any(map(found.of, ("cohort", "code", "model")))


def test_cohort_code_and_model_differ(tmp_path):
    found = compare_studies(
        *two_bundles(
            tmp_path,
            evidence={
                "n_analysed": 280,
                "flow": [{"label": "rows in the cohort", "n_left_out": 0, "n_remaining": 310}],
            },
            sheet_of=_without_back_pain,
            cohort_fingerprint="1" * 64,
            created_with={"hiprisk": "0.2.0", "numpy": "2.4.6", "scipy": "1.17.1"},
            run={"python": "3.12.1", "machine": "x86_64"},
        )
    )
    cohort = differences(found, "cohort")
    assert cohort["fingerprint"] == ("0" * 64, "1" * 64, None)
    assert cohort["n_analysed"] == (300, 280, None)
    assert cohort["flow.rows in the cohort"] == (None, 310, "second")
    assert differences(found, "code") == {
        "hiprisk": ("0.1.0", "0.2.0", None),
        "scipy": (None, "1.17.1", "second"),
        "python": ("3.11.7", "3.12.1", None),
    }
    assert differences(found, "model") == {"family": ("linear", "rival", None)}
    assert (found.only_first, found.only_second) == (("lbp_any",), ("lbp_current",))


def _without_back_pain(sheet):
    names = {"lbp_any": "lbp_current"}
    return replace(
        sheet,
        family="rival",
        variables=tuple(replace(v, name=names.get(v.name, v.name)) for v in sheet.variables),
        columns=tuple(
            replace(c, variable=names.get(c.variable, c.variable)) for c in sheet.columns
        ),
    )


def test_only_metrics_that_both_have_are_beside_each_other(tmp_path):
    metrics = {
        **METRICS,
        "r2_corrected": {"value": 0.34, "low": 0.2, "high": 0.5},
        "mae_corrected": {"value": 12.0, "low": None, "high": None},
    }
    del metrics["rmse_corrected"]
    found = compare_studies(*two_bundles(tmp_path, metrics=metrics))
    pairs = {(one.metric, one.evaluation): one for one in found.metrics}
    assert set(pairs) == {("r2", "corrected"), ("rmse", "cross_validated"), ("r2", "holdout")}
    r2 = pairs["r2", "corrected"]
    assert (r2.label, r2.first.low, r2.second.high) == ("R²", 0.2, 0.5)
    assert r2.difference == pytest.approx(0.04)
    assert found.no_difference == {}
    assert found.to_frame()["difference"].tolist() == [one.difference for one in found.metrics]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"outcome": {"horizon_months": 24.0}}, "the outcomes differ (horizon months)"),
        (
            {"config": {"outcome": {**CONFIG["outcome"], "hip_replacement": {"strategy": "x"}}}},
            "the outcomes differ (hip replacement)",
        ),
        ({"cohort_fingerprint": "2" * 64}, "they were evaluated on other people"),
        ({"evidence": {"n_people": 299}}, "they were evaluated on other people"),
    ],
)
def test_other_outcomes_and_other_people_are_said_and_not_subtracted(tmp_path, changed, reason):
    found = compare_studies(*two_bundles(tmp_path, **changed))
    assert set(found.no_difference.values()) == {reason}
    assert found.metrics
    assert all(one.difference is None for one in found.metrics)


def test_other_people_held_out_leave_the_other_differences(tmp_path):
    validation = {"holdout": {"variable": "site", "test": ["site_02"]}}
    found = compare_studies(*two_bundles(tmp_path, config={"validation": validation}))
    assert found.no_difference == {"holdout": "other people were held out"}
    without = [one.evaluation for one in found.metrics if one.difference is None]
    assert without == ["holdout"]


def test_a_score_and_a_risk_share_no_metric(tmp_path):
    risk = small_sheet(kind="binary", provenance="real")
    found = compare_studies(*two_bundles(tmp_path, sheet_of=lambda _: risk))
    assert found.metrics == ()
    assert found.outcome == ("kind", "unit", "lower", "upper")


def test_one_bundle_twice_is_refused(tmp_path):
    one, _ = two_bundles(tmp_path)
    with pytest.raises(ConfigError, match="both are the same bundle") as refused:
        compare_studies(one, one)
    assert refused.value.code == "SAME_BUNDLE"


def test_tables_and_json(tmp_path):
    found = compare_studies(*two_bundles(tmp_path, config={"seed": 5}))
    plain = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert plain["first"]["name"] == "small@1"
    assert plain["same_outcome"] is True
    assert [one["key"] for one in plain["differences"]["config"]] == ["name", "seed"]
    assert found.differences_frame()["key"].tolist() == ["name", "seed"]
    assert plain["metrics"][0]["first"] == METRICS["r2_corrected"]


def test_evidence_of_another_form_is_no_metric(tmp_path):
    found = compare_studies(
        *two_bundles(tmp_path, metrics={"r2_corrected": 1, "rmse_corrected": {"value": None}})
    )
    assert found.metrics == ()


def test_two_of_one_name_are_told_apart_by_their_hashes(tmp_path):
    one, _ = two_bundles(tmp_path / "here")
    _, other = two_bundles(tmp_path / "there", config={"seed": 9})
    # Its sheet is read before, since a manifest of another name is refused.
    assert other.sheet.name == "other"
    other.manifest["name"] = "small"
    found = compare_studies(one, other)
    assert found.names == (f"small@1 ({one.sha256[:6]})", f"small@1 ({other.sha256[:6]})")


def test_coefficients_are_of_the_model(tmp_path):
    def moved(sheet):
        first, *rest = sheet.model.terms
        other = replace(first, coefficients=tuple(1.0 + one for one in first.coefficients))
        return replace(sheet, model=replace(sheet.model, intercept=9.0, terms=(other, *rest)))

    found = differences(compare_studies(*two_bundles(tmp_path, sheet_of=moved)), "model")
    name = small_sheet().model.terms[0].column
    assert set(found) == {"intercept", f"coefficients.{name}"}
    assert found["intercept"][1] == 9.0


def test_trees_are_compared_by_a_hash(tmp_path):
    tree = Tree(feature=(-1,), threshold=(0.0,), left=(-1,), right=(-1,), value=(1.0,))
    model = TreesModel(link="identity", baseline=1.0, inputs=("age_years",), trees=(tree,))
    other = replace(model, trees=(replace(tree, value=(2.0,)),))
    one, two = _coefficients(model), _coefficients(other)
    assert {key for key in one if one[key] != two[key]} == {"trees_sha256"}
    assert one["n_trees"] == 1
